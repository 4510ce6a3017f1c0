/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of a request's head, stricter than the library's, and its copy into the request.
 *
 * What two servers may read differently is refused, so that nothing can be smuggled past a
 * proxy. */
#ifndef SERVER_HTTP_HEAD_H
#define SERVER_HTTP_HEAD_H

#include "request.h"

#define HEAD_POOL       ((size_t)8 * 1024) /* the library's memory for a connection */
#define HEAD_TARGET_MAX 4096
#define HEAD_SIZE_MAX   5120
#define HEAD_REPLY_MAX  1280 /* of it kept free for the head of the reply */

struct head {
	int status; /* 0, or the status of the first thing that is wrong: 400, 414, 431, 501, 505 */
	size_t size; /* octets of the head */
	unsigned hosts, lengths, encodings;
	uint64_t length; /* the announced one; UINT64_MAX when it does not fit */
	const char
		*line_end; /* where the last line that was looked at ends in the library's memory */
	unsigned singles;  /* bits of those fields that have come and may come once only */
};

/* In the order of the wire.  The target first, as it was sent; fills req->path and query. */
void head_target(struct head *head, struct request *req, const char *target);
/* Fills req->headers. */
void head_field(struct head *head, struct request *req, const char *name, size_t name_len,
                const char *value, size_t value_len);
/*
 * The library cuts a head into strings where it lies: it writes NULs over colons and ends of lines.
 * So every octet can be accounted for, and what it has skipped or moved is refused: the tail of a
 * value behind a NUL, a folded line, a line that has no name, an end of line that is not CRLF.
 * In the order of the wire: the request line, each field, the end of the head.
 */
void head_line(struct head *head, const char *method, const char *version);
void head_lies(struct head *head, const char *name, size_t name_len, const char *value,
               size_t value_len);
void head_ends(struct head *head, const char *end);
/* At last the framing as a whole; fills req->method and is_head. */
void head_end(struct head *head, struct request *req, const char *method, const char *version);
/* Does a body follow? */
bool head_has_body(const struct head *head);

/* Octets that cannot end or split a header line. */
bool head_is_token(const char *s, size_t len);
bool head_is_value(const char *s, size_t len);

#endif
