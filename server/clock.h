/* SPDX-License-Identifier: Apache-2.0 */
/* Whether this machine's clock and PostgreSQL's still agree: both write into the same rows. */
#ifndef SERVER_CLOCK_H
#define SERVER_CLOCK_H

#include "db/lane.h"

/* About every second, on the loop's thread: asks the server for its time now and then. */
void clock_watch(struct lanes *lanes);
/* False once they were seen more than CLOCK_OFF_MAX_US apart, until they are not. */
bool clock_agrees(void);

#endif
