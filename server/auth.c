/* SPDX-License-Identifier: Apache-2.0 */
/* Principals, their cache, and the scope of an operation. */
#include "auth.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/text.h"

#define CACHE_SLOTS 16384 /* a power of two; a principal out of its slot is only looked up again */

/* The cache keeps no token, but a short hash of it under a key that nobody knows: the digest that the
 * database has costs a request many times as much. */
struct label {
	unsigned char b[crypto_shorthash_siphashx24_BYTES];
};

struct slot {
	struct label label;
	struct principal *who;
};

static struct slot cache[CACHE_SLOTS];

#ifdef FETTLE_UNGUARDED
__attribute__((constructor)) static void
tell_unguarded(void)
{
	log_line(LOG_LEVEL_WARN, "unguarded", "permissions=ignored");
}
#endif

void
token_hash(const char *token, unsigned char out[static TOKEN_HASH])
{
	crypto_hash_sha256(out, (const unsigned char *)token, strlen(token));
}

const char *
token_literal(struct arena *arena, const char *token)
{
	unsigned char hash[TOKEN_HASH];
	char hex[2 * TOKEN_HASH + 1];

	token_hash(token, hash);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	return arena_printf(arena, "\\x%s", hex);
}

const char *
token_new(struct arena *arena, const char *prefix, const char **hash_literal)
{
	unsigned char secret[32];
	char text[BASE64URL_TEXT(sizeof(secret))];
	const char *token;

	randombytes_buf(secret, sizeof(secret));
	text[base64url_encode(text, secret, sizeof(secret))] = '\0';
	sodium_memzero(secret, sizeof(secret));
	token = arena_printf(arena, "%s%s", prefix, text);
	*hash_literal = token_literal(arena, token);
	return token;
}

static struct label
label_of(const char *token)
{
	static unsigned char key[crypto_shorthash_siphashx24_KEYBYTES];
	static bool keyed;
	struct label label;

	if (!keyed) {
		randombytes_buf(key, sizeof(key));
		keyed = true;
	}
	crypto_shorthash_siphashx24(label.b, (const unsigned char *)token, strlen(token), key);
	return label;
}

static struct slot *
slot_of(const struct label *label)
{
	size_t i;

	memcpy(&i, label->b, sizeof(i));
	return &cache[i % CACHE_SLOTS];
}

void
principal_release(const struct principal *who)
{
	struct principal *p = (struct principal *)(uintptr_t)who;

	if (p && --p->references == 0)
		free(p);
}

struct principal *
principal_cached(const char *token)
{
	struct label label = label_of(token);
	struct slot *slot = slot_of(&label);

	if (!slot->who || sodium_memcmp(slot->label.b, label.b, sizeof(label.b)) != 0 ||
	    clock_monotonic_us() >= slot->who->until_us)
		return NULL;
	slot->who->references++;
	return slot->who;
}

void
principals_clear(void)
{
	for (size_t i = 0; i < CACHE_SLOTS; i++) {
		principal_release(cache[i].who);
		cache[i].who = NULL;
	}
}

/* What is granted at one store; NULL when nothing is. */
static struct store_grant *
grant_at(const struct principal *who, struct id store)
{
	struct principal *p = (struct principal *)(uintptr_t)who;

	for (size_t i = 0; i < p->stores_count; i++)
		if (id_equal(p->stores[i].store, store))
			return &p->stores[i];
	return NULL;
}

static void
add_grant(struct principal *who, const struct rows *rows, size_t row)
{
	/* a key never has more than the role it was given */
	struct permission_set set =
		permissions_of(row_text(rows, row, "role"), row_text(rows, row, "scopes"));
	const bool on_tablet = strcmp(row_text(rows, row, "kind"), "tablet") == 0;
	const char *kind = row_text(rows, row, "reached_kind");
	struct id store = row_id(rows, row, "store_id");
	const struct permission_set *reach;
	struct store_grant *grant;

	if (on_tablet)
		permissions_intersect(&set, &tablet_permissions);
	if (row_bool(rows, row, "chain")) {
		permissions_unite(&who->chain, &set);
		who->has_chain = true;
	}
	if (id_is_none(store))
		return;
	grant = grant_at(who, store);
	if (!grant) {
		grant = &who->stores[who->stores_count++];
		grant->store = store;
	}
	if (kind) {
		reach = &store_kind_reach[enum_value(&store_kind_enum, kind)];
		permissions_intersect(&set, reach);
		if (permission_lacking(reach, &store_kind_reach[STORE_KIND_OWN]))
			grant->apart = true;
	}
	permissions_unite(&grant->set, &set);
}

static enum actor_kind
kind_of(const char *text)
{
	return strcmp(text, "key") == 0    ? ACTOR_KEY
	       : strcmp(text, "link") == 0 ? ACTOR_LINK
	                                   : ACTOR_STAFF;
}

struct principal *
principal_from_rows(const struct rows *rows, const char *token)
{
	size_t n = rows_count(rows);
	struct principal *who;
	struct label label;
	struct slot *slot;

	if (n == 0)
		return NULL;
	who = calloc(1, sizeof(*who) + n * sizeof(who->stores[0]));
	if (!who)
		die("out of memory");
	who->references = 1;
	who->until_us = clock_monotonic_us() + PRINCIPAL_TTL_US;
	who->kind = kind_of(row_text(rows, 0, "kind"));
	who->actor = row_id(rows, 0, "actor_id");
	who->session = row_id(rows, 0, "session_id");
	for (size_t i = 0; i < n; i++)
		add_grant(who, rows, i);
	if (token) {
		label = label_of(token);
		slot = slot_of(&label);
		principal_release(slot->who);
		slot->label = label;
		slot->who = who;
		who->references++;
	}
	return who;
}

struct permission_set
principal_permissions(const struct principal *who, struct id store)
{
	const struct store_grant *grant = grant_at(who, store);
	struct permission_set held = { 0 };

	if (grant)
		held = grant->set;
	if (!grant || !grant->apart)
		permissions_unite(&held, &who->chain);
	for (size_t i = 0; id_is_none(store) && i < who->stores_count; i++)
		permissions_unite(&held, &who->stores[i].set);
	return held;
}

bool
principal_holds(const struct principal *who, enum permission permission, struct id store)
{
	const struct permission_set held = principal_permissions(who, store);

	return permission_in(&held, permission);
}

/* What an operation asks for, and beside it what one request does. */
struct asked {
	const enum permission *any, *also;
	size_t also_count;
};

static bool
suffices(const struct permission_set *held, const struct asked *asked)
{
	bool one = asked->any[0] == PERMISSION_NONE;

	for (const enum permission *p = asked->any; *p != PERMISSION_NONE && !one; p++)
		one = permission_in(held, *p);
	for (size_t i = 0; i < asked->also_count && one; i++)
		one = permission_in(held, asked->also[i]);
	return one;
}

static bool
suffices_at(const struct principal *who, const struct store_grant *grant, const struct asked *asked)
{
	struct permission_set held = grant->set;

	if (!grant->apart)
		permissions_unite(&held, &who->chain);
	return suffices(&held, asked);
}

/* The stores that have, or have not, what is asked for: how many, the last of them, and all as a
 * uuid[] literal. */
static size_t
list_stores(const struct principal *who, const struct asked *asked, bool having,
            struct arena *arena, struct id *last, const char **literal)
{
	char *list = arena_alloc(arena, who->stores_count * ID_TEXT + 3), text[ID_TEXT];
	size_t n = 0, len = 1;

	list[0] = '{';
	for (size_t i = 0; i < who->stores_count; i++) {
		if (GUARDED && suffices_at(who, &who->stores[i], asked) != having)
			continue;
		if (n++ > 0)
			list[len++] = ',';
		memcpy(list + len, id_format(who->stores[i].store, text), ID_TEXT - 1);
		len += ID_TEXT - 1;
		*last = who->stores[i].store;
	}
	list[len] = '}';
	*literal = list;
	return n;
}

bool
principal_scope(const struct principal *who, const struct operation *operation,
                const enum permission *also, size_t also_count, struct arena *arena,
                struct scope *scope)
{
	const struct asked asked = { operation->permissions, also, also_count };
	bool known = !GUARDED || operation->permissions[0] == PERMISSION_NONE;
	const char *list;
	struct id last;
	size_t n;

	*scope = (struct scope){ .kind = who->kind, .actor = who->actor };
	/* an operation without permissions is for everyone who is known, wherever they have any
	 * role */
	if (known ? who->has_chain : suffices(&who->chain, &asked)) {
		scope->hq = true;
		/* what belongs to the chain is in no store */
		if (!known && operation->scope == OP_SCOPE_STORE &&
		    list_stores(who, &asked, false, arena, &last, &list) > 0)
			scope->stores = list;
		return true;
	}
	if (GUARDED && operation->scope == OP_SCOPE_CHAIN)
		return false;
	n = list_stores(who, &asked, true, arena, &last, &list);
	if (n == 1)
		scope->store = last;
	else if (n > 1)
		scope->stores = list;
	return n > 0 || known;
}

bool
scope_narrow(struct scope *scope, struct id store)
{
	if (!GUARDED)
		return true;
	if (!scope_covers(scope, store))
		return false;
	scope->hq = false;
	scope->store = store;
	scope->stores = NULL;
	return true;
}
