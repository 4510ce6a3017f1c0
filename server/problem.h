/* SPDX-License-Identifier: Apache-2.0 */
/* Problem documents (RFC 9457) in the caller's language. */
#ifndef SERVER_PROBLEM_H
#define SERVER_PROBLEM_H

#include "request.h"

/* Fill req->reply from req->ctx's failures.  current: JSON of the object as it is, or NULL. */
void problem_reply(struct request *req, enum err err, const struct buf *current);

/* One failure as {"pointer", "code", "message"}, for results that are kept. */
void problem_write(struct buf *out, const struct failure *failure, int language);

#endif
