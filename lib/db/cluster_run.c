/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and starting PostgreSQL's programs. */
#include "db/cluster_run.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base.h"

#define OLDEST 15

bool
run_as_find(struct run_as *as)
{
	static const char *const names[] = { "postgres", "nobody" };
	struct passwd entry, *user = NULL;
	char room[4096];

	memset(as, 0, sizeof(*as));
	if (geteuid() != 0)
		return true;
	for (size_t i = 0; !user && i < COUNT_OF(names); i++)
		(void)getpwnam_r(names[i], &entry, room, sizeof(room), &user);
	if (!user || user->pw_uid == 0)
		return false;
	as->uid = user->pw_uid;
	as->gid = user->pw_gid;
	(void)snprintf(as->name, sizeof(as->name), "%s", user->pw_name);
	return true;
}

static bool
become(const struct run_as *as)
{
	if (as->uid == 0)
		return true;
	return setgroups(0, NULL) == 0 && setgid(as->gid) == 0 && setuid(as->uid) == 0;
}

/* In the child: nothing of ours must stay with it. */
NORETURN static void
exec_child(const struct run_as *as, char *const argv[], int log, pid_t parent)
{
	sigset_t none;

	sigemptyset(&none);
	(void)pthread_sigmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	/* A terminal's Ctrl-C is for us; we stop it when our requests are done. */
	(void)setsid();
	if (!become(as) || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0)
		_exit(126);
	(void)close_range(3, ~0U, 0);
	(void)close(STDIN_FILENO);
	(void)open("/dev/null", O_RDONLY);
	/* After the change of user, which would reset it: a fast shutdown when we are killed. */
	(void)prctl(PR_SET_PDEATHSIG, SIGINT);
	if (getppid() != parent || chdir("/") < 0)
		_exit(126);
	execv(argv[0], argv);
	_exit(127);
}

pid_t
run_start(const struct run_as *as, char *const argv[], const char *log)
{
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	pid_t parent = getpid(), pid;

	if (fd < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		exec_child(as, argv, fd, parent);
	close(fd);
	return pid;
}

static bool
succeeded(pid_t pid)
{
	int status;

	if (pid < 0)
		return false;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return false;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool
run_wait(const struct run_as *as, char *const argv[], const char *log)
{
	return succeeded(run_start(as, argv, log));
}

bool
run_can_use(const struct run_as *as, const char *dir)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(become(as) && access(dir, R_OK | W_OK | X_OK) == 0 ? 0 : 1);
	return succeeded(pid);
}

/* First line that a command prints; "" when it fails. */
static void
first_line(const char *command, char *out, size_t size)
{
	/* NOLINTNEXTLINE(cert-env33-c): constant, or a path that was checked for quotes */
	FILE *pipe = popen(command, "re");

	out[0] = '\0';
	if (!pipe)
		return;
	if (!fgets(out, (int)size, pipe))
		out[0] = '\0';
	(void)pclose(pipe);
	out[strcspn(out, "\n")] = '\0';
}

/* Major version of the server in `dir`; 0 when there is none or initdb lacks. */
static unsigned
version_in(const char *dir)
{
	char path[PATH_MAX + 16], command[PATH_MAX + 32], line[128];
	unsigned long version;

	(void)snprintf(path, sizeof(path), "%s/initdb", dir);
	if (strchr(dir, '\'') || access(path, X_OK) < 0)
		return 0;
	(void)snprintf(command, sizeof(command), "'%s/postgres' -V 2>&1", dir);
	first_line(command, line, sizeof(line));
	if (strncmp(line, "postgres (PostgreSQL) ", 22) != 0)
		return 0;
	version = strtoul(line + 22, NULL, 10);
	return version < 1000 ? (unsigned)version : 0;
}

static bool
newest_installed(char out[static PATH_MAX])
{
	unsigned newest = OLDEST - 1;
	glob_t found;
	size_t i;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): at start, before any thread */
	if (glob("/usr/lib/postgresql/*/bin", 0, NULL, &found) != 0)
		return false;
	for (i = 0; i < found.gl_pathc; i++) {
		unsigned version = version_in(found.gl_pathv[i]);

		if (version <= newest)
			continue;
		newest = version;
		(void)snprintf(out, PATH_MAX, "%s", found.gl_pathv[i]);
	}
	globfree(&found);
	return newest >= OLDEST;
}

bool
run_find_bin_dir(const char *wished, char out[static PATH_MAX])
{
	if (wished && *wished) {
		(void)snprintf(out, PATH_MAX, "%s", wished);
		return version_in(out) >= OLDEST;
	}
	first_line("pg_config --bindir 2>/dev/null", out, PATH_MAX);
	return (*out && version_in(out) >= OLDEST) || newest_installed(out);
}
