/* SPDX-License-Identifier: Apache-2.0 */
/* The methods that the daemon's forecast is compared with, and the stock it is compared by; by hand but
 * for what is said to be computed. */
#include "method.h"
#include "stock.h"

/* last: it calls a macro fail */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const int64_t demand[] = { 0, 4000, 0, 2000, 0, 0, 0, 6000 };

static void
forecasts(const char *name, struct setting setting, const int64_t means[])
{
	struct state state = { .setting = setting };
	const struct method *method = methods;
	size_t i;

	while (strcmp(method->name, name) != 0)
		method++;
	assert_int_equal(method->mean(&state, 1), 0);
	for (i = 0; i < COUNT_OF(demand); i++) {
		method->add(&state, demand[i]);
		if (method->mean(&state, 1) != means[i])
			fail_msg("%s, period %zu: %ld", name, i + 1, (long)method->mean(&state, 1));
		assert_int_equal(method->mean(&state, 3), 3 * means[i]);
	}
}

static void
test_forecasts_by_hand(void **state)
{
	static const struct setting half = { 5000, 5000, 0 }, two = { 0, 0, 2 };
	/* sizes 4, 3, 4.5; intervals 2, 2, 3 */
	static const int64_t croston[] = { 0, 2000, 2000, 1500, 1500, 1500, 1500, 1500 };
	/* three quarters of these */
	static const int64_t sba[] = { 0, 1500, 1500, 1125, 1125, 1125, 1125, 1125 };
	static const int64_t average[] = { 0, 2000, 2000, 1000, 1000, 0, 0, 3000 };
	static const int64_t zero[COUNT_OF(demand)] = { 0 };

	(void)state;
	forecasts("moving average", two, average);
	forecasts("always zero", half, zero);
	forecasts("Croston", half, croston);
	forecasts("SBA", half, sba);
}

static void
average_of(struct state *state, int64_t asked, int64_t mean)
{
	methods[0].add(state, asked);
	assert_int_equal(methods[0].mean(state, 1), mean);
}

/* What there is not yet is not averaged. */
static void
test_a_window_that_is_not_full(void **state)
{
	struct state average = { .setting = { .window = 3 } };

	(void)state;
	average_of(&average, 4000, 4000);
	average_of(&average, 1000, 2500);
	average_of(&average, 0, 1667);
	average_of(&average, 0, 333);
}

/* Alpha is of the size, beta of the interval, and SBA's correction goes by beta. */
static void
test_sizes_and_intervals_have_weights_of_their_own(void **state)
{
	static const struct setting unlike = { 10000, 5000, 0 };
	/* sizes 4, 2, 6; intervals 2, 2, 3 */
	static const int64_t croston[] = { 0, 2000, 2000, 1000, 1000, 1000, 1000, 2000 };
	static const int64_t sba[] = { 0, 1500, 1500, 750, 750, 750, 750, 1500 };

	(void)state;
	forecasts("Croston", unlike, croston);
	forecasts("SBA", unlike, sba);
}

static void
add_nothing(struct state *state, int64_t asked)
{
	(void)state;
	(void)asked;
}

static int64_t
two_a_month(const struct state *state, unsigned periods)
{
	(void)state;
	return 2000 * (int64_t)periods;
}

static const struct method steady = { "steady", false, false, NULL, add_nothing, two_a_month };

static void
is_service(const struct service *s, int64_t demanded, int64_t served, int64_t held, size_t cycles,
           size_t short_cycles)
{
	assert_int_equal(s->demanded, demanded);
	assert_int_equal(s->served, served);
	assert_int_equal(s->held, held);
	assert_int_equal(s->cycles, cycles);
	assert_int_equal(s->short_cycles, short_cycles);
}

/* Four pieces in lead time and review, Poisson: nine times of ten at most seven.  The shop opens with seven,
 * sells two, sells and orders two; then six are asked for, and five are there.  Two come, one of them for
 * who waited, and one of the next two is missing again. */
static void
test_a_shop_by_hand(void **state)
{
	static const struct series series = { { 2000, 2000, 2000, 2000, 6000, 2000 } };
	struct policy policy = { &steady, { 0 }, 0, 1, 9000 };
	struct service service = { 0 };

	(void)state;
	stock_simulate(&policy, &series, 1, 1, 2, &service);
	is_service(&service, 2000, 2000, 5000, 1, 0);
	memset(&service, 0, sizeof(service));
	stock_simulate(&policy, &series, 1, 2, 6, &service);
	is_service(&service, 12000, 10000, 6000, 4, 2);
}

/* Six pieces in three months: at most nine.  What is ordered comes two months later. */
static void
test_a_longer_lead_time(void **state)
{
	static const struct series series = { { 2000, 2000, 2000, 2000, 2000, 2000, 2000, 2000 } };
	struct policy policy = { &steady, { 0 }, 0, 2, 9000 };
	struct service service = { 0 };

	(void)state;
	stock_simulate(&policy, &series, 0, 0, 3, &service);
	is_service(&service, 6000, 6000, 7000 + 5000 + 3000, 3, 0);
	stock_simulate(&policy, &series, 0, 3, 8, &service);
	is_service(&service, 16000, 16000, 15000 + 5 * 3000, 8, 0);
}

/* Twenty at once: fifteen wait, and what is ordered for them is not taken for stock.  Computed in Python. */
static void
test_a_shop_after_a_rush(void **state)
{
	static const struct series series = { { 2000, 2000, 2000, 20000, 0, 0, 3000 } };
	struct policy policy = { &steady, { 0 }, 0, 1, 9000 };
	struct service service = { 0 };

	(void)state;
	/* held: 5 3 3 0 0 12 9 9 12 */
	stock_simulate(&policy, &series, 0, 0, 9, &service);
	is_service(&service, 29000, 14000, 53000, 9, 1);
	/* held: 7 5 3 0 0 0 15 15 15 */
	memset(&service, 0, sizeof(service));
	policy.lead = 2;
	stock_simulate(&policy, &series, 0, 0, 9, &service);
	is_service(&service, 29000, 14000, 60000, 9, 1);
}

/* Without stock everybody waits, and gets what was ordered for them. */
static void
test_what_is_owed_is_ordered(void **state)
{
	static const struct series series = { { 1000, 0, 3000, 1000 } };
	struct policy policy = { &methods[ZERO], { 0 }, 0, 1, 9990 };
	struct service service = { 0 };

	(void)state;
	stock_simulate(&policy, &series, 0, 0, 4, &service);
	is_service(&service, 5000, 0, 0, 4, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forecasts_by_hand),
		cmocka_unit_test(test_a_window_that_is_not_full),
		cmocka_unit_test(test_sizes_and_intervals_have_weights_of_their_own),
		cmocka_unit_test(test_a_shop_by_hand),
		cmocka_unit_test(test_a_longer_lead_time),
		cmocka_unit_test(test_a_shop_after_a_rush),
		cmocka_unit_test(test_what_is_owed_is_ordered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
