/* SPDX-License-Identifier: Apache-2.0 */
/* The process that starts fettled-print and fettled-thumb, and what is said to it. */
#include "printer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "core/log.h"
#include "print.h"
#include "spool.h"

#define SECONDS 30      /* then it is ended, whatever it waits for */
#define ENDED   "ended" /* without a word */
#define NICE    5       /* who prints can wait longer than who asks */

/* What a wish brings along. */
enum {
	DATA,
	PAPER,
	TOLD,
	ENDS
};

/* Which program a wish is for. */
enum {
	PRINT,
	THUMB,
	PROGRAMS
};

struct wish {
	unsigned program;
	unsigned side; /* of a small picture, in points; 0: of no picture */
};

static const char *const programs[PROGRAMS] = { PRINT_PROGRAM, THUMB_PROGRAM };

struct program {
	bool there;
	char path[PATH_MAX];
};

static struct program found[PROGRAMS];
static const char *folder;
static int line = -1; /* to the process */
static pid_t printer;

/* --- Over there ------------------------------------------------------------------------------- */

/* In the child of the printer: nothing else of ours is open there. */
NORETURN static void
run(const struct wish *wish, bool cell, const int ends[static ENDS])
{
	char in_cell[] = PRINT_IN_CELL, side[16];
	char *argv[4] = { found[wish->program].path }, *const nothing[] = { NULL };
	int n = 1;

	(void)snprintf(side, sizeof(side), "%u", wish->side);
	if (wish->side)
		argv[n++] = side;
	if (cell)
		argv[n] = in_cell;
	(void)signal(SIGCHLD, SIG_DFL);
	(void)alarm(SECONDS);
	if (dup2(ends[DATA], STDIN_FILENO) >= 0 && dup2(ends[PAPER], STDOUT_FILENO) >= 0 &&
	    dup2(ends[TOLD], PRINT_TOLD) >= 0 && close_range(PRINT_TOLD + 1, ~0U, 0) == 0)
		execve(argv[0], argv, nothing);
	_exit(127);
}

/* The next wish; false when the daemon has ended. */
static bool
receive(int from, struct wish *wish, int ends[static ENDS])
{
	union {
		char room[CMSG_SPACE(ENDS * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec content = { wish, sizeof(*wish) };
	struct msghdr message = { .msg_iov = &content,
		                  .msg_iovlen = 1,
		                  .msg_control = control.room,
		                  .msg_controllen = sizeof(control.room) };
	const struct cmsghdr *head;
	ssize_t n;

	do
		n = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	head = n == (ssize_t)sizeof(*wish) ? CMSG_FIRSTHDR(&message) : NULL;
	if (!head || wish->program >= PROGRAMS || head->cmsg_len != CMSG_LEN(ENDS * sizeof(int)))
		return false;
	memcpy(ends, CMSG_DATA(head), ENDS * sizeof(int));
	return true;
}

NORETURN static void
serve_wishes(int from, bool cell)
{
	struct wish wish = { 0 };
	int ends[ENDS];

	/* Of a terminal or a supervisor: they mean the daemon, which then sends us away. */
	(void)setsid();
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGCHLD, SIG_IGN); /* nobody waits for them: they tell how it went */
	(void)prctl(PR_SET_NAME, "fettled-printer");
	(void)!nice(NICE);
	while (receive(from, &wish, ends)) {
		if (fork() == 0)
			run(&wish, cell, ends);
		for (int i = 0; i < ENDS; i++)
			close(ends[i]);
	}
	_exit(0);
}

/* --- Over here -------------------------------------------------------------------------------- */

static void
find_program(const char *name, struct program *program)
{
	size_t length = strlen(name) + 1;
	ssize_t n = readlink("/proc/self/exe", program->path, PATH_MAX - length);
	char *slash;

	program->path[n > 0 ? n : 0] = '\0';
	slash = strrchr(program->path, '/');
	if (slash)
		memcpy(slash + 1, name, length);
	program->there = slash && access(program->path, X_OK) == 0;
	if (!program->there)
		log_line(LOG_LEVEL_WARN, "printer", "missing=%s", name);
}

void
printer_open(const char *dir, bool cell)
{
	int ends[2];

	folder = dir;
	for (size_t i = 0; i < PROGRAMS; i++)
		find_program(programs[i], &found[i]);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
		log_line(LOG_LEVEL_WARN, "printer", "errno=%d", errno);
		return;
	}
	printer = fork();
	if (printer == 0) {
		/* above those that what prints gets as its first */
		int from = fcntl(ends[1], F_DUPFD_CLOEXEC, PRINT_TOLD + 1);

		close(ends[0]);
		close(ends[1]);
		serve_wishes(from, cell);
	}
	close(ends[1]);
	if (printer > 0) {
		line = ends[0];
		return;
	}
	log_line(LOG_LEVEL_WARN, "printer", "errno=%d", errno);
	close(ends[0]);
}

static bool
send_wish(struct wish wish, const int ends[static ENDS])
{
	union {
		char room[CMSG_SPACE(ENDS * sizeof(int))];
		struct cmsghdr align;
	} control = { .room = { 0 } };
	struct iovec content = { &wish, sizeof(wish) };
	struct msghdr message = { .msg_iov = &content,
		                  .msg_iovlen = 1,
		                  .msg_control = control.room,
		                  .msg_controllen = sizeof(control.room) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(ENDS * sizeof(int));
	memcpy(CMSG_DATA(head), ends, ENDS * sizeof(int));
	return sendmsg(line, &message, MSG_NOSIGNAL) == (ssize_t)sizeof(wish);
}

/* What it tells of itself, until it has ended; "ended" when it could not. */
static void
listen_to(int told, char how[static 128])
{
	struct pollfd wait = { .fd = told, .events = POLLIN };
	size_t length = 0;
	ssize_t n = 1;

	while (n != 0 && length < 127) {
		int ready = poll(&wait, 1, (SECONDS + 2) * 1000);

		if (ready < 0 && errno == EINTR)
			continue;
		n = ready > 0 ? read(told, how + length, 127 - length) : 0;
		if (n < 0 && errno != EINTR)
			break;
		length += n > 0 ? (size_t)n : 0;
	}
	how[length] = '\0';
	if (length == 0)
		(void)snprintf(how, 128, "%s", ENDED);
}

static bool
ends_with(const char *text, const char *end)
{
	const size_t length = strlen(text), n = strlen(end);

	return length >= n && strcmp(text + length - n, end) == 0;
}

/* One wish: what comes of the data, which stay the caller's.  `how` is what was told, or what kept it from
 * being begun. */
static bool
make(struct wish wish, int data, int *file, uint64_t *length, char how[static 128])
{
	int ends[ENDS] = { data, spool_open(folder), -1 }, told[2] = { -1, -1 };
	struct stat paper;
	bool ok = found[wish.program].there && ends[PAPER] >= 0 && pipe2(told, O_CLOEXEC) == 0;

	(void)snprintf(how, 128, "nothing starts it");
	ends[TOLD] = told[1];
	ok = ok && line >= 0 && send_wish(wish, ends);
	if (told[1] >= 0)
		close(told[1]);
	if (ok)
		listen_to(told[0], how);
	if (told[0] >= 0)
		close(told[0]);
	if (ok && ends_with(how, PRINT_OK) && fstat(ends[PAPER], &paper) == 0) {
		*file = ends[PAPER];
		*length = (uint64_t)paper.st_size;
		return true;
	}
	if (ends[PAPER] >= 0)
		close(ends[PAPER]);
	return false;
}

enum err
printer_print(const char *data, size_t size, int *file, uint64_t *length)
{
	int spool = spool_open(folder);
	char how[128] = "no room", quoted[160];
	bool ok = spool >= 0 && spool_write(spool, data, size) && lseek(spool, 0, SEEK_SET) == 0 &&
	          make((struct wish){ PRINT, 0 }, spool, file, length, how);

	if (spool >= 0)
		close(spool);
	if (ok)
		return OK;
	log_line(LOG_LEVEL_ERROR, "print_failed", "why=%s", log_quote(quoted, sizeof(quoted), how));
	return ERR_UNAVAILABLE;
}

enum err
printer_thumbnail(int photo, unsigned side, int *file, uint64_t *length)
{
	const int64_t began_us = clock_monotonic_us();
	char how[128], quoted[160];

	if (make((struct wish){ THUMB, side }, photo, file, length, how)) {
		log_line(LOG_LEVEL_INFO, "thumbnail", "side=%u octets=%llu us=%lld", side,
		         (unsigned long long)*length, (long long)(clock_monotonic_us() - began_us));
		return OK;
	}
	if (strcmp(how, PRINT_READING PRINT_UNREADABLE) == 0)
		return ERR_PICTURE_UNREADABLE;
	if (strcmp(how, PRINT_READING PRINT_TOO_LARGE) == 0)
		return ERR_PICTURE_TOO_LARGE;
	log_line(LOG_LEVEL_WARN, "thumbnail_failed", "why=%s",
	         log_quote(quoted, sizeof(quoted), how));
	/* what it read has ended it */
	return strcmp(how, PRINT_READING) == 0 ? ERR_PICTURE_UNREADABLE : ERR_UNAVAILABLE;
}

void
printer_close(void)
{
	if (line < 0)
		return;
	close(line);
	line = -1;
	while (waitpid(printer, NULL, 0) < 0 && errno == EINTR)
		continue;
}
