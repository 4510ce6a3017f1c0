/* SPDX-License-Identifier: Apache-2.0 */
/* Growing buffer with a ceiling. */
#include "core/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

#define CAP_FIRST ((size_t)1024)

void
buf_init(struct buf *buf, size_t max)
{
	*buf = (struct buf){ .max = max };
}

void
buf_clear(struct buf *buf)
{
	free(buf->data);
	buf_init(buf, buf->max);
}

static void
grow(struct buf *buf, size_t need)
{
	size_t cap = buf->cap ? buf->cap : CAP_FIRST;
	char *data;

	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	if (cap - 1 > buf->max)
		cap = buf->max + 1;
	data = realloc(buf->data, cap);
	if (!data)
		die("out of memory: buffer of %zu bytes", cap);
	buf->data = data;
	buf->cap = cap;
}

void
buf_expect(struct buf *buf, size_t len)
{
	if (buf->cap < len)
		grow(buf, len);
}

/* Room for `len` bytes and a NUL behind them, which buf_take and vsnprintf need; NULL when full. */
static char *
reserve(struct buf *buf, size_t len)
{
	if (buf->full || len > buf->max - buf->len) {
		buf->full = true;
		return NULL;
	}
	if (buf->cap - buf->len <= len)
		grow(buf, buf->len + len + 1);
	return buf->data + buf->len;
}

void
buf_put_slowly(struct buf *buf, const void *data, size_t len)
{
	char *to;

	if (!len)
		return;
	to = reserve(buf, len);
	if (!to)
		return;
	memcpy(to, data, len);
	buf->len += len;
}

void
buf_puts(struct buf *buf, const char *s)
{
	buf_put(buf, s, strlen(s));
}

void
buf_int(struct buf *buf, int64_t n)
{
	char digits[20];
	char *p = digits + sizeof(digits);
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;

	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (n < 0)
		*--p = '-';
	buf_put(buf, p, (size_t)(digits + sizeof(digits) - p));
}

void
buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list args;
	char *to;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		die("bad format: %s", fmt);
	to = reserve(buf, (size_t)len);
	if (!to)
		return;
	va_start(args, fmt);
	(void)vsnprintf(to, (size_t)len + 1, fmt, args);
	va_end(args);
	buf->len += (size_t)len;
}

static void
put_escaped(struct buf *buf, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	if (c == '"' || c == '\\')
		buf_put(buf, (const char[]){ '\\', (char)c }, 2);
	else
		buf_put(buf, (const char[]){ '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6);
}

void
buf_json(struct buf *buf, const char *s, size_t len)
{
	size_t at = 0;

	if (!s) {
		buf_puts(buf, "null");
		return;
	}
	buf_char(buf, '"');
	while (at < len) {
		size_t n = text_plain(s + at, len - at);

		buf_put(buf, s + at, n);
		at += n;
		if (at < len)
			put_escaped(buf, (unsigned char)s[at++]);
	}
	buf_char(buf, '"');
}

char *
buf_take(struct buf *buf, size_t *len)
{
	char *data;

	if (!buf->data)
		grow(buf, 1);
	data = buf->data;
	data[buf->len] = '\0';
	if (len)
		*len = buf->len;
	buf_init(buf, buf->max);
	return data;
}
