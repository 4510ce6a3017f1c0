/* SPDX-License-Identifier: Apache-2.0 */
/* The system calls of a process that prints, as a seccomp filter. */
#include "cell.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define CALL(name) SCMP_SYS(name)

#define MEMORY  ((rlim_t)512 << 20)
#define SECONDS ((rlim_t)10) /* of the processor */

/* Measured with strace over every document; what the C library may do instead stands beside it. */
/* clang-format off */
static const int calls[] = {
	CALL(read), CALL(write), CALL(writev), CALL(lseek), CALL(fstat), CALL(newfstatat),
	CALL(close), CALL(brk), CALL(munmap), CALL(mremap), CALL(madvise), CALL(futex),
	CALL(getrandom), CALL(clock_gettime), CALL(sched_yield), CALL(rt_sigreturn),
	CALL(rt_sigprocmask), CALL(exit), CALL(exit_group), CALL(restart_syscall),
	/* of the threads that pango looks for fonts with */
	CALL(set_robust_list), CALL(rseq), CALL(gettid), CALL(sched_getattr), CALL(sched_setattr),
	CALL(sched_getaffinity),
};
/* clang-format on */

/* Libraries try these and do without: word breaks of Thai are in a file, for instance. */
static const struct answer {
	int call, error;
} answers[] = {
	{ CALL(open), EACCES },
	{ CALL(openat), EACCES },
	{ CALL(access), EACCES },
	{ CALL(faccessat), EACCES },
	{ CALL(faccessat2), EACCES },
	{ CALL(readlink), EACCES },
	{ CALL(readlinkat), EACCES },
	/* its flags lie in memory, where no filter looks: then clone */
	{ CALL(clone3), ENOSYS },
};

static int
add_rules(scmp_filter_ctx filter)
{
	/* more memory is for data alone */
	const struct scmp_arg_cmp no_code = { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 };
	const struct scmp_arg_cmp thread = { 0, SCMP_CMP_MASKED_EQ, CLONE_THREAD | CLONE_VM,
		                             CLONE_THREAD | CLONE_VM };
	const struct scmp_arg_cmp name = { 0, SCMP_CMP_EQ, PR_SET_NAME, 0 };
	int bad = 0;

	for (size_t i = 0; i < COUNT_OF(calls); i++)
		bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	for (size_t i = 0; i < COUNT_OF(answers); i++)
		bad |= seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint32_t)answers[i].error),
		                        answers[i].call, 0);
	bad |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, CALL(mmap), 1, &no_code);
	bad |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, CALL(mprotect), 1, &no_code);
	bad |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, CALL(clone), 1, &thread);
	bad |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, CALL(prctl), 1, &name);
	return bad;
}

bool
cell_enter(void)
{
	const struct rlimit memory = { MEMORY, MEMORY }, seconds = { SECONDS, SECONDS };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int bad;

	if (!filter)
		return false;
	/* every thread there is */
	bad = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	bad |= setrlimit(RLIMIT_AS, &memory);
	bad |= setrlimit(RLIMIT_CPU, &seconds);
	bad |= add_rules(filter);
	if (!bad)
		bad = seccomp_load(filter);
	seccomp_release(filter);
	return !bad;
}
