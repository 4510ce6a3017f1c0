/* SPDX-License-Identifier: Apache-2.0 */
/* Cursors and links: only what this server made is taken, only by whom and where it was made for,
 * and it comes back as it was.
 *
 * Input: a kind; for forgeries the token, else an octet to change, position, texts of the keys. */
#include <sodium.h>
#include <string.h>

#include "auth.h"
#include "core/text.h"
#include "cursor.h"
#include "fuzz.h"
#include "link.h"

#define FILTERS "store_id=1&limit=50&cursor=x&status=open"

static bool
is_taken(const char *token, const char *path, const char *query, const struct principal *who)
{
	struct cursor cursor;
	struct request req;
	bool taken;

	request_begin(&req, 0);
	req.path = path;
	req.query = query;
	req.who = who;
	taken = cursor_decode(&req, token, &cursor) == OK;
	if (!taken)
		must_be_problem(&req, ERR_BAD_CURSOR, NULL, 0);
	request_end(&req);
	return taken;
}

static void
forged(struct input *in)
{
	struct arena arena;
	struct id link;
	const char *token;

	arena_init(&arena);
	token = take_line(in, &arena);
	MUST(!is_taken(token, "/v1/events", NULL, NULL));
	MUST(!link_open(token, &link));
	arena_clear(&arena);
}

/* Writes {"after_0":"text",...} and the texts; how many there are. */
static size_t
write_keys(struct buf *out, struct input *in, struct arena *arena, const char *texts[CURSOR_KEYS])
{
	size_t n = 0;

	buf_char(out, '{');
	do {
		const char *text = take_line(in, arena);

		if (!utf8_valid(text, strlen(text)))
			text = NULL;
		buf_printf(out, "%s\"after_%zu\":", n ? "," : "", n);
		buf_json(out, text, text ? strlen(text) : 0);
		texts[n++] = text;
	} while (in->left && n < CURSOR_KEYS);
	buf_char(out, '}');
	return n;
}

static void
made_here(struct input *in)
{
	static const struct principal who = { .actor = { { 1 } } }, other = { .actor = { { 2 } } };
	unsigned change = take_octet(in) * 256u + take_octet(in);
	const char *texts[CURSOR_KEYS], *position;
	struct cursor cursor;
	struct request req;
	struct buf keys;
	size_t count;
	char *token;

	request_begin(&req, 0);
	req.path = "/v1/events";
	req.query = FILTERS;
	req.who = &who;
	position = take_line(in, &req.arena);
	buf_init(&keys, 1u << 24);
	count = write_keys(&keys, in, &req.arena, texts);
	token = arena_text(&req.arena, cursor_encode(&req, keys.data, keys.len, position));
	buf_clear(&keys);

	MUST(cursor_decode(&req, token, &cursor) == OK);
	MUST(cursor.count == count && strcmp(cursor.position, position) == 0);
	for (size_t i = 0; i < count; i++)
		MUST(text_equal(cursor.values[i], texts[i]));

	MUST(is_taken(token, "/v1/events", "limit=1&" FILTERS, &who));
	MUST(!is_taken(token, "/v1/parts", FILTERS, &who));
	MUST(!is_taken(token, "/v1/events", FILTERS "&q=x", &who));
	MUST(!is_taken(token, "/v1/events", FILTERS, &other));
	token[change % strlen(token)] ^= (char)(1 + change % 127);
	MUST(!is_taken(token, "/v1/events", FILTERS, &who));
	request_end(&req);
}

static void
link_made_here(struct input *in)
{
	unsigned change = take_octet(in);
	char token[LINK_TEXT];
	struct id id, back;

	for (size_t i = 0; i < sizeof(id.b); i++)
		id.b[i] = (unsigned char)take_octet(in);
	MUST(link_open(link_token(id, token), &back) && id_equal(id, back));
	token[change % strlen(token)] ^= (char)(1 + take_octet(in) % 127);
	MUST(!link_open(token, &back));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char key[32] = "a key that nobody has guessed";
	struct input in = { (const char *)data, size };

	if (sodium_init() < 0)
		return 0;
	cursor_set_key(key);
	link_set_key(key);
	switch (take_octet(&in) % 3) {
	case 0:
		forged(&in);
		break;
	case 1:
		made_here(&in);
		break;
	default:
		link_made_here(&in);
	}
	return 0;
}
