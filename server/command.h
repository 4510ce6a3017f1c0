/* SPDX-License-Identifier: Apache-2.0 */
/* A command on its worker: body, idempotency, one transaction, the object as it then is. */
#ifndef SERVER_COMMAND_H
#define SERVER_COMMAND_H

#include "request.h"

/* Media types of a PATCH: RFC 7396's, and what every body may be called. */
#define MERGE_PATCH  "application/merge-patch+json"
#define ACCEPT_PATCH MERGE_PATCH ", application/json"

/* Runs req to its reply, problems included. */
void command_run(struct request *req, struct conn *conn, int64_t deadline_us);

/* The version an If-Match names: of "7", "7.hash" and W/"7.hash".  INT64_MAX for a tag that was
 * never ours: it matches nothing. */
int64_t version_of_tag(const char *tag);

#endif
