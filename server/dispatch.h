/* SPDX-License-Identifier: Apache-2.0 */
/* A request's way: operation, principal, permission, parameters, transaction, reply. */
#ifndef SERVER_DISPATCH_H
#define SERVER_DISPATCH_H

#include "config.h"
#include "http.h"
#include "request.h"
#include "worker.h"

/* What the dispatcher sends requests on to; all borrowed, set once before the loop runs. */
struct dispatch {
	const struct config *config;
	struct lanes *lanes;
	struct workers *workers;  /* commands */
	struct workers *hashers;  /* password hashing: its own small queue */
	struct workers *printers; /* documents on paper: likewise */
	bool draining;
};

void dispatch_init(const struct dispatch *dispatch);
void dispatch_drain(void); /* /readyz says no, connections close after their answer */

/* For http.c */
bool dispatch_head(struct request *req);
void dispatch_request(struct request *req);
void dispatch_refused(struct request *req, int status);
void dispatch_done(struct request *req, bool sent);

/* For worker.c: run the request to its reply, or make what that lacks. */
void dispatch_run(struct request *req, struct conn *conn);
/* Loop thread: a worker has run it; answer, or have made what its reply lacks. */
void dispatch_ran(struct request *req);

#endif
