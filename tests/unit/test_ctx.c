/* SPDX-License-Identifier: Apache-2.0 */
/* What a command's context says is wrong, and when it takes something to have happened. */
#include "db/ctx.h"

#include <string.h>

/* last: it calls a macro fail */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena arena;

static void
test_when_it_happened(void **state)
{
	const int64_t now = INT64_C(1795248000000000), second = 1000000, day = 86400 * second;
	const struct {
		int64_t told, happened;
		enum err err;
	} cases[] = {
		{ 0, 0, OK }, /* not told: now */
		{ now, now, OK },
		{ now - day, now - day, OK },
		{ now - day - 1, now - day - 1, ERR_BAD_VALUE },
		{ now + 1, now, OK }, /* a clock that is a little fast */
		{ now + 60 * second, now, OK },
		{ now + 60 * second + 1, now + 60 * second + 1, ERR_BAD_VALUE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct ctx ctx = { .arena = &arena,
			           .now = { now },
			           .happened_at = { cases[i].told } };

		assert_int_equal(ctx_check_happened(&ctx), cases[i].err);
		assert_int_equal(ctx.happened_at.us, cases[i].happened);
		assert_int_equal(ctx.failures_count, cases[i].err != OK);
		if (cases[i].err)
			assert_string_equal(ctx.failures[0].pointer, "/occurred_at");
	}
}

static void
test_as_much_is_told_as_fits(void **state)
{
	struct ctx ctx = { .arena = &arena };

	(void)state;
	for (int i = 0; i < FAILURES_MAX - 1; i++)
		note_failure(&ctx, ERR_REQUIRED, "/name", NULL, NULL);
	assert_int_equal(fail_parameter(&ctx, ERR_BAD_FORMAT, "from", "a date"), ERR_BAD_FORMAT);
	assert_int_equal(ctx.failures_count, FAILURES_MAX);
	assert_string_equal(ctx.failures[FAILURES_MAX - 1].parameter, "from");
	assert_string_equal(ctx.failures[FAILURES_MAX - 1].args[0], "a date");
	/* the answer is the same when it is not */
	assert_int_equal(fail_parameter(&ctx, ERR_TOO_MANY, "to", NULL), ERR_TOO_MANY);
	assert_int_equal(failf(&ctx, ERR_NOT_UNIQUE, "/lines/%d", 7), ERR_NOT_UNIQUE);
	assert_int_equal(ctx.failures_count, FAILURES_MAX);
	assert_string_equal(ctx.failures[FAILURES_MAX - 1].parameter, "from");
}

static void
test_the_version_that_was_read(void **state)
{
	struct ctx ctx = { .arena = &arena, .if_match = -1 };

	(void)state;
	assert_int_equal(ctx_check_version(&ctx, 7), OK);
	ctx.if_match = 7;
	assert_int_equal(ctx_check_version(&ctx, 7), OK);
	assert_int_equal(ctx.failures_count, 0);
	assert_int_equal(ctx_check_version(&ctx, 8), ERR_STALE_VERSION);
	assert_string_equal(ctx.failures[0].args[0], "7");
	assert_string_equal(ctx.failures[0].args[1], "8");
}

static int
begin(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
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
		cmocka_unit_test(test_when_it_happened),
		cmocka_unit_test(test_as_much_is_told_as_fits),
		cmocka_unit_test(test_the_version_that_was_read),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
