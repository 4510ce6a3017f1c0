/* SPDX-License-Identifier: Apache-2.0 */
/* The list of system calls that serving needs, as a seccomp filter.
 *
 * Measured with strace over the whole test suite; what the C library may do instead on another
 * machine or in a later version stands beside it. */
#include "sandbox.h"

#include <asm/termbits.h>
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/log.h"

#define CALL(name) SCMP_SYS(name)

/* Whatever their arguments are. */
/* clang-format off */
static const int calls[] = {
	/* files that are open */
	CALL(read), CALL(readv), CALL(pread64), CALL(write), CALL(writev), CALL(pwrite64),
	CALL(lseek), CALL(_llseek), CALL(sendfile), CALL(sendfile64), CALL(close),
	CALL(close_range), CALL(fcntl), CALL(fcntl64), CALL(fsync), CALL(fdatasync),
	CALL(ftruncate), CALL(ftruncate64), CALL(fallocate), CALL(fadvise64), CALL(fadvise64_64),
	CALL(getdents64), CALL(pipe2),
	/* files by name */
	CALL(open), CALL(openat), CALL(stat), CALL(lstat), CALL(fstat), CALL(newfstatat),
	CALL(stat64), CALL(lstat64), CALL(fstat64), CALL(fstatat64), CALL(statx), CALL(access),
	CALL(faccessat), CALL(faccessat2), CALL(readlink), CALL(readlinkat), CALL(mkdir),
	CALL(mkdirat), CALL(unlink), CALL(unlinkat), CALL(rename), CALL(renameat),
	CALL(renameat2), CALL(link), CALL(linkat),
	/* sockets that are open */
	CALL(accept), CALL(accept4), CALL(connect), CALL(getsockname), CALL(getpeername),
	CALL(getsockopt), CALL(setsockopt), CALL(sendto), CALL(sendmsg), CALL(sendmmsg),
	CALL(recvfrom), CALL(recvmsg), CALL(shutdown), CALL(send), CALL(recv),
	/* waiting */
	CALL(epoll_ctl), CALL(epoll_wait), CALL(epoll_pwait), CALL(epoll_pwait2), CALL(poll),
	CALL(ppoll), CALL(ppoll_time64), CALL(select), CALL(pselect6), CALL(pselect6_time64),
	CALL(eventfd2),
	/* time and chance */
	CALL(clock_gettime), CALL(clock_gettime64), CALL(clock_getres), CALL(clock_nanosleep),
	CALL(clock_nanosleep_time64), CALL(nanosleep), CALL(gettimeofday), CALL(time),
	CALL(getrandom),
	/* memory, threads, signals to ourselves, the end */
	CALL(brk), CALL(munmap), CALL(mremap), CALL(madvise), CALL(mlock), CALL(munlock),
	CALL(futex), CALL(futex_time64), CALL(membarrier), CALL(rseq), CALL(set_robust_list),
	CALL(set_tid_address), CALL(sched_yield), CALL(sched_getaffinity), CALL(rt_sigaction),
	CALL(rt_sigprocmask), CALL(rt_sigreturn), CALL(sigreturn), CALL(rt_sigtimedwait),
	CALL(sigaltstack), CALL(restart_syscall), CALL(exit), CALL(exit_group), CALL(wait4),
	/* who and where we are */
	CALL(getpid), CALL(getppid), CALL(gettid), CALL(getuid), CALL(geteuid), CALL(getgid),
	CALL(getegid), CALL(getuid32), CALL(geteuid32), CALL(getgid32), CALL(getegid32),
	CALL(getrlimit), CALL(ugetrlimit), CALL(getrusage), CALL(uname), CALL(sysinfo),
};
/* clang-format on */

/* With one argument only: a value, under a mask. */
static const struct part {
	int call;
	unsigned argument;
	scmp_datum_t mask, value;
} parts[] = {
	/* memory is for data; a library of the name service is mapped as it lies on disk */
	{ CALL(mmap), 2, PROT_WRITE | PROT_EXEC, 0 },
	{ CALL(mmap), 2, PROT_WRITE | PROT_EXEC, PROT_WRITE },
	{ CALL(mmap), 2, PROT_WRITE | PROT_EXEC, PROT_EXEC },
	{ CALL(mmap2), 2, PROT_WRITE | PROT_EXEC, 0 },
	{ CALL(mmap2), 2, PROT_WRITE | PROT_EXEC, PROT_WRITE },
	{ CALL(mmap2), 2, PROT_WRITE | PROT_EXEC, PROT_EXEC },
	{ CALL(mprotect), 2, PROT_EXEC, 0 },
	{ CALL(socket), 0, UINT64_MAX, AF_UNIX },
	{ CALL(socket), 0, UINT64_MAX, AF_INET },
	{ CALL(socket), 0, UINT64_MAX, AF_INET6 },
	{ CALL(clone), 0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM },
	{ CALL(prctl), 0, UINT64_MAX, PR_SET_NAME },
	{ CALL(prctl), 0, UINT64_MAX, PR_GET_NAME },
	/* limits are read, not set */
	{ CALL(prlimit64), 2, UINT64_MAX, 0 },
	/* is it a terminal; how much can be read; do not wait */
	{ CALL(ioctl), 1, UINT32_MAX, TCGETS },
	{ CALL(ioctl), 1, UINT32_MAX, FIONREAD },
	{ CALL(ioctl), 1, UINT32_MAX, FIONBIO },
};

/* These are tried by the C library, which knows what to do without them. */
static const struct answer {
	int call, error;
} answers[] = {
	{ CALL(clone3), ENOSYS }, /* its flags lie in memory, where no filter looks: then clone */
};

static int
add_rules(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp is_netlink = { 0, SCMP_CMP_EQ, AF_NETLINK, 0 };
	const struct scmp_arg_cmp is_self = { 0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0 };
	int bad = 0;
	size_t i;

	for (i = 0; i < COUNT_OF(calls); i++)
		bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	for (i = 0; i < COUNT_OF(parts); i++) {
		const struct part *p = &parts[i];
		const struct scmp_arg_cmp is = { p->argument, SCMP_CMP_MASKED_EQ, p->mask,
			                         p->value };

		bad |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, p->call, 1, &is);
	}
	for (i = 0; i < COUNT_OF(answers); i++)
		bad |= seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint32_t)answers[i].error),
		                        answers[i].call, 0);
	/* The addresses of this machine, which getaddrinfo() sorts by when it gets them. */
	bad |= seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), CALL(socket), 1,
	                              &is_netlink);
	/* abort() and raise() */
	bad |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, CALL(tgkill), 1, &is_self);
	return bad;
}

bool
sandbox_enter(enum sandbox mode)
{
	scmp_filter_ctx filter;
	int bad;

	if (mode == SANDBOX_OFF)
		return true;
	filter = seccomp_init(mode == SANDBOX_KILL ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM));
	if (!filter)
		die("out of memory: filter of system calls");
	/* the kernel's own errno; every thread; found by halving rather than one after the other */
	bad = seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	bad |= seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	bad |= seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	bad |= add_rules(filter);
	if (!bad)
		bad = seccomp_load(filter);
	seccomp_release(filter);
	if (bad)
		log_line(LOG_LEVEL_ERROR, "sandbox", "errno=%d", -bad);
	return !bad;
}
