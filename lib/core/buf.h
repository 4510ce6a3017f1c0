/* SPDX-License-Identifier: Apache-2.0 */
/* A growing buffer with a ceiling, and the one place where JSON strings are escaped. */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base.h"

/*
 * A write that would pass `max` bytes sets `full`; it and all later writes are dropped, so that
 * `full` needs looking at once, at the end.  Out of memory ends the process.
 */
struct buf {
	char *data;      /* not NUL-terminated; NULL before the first write */
	size_t len, cap; /* cap <= max + 1 */
	size_t max;
	bool full;
};

void buf_init(struct buf *buf, size_t max);

/* Free the content.  The buffer is empty again, with the same ceiling. */
void buf_clear(struct buf *buf);

/* Room for what is likely to come, so that it is not moved as it grows. */
void buf_expect(struct buf *buf, size_t len);

/* buf_put when there is no room, or no more is taken. */
void buf_put_slowly(struct buf *buf, const void *data, size_t len);

/* Inline: a document is written by hundreds of them. */
static inline void
buf_put(struct buf *buf, const void *data, size_t len)
{
	if (!buf->data || buf->full || len >= buf->cap - buf->len) {
		buf_put_slowly(buf, data, len);
	} else if (len) {
		memcpy(buf->data + buf->len, data, len);
		buf->len += len;
	}
}

static inline void
buf_char(struct buf *buf, char c)
{
	buf_put(buf, &c, 1);
}

void buf_puts(struct buf *buf, const char *s);
void buf_int(struct buf *buf, int64_t n);
void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * Write a JSON string with its quotes; NULL writes null.  `"`, `\`, 0x00-0x1f and 0x7f are escaped,
 * all other bytes are copied: `s` is UTF-8 already.
 */
void buf_json(struct buf *buf, const char *s, size_t len);

/*
 * Hand the content over: never NULL, a NUL behind its `*len` bytes (len may be NULL), to be freed
 * with free().  The buffer is empty again, with the same ceiling.
 */
MUSTCHECK char *buf_take(struct buf *buf, size_t *len);

#endif
