/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies and parameters into the structs of the contract, every wrong field told at once. */
#ifndef SERVER_DECODE_H
#define SERVER_DECODE_H

#include "db/ctx.h"

#define DECODE_DEPTH_MAX  32
#define DECODE_VALUES_MAX 20000 /* in a body; no operation takes 4,000 */

/* JSON text into a new struct of the shape.  ERR_MALFORMED_JSON, or ERR_VALIDATION_FAILED with one
 * failure and JSON Pointer for each wrong field. */
MUSTCHECK enum err decode_body(struct ctx *ctx, const struct shape *shape, const char *text,
                               size_t size, void **out);

/* One name and value of a path or query, both decoded, valid UTF-8 and without NUL. */
struct parameter {
	const char *name, *value;
};

#define PARAMETERS_MAX 64

/* Path and query parameters, decoded.  path: the operation's, with its {names}; segments: what
 * stands in their place, still encoded; query: still encoded, may be NULL.  False when an escape is
 * malformed or there are more than fit. */
MUSTCHECK bool collect_parameters(struct arena *arena, const char *path,
                                  const char *const segments[4], const char *query,
                                  struct parameter list[PARAMETERS_MAX], size_t *count);

/* Parameters into a new struct of the shape; repeated and comma separated values both make arrays.
 * ERR_BAD_PARAMETER with one failure for each wrong, unknown or missing parameter. */
MUSTCHECK enum err decode_parameters(struct ctx *ctx, const struct shape *shape,
                                     const struct parameter *parameters, size_t count, void **out);

/* Percent-decoded text in the arena; NULL when it is malformed, holds NUL or is not UTF-8. */
char *percent_decode(struct arena *arena, const char *text, size_t size, bool plus_is_space);

#endif
