/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes and the one way to end the process that every other file shares. */
#ifndef CORE_BASE_H
#define CORE_BASE_H

#define MUSTCHECK         __attribute__((warn_unused_result))
#define NORETURN          __attribute__((noreturn))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define COUNT_OF(a)       (sizeof(a) / sizeof((a)[0]))

/*
 * Print `<2>fettled: ...` to stderr and abort.  For lack of memory and for what cannot happen;
 * the supervisor starts the daemon again.
 */
NORETURN void die(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
