/* SPDX-License-Identifier: Apache-2.0 */
/* The process that starts the private cluster's server: it reads wishes and answers each. */
#include "db/starter.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Wishes; any other is a signal for the server. */
#define ASK   0
#define START (-1)

static int line = -1; /* to the starter */
static pid_t starter;

NORETURN static void
serve_wishes(int from, pid_t (*start)(void))
{
	pid_t pid = 0;
	int wish;

	/* Of a terminal or a supervisor: they mean the daemon, which then sends us away. */
	(void)setsid();
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)prctl(PR_SET_NAME, "fettled-starter");
	while (read(from, &wish, sizeof(wish)) == (ssize_t)sizeof(wish)) {
		if (pid && waitpid(pid, NULL, WNOHANG) != 0)
			pid = 0;
		if (wish == START && !pid)
			pid = start();
		else if (wish > 0 && pid)
			(void)kill(pid, wish);
		if (pid < 0)
			pid = 0;
		if (write(from, &pid, sizeof(pid)) != (ssize_t)sizeof(pid))
			break;
	}
	_exit(0);
}

bool
starter_open(pid_t (*start)(void))
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return false;
	starter = fork();
	if (starter == 0) {
		close(ends[0]);
		serve_wishes(ends[1], start);
	}
	close(ends[1]);
	line = ends[0];
	if (starter > 0)
		return true;
	close(line);
	line = -1;
	return false;
}

static bool
wish(int what)
{
	pid_t answer = 0;
	ssize_t n;

	if (line < 0)
		return false;
	n = send(line, &what, sizeof(what), MSG_NOSIGNAL);
	while (n > 0 && (n = recv(line, &answer, sizeof(answer), 0)) < 0 && errno == EINTR)
		n = 1;
	/* Without it nothing can be started any more, but by whoever starts us. */
	if (n != (ssize_t)sizeof(answer))
		die("the process that starts PostgreSQL has ended");
	return answer != 0;
}

bool
starter_start(void)
{
	return wish(START);
}

bool
starter_signal(int signal)
{
	return wish(signal);
}

bool
starter_runs(void)
{
	return wish(ASK);
}

void
starter_close(void)
{
	if (line < 0)
		return;
	close(line);
	line = -1;
	while (waitpid(starter, NULL, 0) < 0 && errno == EINTR)
		continue;
}
