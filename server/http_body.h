/* SPDX-License-Identifier: Apache-2.0 */
/* A request's body on its way into memory or a spool file; its octets are counted, not believed. */
#ifndef SERVER_HTTP_BODY_H
#define SERVER_HTTP_BODY_H

#include "request.h"

struct body {
	char *data;
	size_t cap;
	uint64_t swallowed;
};

/* 0; 413 when it is more than req->max_body; 503 when the spool file cannot be written. */
int body_add(struct body *body, struct request *req, const char *spool_dir, const char *data,
             size_t size);
/* The body is whole: fills body_text or rewinds body_file. */
void body_end(struct body *body, struct request *req);
/* After a refusal, so that the client reads it: false when that is enough. */
bool body_swallow(struct body *body, size_t size);
/* Frees the memory and closes req->body_file. */
void body_clear(struct body *body, struct request *req);

#endif
