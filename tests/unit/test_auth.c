/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do what where: permissions of roles and keys, stores a scope reaches, tokens of pages. */
#include "auth.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cursor.h"
#include "db/principal.h"

/* last: it calls a macro fail */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena arena;

static const struct id here = { { 1 } }, there = { { 2 } }, nowhere = { { 0 } };

static struct permission_set
set_of(bool held)
{
	return permissions_of(NULL, held ? "work_order.read" : "");
}

static bool
is_same(struct permission_set a, struct permission_set b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

static void
test_a_key_has_what_its_role_has_too(void **state)
{
	struct permission_set role = permissions_of("technician", NULL), both;
	char longer[200] = "";

	(void)state;
	assert_true(is_same(role, role_permissions[ROLE_TECHNICIAN]));
	both = permissions_of("technician", "work_order.read,staff.write");
	assert_true(is_same(both, permissions_of(NULL, "work_order.read")));
	assert_true(permission_in(&both, PERMISSION_WORK_ORDER_READ));
	assert_false(permission_in(&role, PERMISSION_STAFF_WRITE));
	assert_true(is_same(permissions_of("technician", ""), (struct permission_set){ { 0 } }));
	assert_true(is_same(permissions_of(NULL, NULL), (struct permission_set){ { 0 } }));
	/* of a release that had more, or of none */
	snprintf(longer, sizeof(longer), "work_order.fly,work_order.read%0100d,,work_order.read",
	         0);
	assert_true(is_same(permissions_of(NULL, longer), permissions_of(NULL, "work_order.read")));
	assert_int_equal(permission_lacking(&role, &both), PERMISSION_NONE);
	assert_int_equal(permission_lacking(&(struct permission_set){ { 0 } }, &both),
	                 PERMISSION_WORK_ORDER_READ);
}

/* Held for the chain, held at this store, at the other one, and whether this store is apart: who
 * holds it at this store, and who anywhere. */
static void
test_where_a_permission_is_held(void **state)
{
	struct principal *who = calloc(1, sizeof(*who) + 2 * sizeof(who->stores[0]));

	(void)state;
	assert_non_null(who);
	for (unsigned n = 0; n < 32; n++) {
		bool chain = n & 1, at_home = n & 2, abroad = n & 4, apart = n & 8, known = n & 16;

		who->chain = set_of(chain);
		who->stores[0] = (struct store_grant){ there, set_of(abroad), false };
		who->stores[1] = (struct store_grant){ here, set_of(at_home), apart };
		who->stores_count = known ? 2 : 1;
		assert_int_equal(principal_holds(who, PERMISSION_WORK_ORDER_READ, here),
		                 known ? at_home || (chain && !apart) : chain);
		assert_int_equal(principal_holds(who, PERMISSION_WORK_ORDER_READ, there),
		                 abroad || chain);
		assert_int_equal(principal_holds(who, PERMISSION_WORK_ORDER_READ, nowhere),
		                 chain || abroad || (known && at_home));
		assert_false(principal_holds(who, PERMISSION_WORK_ORDER_WRITE, here));
	}
	free(who);
}

/* One of the operation's permissions, and every one that the request needs besides. */
static void
test_the_scope_of_an_operation(void **state)
{
	static const enum permission any[] = { PERMISSION_WORK_ORDER_READ,
		                               PERMISSION_WORK_ORDER_WRITE, PERMISSION_NONE },
				     also[] = { PERMISSION_PRICE_OVERRIDE };
	struct operation operation = { .permissions = any, .scope = OP_SCOPE_STORE };
	struct principal *who = calloc(1, sizeof(*who) + 2 * sizeof(who->stores[0]));
	char text[2][ID_TEXT], list[2 * ID_TEXT + 3];
	struct scope scope;

	(void)state;
	assert_non_null(who);
	snprintf(list, sizeof(list), "{%s,%s}", id_format(here, text[0]),
	         id_format(there, text[1]));
	who->stores_count = 2;
	who->stores[0] = (struct store_grant){ .store = here };
	who->stores[1] = (struct store_grant){ .store = there };
	assert_false(principal_scope(who, &operation, NULL, 0, &arena, &scope));

	who->stores[0].set = permissions_of(NULL, "work_order.write");
	assert_true(principal_scope(who, &operation, NULL, 0, &arena, &scope));
	assert_true(!scope.hq && id_equal(scope.store, here) && !scope.stores);
	assert_true(scope_covers(&scope, here));
	assert_false(scope_covers(&scope, there));
	assert_false(principal_scope(who, &operation, also, 1, &arena, &scope));

	who->stores[1].set = permissions_of(NULL, "work_order.read,price.override");
	assert_true(principal_scope(who, &operation, NULL, 0, &arena, &scope));
	assert_true(!scope.hq && id_is_none(scope.store));
	assert_string_equal(scope.stores, list);
	assert_true(scope_covers(&scope, here) && scope_covers(&scope, there));
	assert_true(scope_narrow(&scope, there));
	assert_true(scope_covers(&scope, there) && !scope_covers(&scope, here));
	assert_false(scope_narrow(&scope, here));
	assert_true(principal_scope(who, &operation, also, 1, &arena, &scope));
	assert_true(id_equal(scope.store, there) && !scope.stores);

	operation.scope = OP_SCOPE_CHAIN;
	assert_false(principal_scope(who, &operation, NULL, 0, &arena, &scope));
	who->chain = permissions_of(NULL, "work_order.read");
	assert_true(principal_scope(who, &operation, NULL, 0, &arena, &scope));
	assert_true(scope.hq && !scope.stores);

	/* the chain's right reaches every store but those that are apart and do not have it */
	operation.scope = OP_SCOPE_STORE;
	who->stores[0] = (struct store_grant){ .store = here, .apart = true };
	assert_true(principal_scope(who, &operation, NULL, 0, &arena, &scope));
	assert_true(scope.hq && scope_covers(&scope, there) && !scope_covers(&scope, here));
	free(who);
}

static void
test_a_scope_reaches_no_store_that_is_none(void **state)
{
	static const struct scope nothing = { 0 };

	(void)state;
	assert_true(scope_covers(&system_scope, here));
	assert_false(scope_covers(&system_scope, nowhere));
	assert_false(scope_covers(&nothing, nowhere));
	assert_false(scope_covers(&nothing, here));
	assert_false(scope_covers(NULL, here));
}

/* What is sent when a principal follows another in one transaction. */
static void
test_a_principal_follows_another(void **state)
{
	static const struct id anna = { { 3 } }, bert = { { 4 } };
	const struct scope first = { .store = here, .actor = anna },
			   same = { .store = here, .actor = anna },
			   elsewhere = { .store = there, .actor = anna },
			   other = { .store = there, .actor = bert },
			   chain = { .hq = true, .actor = bert },
			   but = { .hq = true, .stores = "{}", .actor = bert },
			   customer = { .store = here, .actor = anna, .customer = bert };
	const char **was = principal_values(&arena, &first, NULL), **values = NULL;
	char store[ID_TEXT], actor[ID_TEXT];

	(void)state;
	assert_int_equal(
		principal_next(&arena, was, principal_values(&arena, &same, NULL), &values),
		SQL_NONE);
	assert_null(values);
	assert_int_equal(
		principal_next(&arena, was, principal_values(&arena, &elsewhere, NULL), &values),
		SQL_principal_change);
	assert_string_equal(values[0], id_format(there, store));
	assert_string_equal(values[1], id_format(anna, actor));
	assert_int_equal(
		principal_next(&arena, was, principal_values(&arena, &other, NULL), &values),
		SQL_principal_change);
	assert_string_equal(values[0], id_format(there, store));
	assert_string_equal(values[1], id_format(bert, actor));
	/* all else is told whole */
	assert_int_equal(
		principal_next(&arena, was, principal_values(&arena, &chain, NULL), &values),
		SQL_principal_set);
	assert_int_equal(
		principal_next(&arena, was, principal_values(&arena, &customer, NULL), &values),
		SQL_principal_set);
	was = principal_values(&arena, &chain, NULL);
	assert_int_equal(principal_next(&arena, was, principal_values(&arena, &but, NULL), &values),
	                 SQL_principal_set);
}

/* ------------------------------------------------------------ cursors */

static void
request_begin(struct request *req, const char *path, const char *query)
{
	*req = (struct request){ .path = path, .query = query };
	req->ctx.arena = &req->arena;
	arena_init(&req->arena);
}

static enum err
go_on(struct request *req, const char *keys, struct cursor *cursor)
{
	const char *token = cursor_encode(req, keys, strlen(keys), "1.2");

	return cursor_decode(req, token, cursor);
}

static void
test_a_cursor_comes_back_as_it_was(void **state)
{
	static const char *const bad[] = {
		"",
		"{}",
		"[1]",
		"x",
		"{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\",\"d\":\"4\",\"e\":\"5\",\"f\":\"6\",\"g\":\"7\"}",
	};
	struct cursor cursor;
	struct request req;

	(void)state;
	request_begin(&req, "/v1/parts", "q=x&count=true&limit=7");
	assert_int_equal(
		go_on(&req,
	              "{\"a\":\"1\",\"b\":null,\"c\":\"3\",\"d\":\"4\",\"e\":\"5\",\"f\":\"6\"}",
	              &cursor),
		OK);
	assert_int_equal(cursor.count, CURSOR_KEYS);
	assert_string_equal(cursor.position, "1.2");
	assert_string_equal(cursor.names[0], "a");
	assert_string_equal(cursor.values[0], "1");
	assert_null(cursor.values[1]);
	assert_string_equal(cursor.values[5], "6");
	/* ours by its MAC, but not as this release writes them */
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(go_on(&req, bad[i], &cursor), ERR_BAD_CURSOR);
		assert_int_equal(req.ctx.failures[i].err, ERR_BAD_CURSOR);
	}
	arena_clear(&req.arena);
}

/* Its size, its own place and whether the matches are counted may change from page to page. */
static void
test_a_cursor_is_of_its_list(void **state)
{
	static const struct {
		const char *path, *query;
		bool fits;
	} lists[] = {
		{ "/v1/parts", "q=x&store_id=1", true },
		{ "/v1/parts", "q=x&limit=9&store_id=1", true },
		{ "/v1/parts", "count=true&q=x&cursor=abc&store_id=1&", true },
		{ "/v1/parts", "q=x", false },
		{ "/v1/parts", "q=x&store_id=2", false },
		{ "/v1/parts", "q=x&store_id=1&counted=true", false },
		{ "/v1/parts", NULL, false },
		{ "/v1/staff", "q=x&store_id=1", false },
	};
	struct cursor cursor;
	struct request req;
	const char *token;

	(void)state;
	request_begin(&req, "/v1/parts", "q=x&store_id=1");
	token = cursor_encode(&req, "{\"after_id\":\"1\"}", 16, "");
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		req.path = lists[i].path;
		req.query = lists[i].query;
		assert_int_equal(cursor_decode(&req, token, &cursor),
		                 lists[i].fits ? OK : ERR_BAD_CURSOR);
	}
	arena_clear(&req.arena);
}

static int
begin(void **state)
{
	static const unsigned char key[32] = "a key that nobody has guessed";

	(void)state;
	arena_init(&arena);
	cursor_set_key(key);
	return sodium_init() < 0;
}

static int
end(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_key_has_what_its_role_has_too),
		cmocka_unit_test(test_where_a_permission_is_held),
		cmocka_unit_test(test_the_scope_of_an_operation),
		cmocka_unit_test(test_a_scope_reaches_no_store_that_is_none),
		cmocka_unit_test(test_a_principal_follows_another),
		cmocka_unit_test(test_a_cursor_comes_back_as_it_was),
		cmocka_unit_test(test_a_cursor_is_of_its_list),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
