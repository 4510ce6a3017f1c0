/* SPDX-License-Identifier: Apache-2.0 */
/* Where a page ended, as an opaque text that only the same list of the same caller takes back. */
#ifndef SERVER_CURSOR_H
#define SERVER_CURSOR_H

#include "request.h"

#define CURSOR_KEYS 6

struct cursor {
	size_t count;
	const char *names[CURSOR_KEYS], *values[CURSOR_KEYS]; /* "after_at", text or NULL */
	const char *position;
};

/* The server's key for cursors and links; call once at start. */
void cursor_set_key(const unsigned char key[static 32]);

/* key: the JSON object of json_write_key(). */
const char *cursor_encode(struct request *req, const char *key, size_t size, const char *position);
MUSTCHECK enum err cursor_decode(struct request *req, const char *text, struct cursor *cursor);

#endif
