/* SPDX-License-Identifier: Apache-2.0 */
/* A process of our own that starts and watches a server, for a daemon that may itself start nothing
 * any more (server/sandbox.h).
 *
 * There is one for a process, and it is asked by one thread.  It ends when we end, however that is;
 * what it started gets SIGINT then (run_start). */
#ifndef DB_STARTER_H
#define DB_STARTER_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base.h"

/* Fork it, before there is any thread.  `start` is called over there: the pid of the server, or
 * -1.  False with errno. */
MUSTCHECK bool starter_open(pid_t (*start)(void));

/* Start the server unless it runs; send it a signal; neither.  Does it run now?  No when the
 * starter is not open. */
bool starter_start(void);
bool starter_signal(int signal);
MUSTCHECK bool starter_runs(void);

/* Send it away and wait for it.  Nothing when it is not open. */
void starter_close(void);

#endif
