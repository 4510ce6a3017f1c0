/* SPDX-License-Identifier: Apache-2.0 */
/* The process that starts fettled-print, and what is said to it. */
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

#include "core/log.h"
#include "print.h"
#include "spool.h"

#define SECONDS 30 /* then it is ended, whatever it waits for */
#define NICE    5  /* who prints can wait longer than who asks */

/* What a wish brings along. */
enum {
	DATA,
	PAPER,
	TOLD,
	ENDS
};

static const char *folder;
static int line = -1; /* to the process */
static pid_t printer;

/* --- Over there ------------------------------------------------------------------------------- */

/* In the child of the printer: nothing else of ours is open there. */
NORETURN static void
run(const char *program, bool cell, const int ends[static ENDS])
{
	char name[] = PRINT_PROGRAM, in_cell[] = PRINT_IN_CELL;
	char *const argv[] = { name, cell ? in_cell : NULL, NULL }, *const nothing[] = { NULL };

	(void)signal(SIGCHLD, SIG_DFL);
	(void)alarm(SECONDS);
	if (dup2(ends[DATA], STDIN_FILENO) >= 0 && dup2(ends[PAPER], STDOUT_FILENO) >= 0 &&
	    dup2(ends[TOLD], PRINT_TOLD) >= 0 && close_range(PRINT_TOLD + 1, ~0U, 0) == 0)
		execve(program, argv, nothing);
	_exit(127);
}

/* The next wish; false when the daemon has ended. */
static bool
receive(int from, int ends[static ENDS])
{
	union {
		char room[CMSG_SPACE(ENDS * sizeof(int))];
		struct cmsghdr align;
	} control;
	char wish;
	struct iovec content = { &wish, 1 };
	struct msghdr message = { .msg_iov = &content,
		                  .msg_iovlen = 1,
		                  .msg_control = control.room,
		                  .msg_controllen = sizeof(control.room) };
	const struct cmsghdr *head;
	ssize_t n;

	do
		n = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	head = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	if (!head || head->cmsg_len != CMSG_LEN(ENDS * sizeof(int)))
		return false;
	memcpy(ends, CMSG_DATA(head), ENDS * sizeof(int));
	return true;
}

NORETURN static void
serve_wishes(int from, const char *program, bool cell)
{
	int ends[ENDS];

	/* Of a terminal or a supervisor: they mean the daemon, which then sends us away. */
	(void)setsid();
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGCHLD, SIG_IGN); /* nobody waits for them: they tell how it went */
	(void)prctl(PR_SET_NAME, "fettled-printer");
	(void)!nice(NICE);
	while (receive(from, ends)) {
		if (fork() == 0)
			run(program, cell, ends);
		for (int i = 0; i < ENDS; i++)
			close(ends[i]);
	}
	_exit(0);
}

/* --- Over here -------------------------------------------------------------------------------- */

static bool
find_program(char path[static PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof(PRINT_PROGRAM));
	char *slash;

	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return false;
	memcpy(slash + 1, PRINT_PROGRAM, sizeof(PRINT_PROGRAM));
	return access(path, X_OK) == 0;
}

void
printer_open(const char *dir, bool cell)
{
	char program[PATH_MAX];
	int ends[2];

	folder = dir;
	if (!find_program(program) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
		log_line(LOG_LEVEL_WARN, "printer", "missing=%s", PRINT_PROGRAM);
		return;
	}
	printer = fork();
	if (printer == 0) {
		/* above those that what prints gets as its first */
		int from = fcntl(ends[1], F_DUPFD_CLOEXEC, PRINT_TOLD + 1);

		close(ends[0]);
		close(ends[1]);
		serve_wishes(from, program, cell);
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
send_wish(const int ends[static ENDS])
{
	union {
		char room[CMSG_SPACE(ENDS * sizeof(int))];
		struct cmsghdr align;
	} control = { .room = { 0 } };
	char wish = 0;
	struct iovec content = { &wish, 1 };
	struct msghdr message = { .msg_iov = &content,
		                  .msg_iovlen = 1,
		                  .msg_control = control.room,
		                  .msg_controllen = sizeof(control.room) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(ENDS * sizeof(int));
	memcpy(CMSG_DATA(head), ends, ENDS * sizeof(int));
	return sendmsg(line, &message, MSG_NOSIGNAL) == 1;
}

/* What it tells of itself at the end; "ended" when it could not. */
static void
listen_to(int told, char how[static 128])
{
	struct pollfd wait = { .fd = told, .events = POLLIN };
	ssize_t n = 0;
	int ready;

	do
		ready = poll(&wait, 1, (SECONDS + 2) * 1000);
	while (ready < 0 && errno == EINTR);
	if (ready > 0)
		n = read(told, how, 127);
	(void)snprintf(how + (n > 0 ? n : 0), (size_t)(128 - (n > 0 ? n : 0)), "%s",
	               n > 0 ? "" : "ended");
}

enum err
printer_print(const char *data, size_t size, int *file, uint64_t *length)
{
	int ends[ENDS] = { spool_open(folder), spool_open(folder), -1 }, told[2] = { -1, -1 };
	char how[128] = "nothing starts it", quoted[160];
	struct stat paper;
	bool ok = ends[DATA] >= 0 && ends[PAPER] >= 0 && spool_write(ends[DATA], data, size) &&
	          lseek(ends[DATA], 0, SEEK_SET) == 0 && pipe2(told, O_CLOEXEC) == 0;

	ends[TOLD] = told[1];
	ok = ok && line >= 0 && send_wish(ends);
	for (int i = 0; i < ENDS; i++)
		if (i != PAPER && ends[i] >= 0)
			close(ends[i]);
	if (ok)
		listen_to(told[0], how);
	if (told[0] >= 0)
		close(told[0]);
	if (ok && strcmp(how, PRINT_OK) == 0 && fstat(ends[PAPER], &paper) == 0) {
		*file = ends[PAPER];
		*length = (uint64_t)paper.st_size;
		return OK;
	}
	log_line(LOG_LEVEL_ERROR, "print_failed", "why=%s", log_quote(quoted, sizeof(quoted), how));
	if (ends[PAPER] >= 0)
		close(ends[PAPER]);
	return ERR_UNAVAILABLE;
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
