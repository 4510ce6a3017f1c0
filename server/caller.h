/* SPDX-License-Identifier: Apache-2.0 */
/* How many reads and commands one caller (user, key or link) may have under way at once, so that none
 * can take every lane or worker. */
#ifndef SERVER_CALLER_H
#define SERVER_CALLER_H

#include "config.h"
#include "request.h"

/* Count the request as one of its caller's.  False when there are as many as the settings allow;
 * some of them are kept for critical operations.  Loop thread only. */
bool caller_begins(struct request *req, const struct config *config, bool reads);

/* It is over; nothing when it was never counted. */
void caller_ends(struct request *req);

#endif
