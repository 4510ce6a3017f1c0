/* SPDX-License-Identifier: Apache-2.0 */
/* Cursors: the last row's keys with a MAC that binds them to operation, caller and filters. */
#include "cursor.h"

#include <jansson.h>
#include <sodium.h>
#include <string.h>

#include "auth.h"
#include "core/text.h"

#define MAC 16

static unsigned char server_key[crypto_auth_KEYBYTES];

void
cursor_set_key(const unsigned char key[static 32])
{
	memcpy(server_key, key, sizeof(server_key));
}

/* Each with its end, so that two cannot be read as one. */
static void
add_filter(crypto_auth_hmacsha512256_state *state, const char *filter, size_t size)
{
	crypto_auth_hmacsha512256_update(state, (const unsigned char *)filter, size);
	crypto_auth_hmacsha512256_update(state, (const unsigned char *)"&", 1);
}

/* Query without what may change from page to page. */
static void
add_filters(crypto_auth_hmacsha512256_state *state, const char *query)
{
	while (query && *query) {
		size_t n = strcspn(query, "&");

		if (strncmp(query, "cursor=", 7) != 0 && strncmp(query, "limit=", 6) != 0 &&
		    strncmp(query, "count=", 6) != 0)
			add_filter(state, query, n);
		query += n;
		if (*query == '&')
			query++;
	}
}

static void
mac_of(const struct request *req, const void *data, size_t size, unsigned char mac[static MAC])
{
	crypto_auth_hmacsha512256_state state;
	unsigned char full[crypto_auth_BYTES];

	crypto_auth_hmacsha512256_init(&state, server_key, sizeof(server_key));
	crypto_auth_hmacsha512256_update(&state, (const unsigned char *)req->path,
	                                 strlen(req->path) + 1);
	if (req->who)
		crypto_auth_hmacsha512256_update(&state, req->who->actor.b,
		                                 sizeof(req->who->actor.b));
	add_filters(&state, req->query);
	crypto_auth_hmacsha512256_update(&state, (const unsigned char *)"\n", 1);
	crypto_auth_hmacsha512256_update(&state, data, size);
	crypto_auth_hmacsha512256_final(&state, full);
	memcpy(mac, full, MAC);
}

const char *
cursor_encode(struct request *req, const char *key, size_t size, const char *position)
{
	size_t at = strlen(position);
	unsigned char *bytes = arena_alloc(&req->arena, MAC + at + 1 + size);
	char *text = arena_alloc(&req->arena, BASE64URL_TEXT(MAC + at + 1 + size));

	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): a line end follows instead */
	memcpy(bytes + MAC, position, at);
	bytes[MAC + at] = '\n';
	memcpy(bytes + MAC + at + 1, key, size);
	mac_of(req, bytes + MAC, at + 1 + size, bytes);
	base64url_encode(text, bytes, MAC + at + 1 + size);
	return text;
}

enum err
cursor_decode(struct request *req, const char *text, struct cursor *cursor)
{
	size_t max = strlen(text), size, at;
	unsigned char *bytes = arena_alloc(&req->arena, max + 1), mac[MAC];
	const char *body;
	json_t *keys;
	void *key;

	*cursor = (struct cursor){ 0 };
	if (!base64url_decode(text, max, bytes, max, &size) || size <= MAC)
		return fail(&req->ctx, ERR_BAD_CURSOR, NULL);
	mac_of(req, bytes + MAC, size - MAC, mac);
	if (sodium_memcmp(mac, bytes, MAC) != 0)
		return fail(&req->ctx, ERR_BAD_CURSOR, NULL);
	body = (const char *)bytes + MAC;
	at = strcspn(body, "\n");
	cursor->position = arena_copy(&req->arena, body, at);
	keys = json_loadb(body + at + 1, size - MAC - at - 1, 0, NULL);
	for (key = json_object_iter(keys); key && cursor->count < CURSOR_KEYS;
	     key = json_object_iter_next(keys, key)) {
		cursor->names[cursor->count] = arena_text(&req->arena, json_object_iter_key(key));
		cursor->values[cursor->count++] =
			arena_text(&req->arena, json_string_value(json_object_iter_value(key)));
	}
	json_decref(keys);
	/* of an older release, which wrote another text or more keys */
	return cursor->count > 0 && !key ? OK : fail(&req->ctx, ERR_BAD_CURSOR, NULL);
}
