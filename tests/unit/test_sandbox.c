/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox, in children: what serving needs goes on, the rest is refused or ends the process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

/* What a child holds ends with it. */
static int fd, ends[2];
static void *page;
static volatile int no_file = -1;

/* --- What must go on: 0, or the number of the step that did not ------------------------------- */

static void *
answer(void *arg)
{
	(void)arg;
	return malloc(1 << 20);
}

static int
threads(void)
{
	pthread_t thread;
	void *room;

	if (pthread_create(&thread, NULL, answer, NULL) != 0)
		return 1;
	if (pthread_join(thread, &room) != 0 || !room)
		return 2;
	free(room);
	return 0;
}

static int
files(void)
{
	char path[] = "/tmp/fettle-sandbox-XXXXXX", got[5] = "";

	fd = mkstemp(path);
	if (fd < 0 || write(fd, "abcd", 4) != 4 || fsync(fd) != 0 || unlink(path) != 0)
		return 1;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 || errno != EPERM)
		return 2;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return 3;
	if (sendfile(ends[1], fd, &(off_t){ 0 }, 4) != 4 || read(ends[0], got, 4) != 4)
		return 4;
	return strcmp(got, "abcd") == 0 ? 0 : 5;
}

static int
network(void)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	struct addrinfo *found;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || listen(fd, 1) == 0 || errno != EPERM)
		return 1;
	close(fd);
	/* a name that nobody answers for must be told as that, not as an error of the system */
	if (getaddrinfo("localhost", "5432", &hints, &found) != 0)
		return 2;
	freeaddrinfo(found);
	fd = getaddrinfo("no-such-host.invalid", "5432", &hints, &found);
	return fd == EAI_NONAME || fd == EAI_AGAIN || fd == EAI_NODATA ? 0 : 3;
}

static int
chance(void)
{
	unsigned char octets[32];

	return getrandom(octets, sizeof(octets), 0) == (ssize_t)sizeof(octets) ? 0 : 1;
}

/* --- What must not ---------------------------------------------------------------------------- */

static bool
refused(long result)
{
	return result == -1 && errno == EPERM;
}

static int
strangers(void)
{
	static const int families[] = { AF_PACKET, AF_ALG, AF_BLUETOOTH, AF_VSOCK, AF_KEY };
	struct rlimit limit = { 64, 64 };
	char *argv[] = { (char[]){ "/bin/true" }, NULL };
	size_t i;

	for (i = 0; i < COUNT_OF(families); i++)
		if (!refused(socket(families[i], SOCK_RAW | SOCK_CLOEXEC, 0)))
			return 1;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd != -1 || errno != EAFNOSUPPORT)
		return 2;
	if (!refused(execv(argv[0], argv)) ||
	    !refused(syscall(SYS_execveat, -1, argv[0], argv, NULL, 0)))
		return 3;
	if (!refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL)))
		return 4;
	if (!refused(fork()) || !refused(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)) ||
	    !refused(unshare(CLONE_NEWUSER)))
		return 5;
	if (syscall(SYS_clone3, NULL, 0) != -1 || errno != ENOSYS)
		return 6;
	if (!refused(kill(getppid(), 0)) || !refused(syscall(SYS_tgkill, getppid(), getppid(), 0)))
		return 7;
	if (!refused(setrlimit(RLIMIT_NOFILE, &limit)) || !refused(setuid(65534)) ||
	    !refused(chroot("/")) || !refused(syscall(SYS_bpf, 0, NULL, 0)) ||
	    !refused(syscall(SYS_io_uring_setup, 1, NULL)) ||
	    !refused(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0)))
		return 8;
	return 0;
}

static int
code(void)
{
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, no_file, 0);
	if (page == MAP_FAILED || mprotect(page, 4096, PROT_READ) != 0)
		return 1;
	if (!refused(mprotect(page, 4096, PROT_READ | PROT_EXEC)))
		return 2;
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
	            no_file, 0);
	return page == MAP_FAILED && errno == EPERM ? 0 : 3;
}

/* --- The children ----------------------------------------------------------------------------- */

static int
in_sandbox(enum sandbox mode, int (*steps)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(sandbox_enter(mode) ? steps() : 100);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
assert_done(int (*steps)(void))
{
	int status = in_sandbox(SANDBOX_REFUSE, steps);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_what_serving_needs(void **state)
{
	(void)state;
	assert_done(threads);
	assert_done(files);
	assert_done(network);
	assert_done(chance);
}

static void
test_what_it_does_not(void **state)
{
	(void)state;
	assert_done(strangers);
	assert_done(code);
}

/* A thread that was there before is held as well. */
static int ready[2], verdict[2];

static void *
earlier(void *arg)
{
	char octet;

	(void)arg;
	if (read(ready[0], &octet, 1) == 1) {
		octet = refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL)) ? 0 : 1;
		(void)!write(verdict[1], &octet, 1);
	}
	return NULL;
}

static void
test_threads_that_were_there(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		pthread_t thread;
		char octet = 1;

		if (pipe(ready) != 0 || pipe(verdict) != 0 ||
		    pthread_create(&thread, NULL, earlier, NULL) != 0 ||
		    !sandbox_enter(SANDBOX_REFUSE) || write(ready[1], "x", 1) != 1 ||
		    read(verdict[0], &octet, 1) != 1)
			_exit(2);
		_exit(octet);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int
trace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : 1;
}

static void
test_killed(void **state)
{
	int status = in_sandbox(SANDBOX_KILL, trace);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
	status = in_sandbox(SANDBOX_KILL, chance);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_off(void **state)
{
	int status = in_sandbox(SANDBOX_OFF, trace);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* A filter that is there already refuses the second one's call: it is said, and nothing ends. */
static int
twice(void)
{
	return sandbox_enter(SANDBOX_REFUSE) ? 1 : 0;
}

static void
test_a_kernel_that_does_not_let_us(void **state)
{
	(void)state;
	assert_done(twice);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_serving_needs),
		cmocka_unit_test(test_what_it_does_not),
		cmocka_unit_test(test_threads_that_were_there),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_a_kernel_that_does_not_let_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
