/* SPDX-License-Identifier: Apache-2.0 */
/* multipart/form-data in memory (RFC 7578, RFC 2046 5.1): the parts of a body, one after the
 * other. */
#ifndef SERVER_MULTIPART_H
#define SERVER_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"

#define MULTIPART_BOUNDARY_MAX 70

struct multipart {
	const char *at, *end;                       /* at: behind a delimiter */
	char delimiter[4 + MULTIPART_BOUNDARY_MAX]; /* CRLF, two hyphens, boundary; no NUL */
	size_t delimiter_size;
};

/* name and filename are arena memory and UTF-8; filename is NULL when the part is no file.  data
 * points into the body. */
struct multipart_part {
	const char *name, *filename;
	const char *data;
	size_t size;
};

enum multipart_step {
	MULTIPART_PART,
	MULTIPART_END,
	MULTIPART_BROKEN
};

/* False when the content type names no boundary or the body does not have it. */
MUSTCHECK bool multipart_open(struct multipart *m, const char *content_type, const char *body,
                              size_t size);

/* The next part; MULTIPART_BROKEN when what is there is not one, or the body ends within it. */
MUSTCHECK enum multipart_step multipart_next(struct multipart *m, struct arena *arena,
                                             struct multipart_part *part);

#endif
