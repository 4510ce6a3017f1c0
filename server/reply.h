/* SPDX-License-Identifier: Apache-2.0 */
/* Replies made of rows: documents, pages, and their headers. */
#ifndef SERVER_REPLY_H
#define SERVER_REPLY_H

#include "db/json.h"
#include "route.h"

/* Statements and values of a read, for the lanes or for a connection.  ids: of ONE; may be NULL. */
MUSTCHECK enum err reply_statements(struct request *req, const struct route *route,
                                    const struct id *ids, size_t ids_count, enum sql sql[],
                                    const char **values[], size_t *count);

/* Write the object (row `row` of the first rows) or page of a read from its rows into req->reply; 200
 * or the operation's status.  ERR_NOT_FOUND when the object is not there. */
MUSTCHECK enum err reply_rows(struct request *req, const struct route *route,
                              struct rows *const rows[], size_t row);

/* Write the member `actions`: which verbs the machine has, which are enabled now and for this
 * caller, and why not.  The row has the machine's column and store_id. */
void reply_actions(struct buf *out, const struct rows *rows, size_t row, struct request *req,
                   const struct machine *machine);

/* The same of what two stores have in common, the second in the column other: what the caller may do in
 * either; the machine's guards tell whose verb it is. */
void reply_actions_between(struct buf *out, const struct rows *rows, size_t row,
                           struct request *req, const struct machine *machine, const char *other);

/* ETag, and 304 when the caller has it. */
void reply_etag(struct request *req);

/* The token of a link that a row is: the `extra` of a read for those who hand it out. */
void reply_token(struct buf *out, const struct rows *rows, size_t row, void *req);

#endif
