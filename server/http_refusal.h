/* SPDX-License-Identifier: Apache-2.0 */
/* A reply written to the socket by hand, where the library would send a page of its own. */
#ifndef SERVER_HTTP_REFUSAL_H
#define SERVER_HTTP_REFUSAL_H

#include "request.h"

/* Send req->reply, which ends the connection; what the socket does not take at once is lost. */
void refusal_send(int fd, const char *reason, const struct request *req);

#endif
