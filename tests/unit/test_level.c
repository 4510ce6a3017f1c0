/* SPDX-License-Identifier: Apache-2.0 */
/* One stock level: what leaves and comes, at which cost, up to what can be counted. */
#include "stock/level.h"

/* last: it calls a macro fail */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct level
level(int64_t on_hand, int64_t reserved, int64_t value)
{
	return (struct level){ .on_hand = { on_hand }, .reserved = { reserved }, .value = value };
}

static void
is_level(const struct level *level, int64_t on_hand, int64_t reserved, int64_t value)
{
	assert_int_equal(level->on_hand.milli, on_hand);
	assert_int_equal(level->reserved.milli, reserved);
	assert_int_equal(level->value, value);
}

static void
test_what_nobody_holds_leaves_at_the_average(void **state)
{
	struct level l = level(3000, 1000, 301);
	int64_t cost = 7;

	(void)state;
	assert_int_equal(level_available(&l).milli, 2000);
	assert_false(level_take(&l, (struct qty){ 2001 }, &cost));
	is_level(&l, 3000, 1000, 301);
	assert_int_equal(cost, 7);
	assert_true(level_take(&l, (struct qty){ 2000 }, &cost));
	assert_int_equal(cost, 201); /* 200.67 */
	is_level(&l, 1000, 1000, 100);
	l.reserved.milli = 0;
	assert_true(level_take(&l, (struct qty){ 1000 }, &cost));
	assert_int_equal(cost, 100);
	is_level(&l, 0, 0, 0);
}

/* A reversal takes what came in; when less is left of it, that. */
static void
test_what_is_taken_back_has_its_cost(void **state)
{
	struct level l = level(3000, 1000, 300);
	int64_t cost = 50;

	(void)state;
	assert_false(level_take_at(&l, (struct qty){ 2001 }, &cost));
	is_level(&l, 3000, 1000, 300);
	assert_true(level_take_at(&l, (struct qty){ 1000 }, &cost));
	assert_int_equal(cost, 50);
	is_level(&l, 2000, 1000, 250);
	cost = 251;
	assert_true(level_take_at(&l, (struct qty){ 1000 }, &cost));
	assert_int_equal(cost, 250);
	is_level(&l, 1000, 1000, 0);
	/* nothing stays behind without a piece */
	l = level(1000, 0, 300);
	cost = 50;
	assert_true(level_take_at(&l, (struct qty){ 1000 }, &cost));
	assert_int_equal(cost, 300);
	is_level(&l, 0, 0, 0);
}

static void
test_no_more_than_can_be_counted(void **state)
{
	struct level l = level(QTY_MAX_MILLI - 1, 0, INT64_MAX - 1);

	(void)state;
	assert_true(level_put(&l, (struct qty){ 1 }, 1));
	is_level(&l, QTY_MAX_MILLI, 0, INT64_MAX);
	assert_false(level_put(&l, (struct qty){ 1 }, 0));
	l.on_hand.milli = 0;
	assert_false(level_put(&l, (struct qty){ 1 }, 1));
}

static void
test_the_ledger_goes_along(void **state)
{
	struct level l = { .on_hand = { 5 }, .value = 9, .movements = 3 };
	struct posting posting = { 0 };

	(void)state;
	level_post(&l, &posting);
	assert_int_equal(posting.on_hand_after.milli, 5);
	assert_int_equal(posting.value_after, 9);
	assert_int_equal(posting.ordinal, 4);
	assert_int_equal(l.movements, 4);
}

static void
test_the_level_of_a_part(void **state)
{
	struct level two[] = { { .part = { { 1 } } }, { .part = { { 2 } } } };
	const struct levels levels = { .count = 2, .level = two };

	(void)state;
	assert_ptr_equal(level_of(&levels, (struct id){ { 1 } }), &two[0]);
	assert_ptr_equal(level_of(&levels, (struct id){ { 2 } }), &two[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_nobody_holds_leaves_at_the_average),
		cmocka_unit_test(test_what_is_taken_back_has_its_cost),
		cmocka_unit_test(test_no_more_than_can_be_counted),
		cmocka_unit_test(test_the_ledger_goes_along),
		cmocka_unit_test(test_the_level_of_a_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
