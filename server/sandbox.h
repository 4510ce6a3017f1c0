/* SPDX-License-Identifier: Apache-2.0 */
/* System calls of the daemon once it serves: those it needs, and no others. */
#ifndef SERVER_SANDBOX_H
#define SERVER_SANDBOX_H

#include <stdbool.h>

#include "core/base.h"

/* What a call that is not needed does. */
enum sandbox {
	SANDBOX_OFF,    /* what the kernel lets it */
	SANDBOX_REFUSE, /* it fails with EPERM */
	SANDBOX_KILL    /* it ends the process */
};

/*
 * Narrow the system calls of all threads of this process, for good: nothing can be executed, no
 * process be made, traced or signalled, no memory be made executable, no socket be opened but of
 * IP and Unix.  Call it when everything is open.  False, with an error in the log, when the kernel
 * does not let us.
 */
MUSTCHECK bool sandbox_enter(enum sandbox mode);

#endif
