/* SPDX-License-Identifier: Apache-2.0 */
/* Principals, their cache, and the scope of an operation. */
#include "auth.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"

#define CACHE_SLOTS 16384 /* a power of two; a principal out of its slot is only looked up again */

struct slot {
	unsigned char hash[TOKEN_HASH];
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

static struct slot *
slot_of(const unsigned char hash[static TOKEN_HASH])
{
	size_t i;

	memcpy(&i, hash, sizeof(i));
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
principal_cached(const unsigned char hash[static TOKEN_HASH])
{
	struct slot *slot = slot_of(hash);

	if (!slot->who || sodium_memcmp(slot->hash, hash, TOKEN_HASH) != 0 ||
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

static void
add_grant(struct principal *who, const struct rows *rows, size_t row)
{
	/* a key never has more than the role it was given */
	struct permission_set set =
		permissions_of(row_text(rows, row, "role"), row_text(rows, row, "scopes"));
	struct id store = row_id(rows, row, "store_id");
	size_t i;

	if (row_bool(rows, row, "chain")) {
		permissions_unite(&who->chain, &set);
		who->has_chain = true;
		return;
	}
	if (id_is_none(store))
		return;
	for (i = 0; i < who->stores_count; i++)
		if (id_equal(who->stores[i].store, store))
			break;
	if (i == who->stores_count)
		who->stores[who->stores_count++].store = store;
	permissions_unite(&who->stores[i].set, &set);
}

static enum actor_kind
kind_of(const char *text)
{
	return strcmp(text, "key") == 0    ? ACTOR_KEY
	       : strcmp(text, "link") == 0 ? ACTOR_LINK
	                                   : ACTOR_STAFF;
}

struct principal *
principal_from_rows(const struct rows *rows, const unsigned char *hash)
{
	size_t n = rows_count(rows);
	struct principal *who;
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
	if (hash) {
		slot = slot_of(hash);
		principal_release(slot->who);
		memcpy(slot->hash, hash, TOKEN_HASH);
		slot->who = who;
		who->references++;
	}
	return who;
}

bool
principal_holds(const struct principal *who, enum permission permission, struct id store)
{
	if (permission_in(&who->chain, permission))
		return true;
	for (size_t i = 0; i < who->stores_count; i++)
		if ((id_is_none(store) || id_equal(who->stores[i].store, store)) &&
		    permission_in(&who->stores[i].set, permission))
			return true;
	return false;
}

static bool
suffices(const struct permission_set *chain, const struct permission_set *set,
         const enum permission *any, const enum permission *also, size_t also_count)
{
	bool one = any[0] == PERMISSION_NONE;

	for (; *any != PERMISSION_NONE && !one; any++)
		one = permission_in(set, *any) || permission_in(chain, *any);
	for (size_t i = 0; i < also_count && one; i++)
		one = permission_in(set, also[i]) || permission_in(chain, also[i]);
	return one;
}

bool
principal_scope(const struct principal *who, const struct operation *operation,
                const enum permission *also, size_t also_count, struct arena *arena,
                struct scope *scope)
{
	char *list, text[ID_TEXT];
	size_t n = 0, len = 1;
	bool known = !GUARDED || operation->permissions[0] == PERMISSION_NONE;

	*scope = (struct scope){ .kind = who->kind, .actor = who->actor };
	/* an operation without permissions is for everyone who is known, wherever they have any
	 * role */
	if (known ? who->has_chain
	          : suffices(&who->chain, &who->chain, operation->permissions, also, also_count)) {
		scope->hq = true;
		return true;
	}
	if (GUARDED && operation->scope == OP_SCOPE_CHAIN)
		return false;
	list = arena_alloc(arena, who->stores_count * ID_TEXT + 3);
	list[0] = '{';
	for (size_t i = 0; i < who->stores_count; i++) {
		if (GUARDED && !suffices(&who->chain, &who->stores[i].set, operation->permissions,
		                         also, also_count))
			continue;
		if (n++ > 0)
			list[len++] = ',';
		memcpy(list + len, id_format(who->stores[i].store, text), ID_TEXT - 1);
		len += ID_TEXT - 1;
		scope->store = who->stores[i].store;
	}
	list[len] = '}';
	if (n > 1) {
		scope->store = (struct id){ { 0 } };
		scope->stores = list;
	}
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
