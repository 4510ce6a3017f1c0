/* SPDX-License-Identifier: Apache-2.0 */
/* Forecasts of intermittent demand and the stock that covers them.  The long vectors were computed with exact
 * fractions, and the quantiles from the gamma function, in Python; the short ones by hand. */
#include "replenishment/forecast.h"
#include "replenishment/order_level.h"

/* last: it calls a macro fail */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
test_a_state_begins_as_an_average(void **state)
{
	int64_t s = 7;

	(void)state;
	forecast_smooth(&s, 600, 2500, 1);
	assert_int_equal(s, 600); /* whatever it was */
	forecast_smooth(&s, 0, 2500, 2);
	assert_int_equal(s, 300); /* 1/2 */
	forecast_smooth(&s, 0, 2500, 3);
	assert_int_equal(s, 200); /* 1/3 */
	forecast_smooth(&s, 1000, 2500, 4);
	assert_int_equal(s, 400); /* 1/4 */
	forecast_smooth(&s, 0, 2500, 5);
	assert_int_equal(s, 300); /* 1/4, and so for ever */
	forecast_smooth(&s, 5, 5000, 4000000000u);
	assert_int_equal(s, 152); /* 300 - 147.5 */
}

static void
test_tsb_by_hand(void **state)
{
	/* p: 0, 1/2, 1/4, 5/8; z: none, 4, 4, 3 */
	static const int64_t demand[] = { 0, 4000, 0, 2000 }, mean[] = { 0, 2000, 1000, 1875 };
	struct tsb tsb = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(demand); i++) {
		tsb_add(&tsb, demand[i], 5000, 5000);
		assert_int_equal(tsb_mean(&tsb, 1), mean[i]);
	}
	assert_int_equal(tsb_mean(&tsb, 4), 7500);
	assert_int_equal(tsb.demands, 2);
	/* Nobody asks any more: 5/8 x 1/2^5 x 3 */
	for (i = 0; i < 5; i++)
		tsb_add(&tsb, 0, 5000, 5000);
	assert_int_equal(tsb_mean(&tsb, 1), 59);
	assert_int_equal(tsb.size, 3000 * FORECAST_MILLI_ONE);
}

static void
test_errors_of_sums_by_hand(void **state)
{
	struct horizon_error e;

	(void)state;
	horizon_error_init(&e, 2);
	horizon_error_add(&e, 1000, 0, 5000); /* 1000 for the first two periods */
	assert_int_equal(horizon_error_root(&e), 0);
	horizon_error_add(&e, 3000, 4000, 5000); /* they asked for 4000: 3000 too much */
	assert_int_equal(horizon_error_root(&e), 3000);
	horizon_error_add(&e, 0, 0, 5000); /* 3000 for 4000; (9 + 1) / 2 = 5 */
	assert_int_equal(e.squared, 5000000);
	assert_int_equal(horizon_error_root(&e), 2236);
	horizon_error_add(&e, 0, 1000, 5000); /* 0 for 1000; half of 5 and of 1 */
	assert_int_equal(e.squared, 3000000);
	assert_int_equal(horizon_error_root(&e), 1732);
}

struct known {
	int64_t mean, deviation;
};

static void
forecasts(unsigned horizon, const int64_t demand[], const struct known known[], size_t n)
{
	struct forecast f;
	size_t i;

	forecast_init(&f, horizon);
	for (i = 0; i < n; i++) {
		forecast_add(&f, (struct qty){ demand[i] });
		if (forecast_mean(&f, horizon).milli != known[i].mean ||
		    forecast_deviation(&f).milli != known[i].deviation)
			fail_msg("horizon %u, period %zu: %ld, %ld", horizon, i + 1,
			         (long)forecast_mean(&f, horizon).milli,
			         (long)forecast_deviation(&f).milli);
	}
}

static void
test_a_part_in_twenty_months(void **state)
{
	static const int64_t demand[] = { 0, 0,    3000, 0,    0, 0, 1000, 0, 5500, 0,
		                          0, 2000, 0,    1000, 0, 0, 0,    0, 4000, 0 };
	static const struct known one[] = {
		{ 0, 0 },      { 0, 0 },      { 1000, 1732 }, { 750, 1581 },  { 600, 1453 },
		{ 500, 1349 }, { 571, 1258 }, { 500, 1181 },  { 1056, 2221 }, { 950, 2088 },
		{ 855, 1960 }, { 966, 1861 }, { 870, 1756 },  { 858, 1620 },  { 772, 1530 },
		{ 695, 1442 }, { 626, 1356 }, { 563, 1273 },  { 902, 1775 },  { 811, 1673 }
	};
	static const struct known three[] = {
		{ 0, 0 },       { 0, 0 },       { 3000, 3000 }, { 2250, 3000 }, { 1800, 3000 },
		{ 1500, 3000 }, { 1714, 2740 }, { 1500, 2523 }, { 3167, 3026 }, { 2850, 3152 },
		{ 2565, 3293 }, { 2898, 3069 }, { 2609, 2849 }, { 2575, 2632 }, { 2317, 2535 },
		{ 2086, 2419 }, { 1877, 2443 }, { 1689, 2424 }, { 2705, 2355 }, { 2434, 2322 }
	};

	(void)state;
	forecasts(1, demand, one, COUNT_OF(demand));
	forecasts(3, demand, three, COUNT_OF(demand));
}

static void
test_nothing_known_and_nothing_asked(void **state)
{
	struct forecast f;
	int i;

	(void)state;
	forecast_init(&f, FORECAST_HORIZON_MAX);
	for (i = 0; i < 100; i++) {
		assert_int_equal(forecast_mean(&f, FORECAST_HORIZON_MAX).milli, 0);
		assert_int_equal(forecast_deviation(&f).milli, 0);
		assert_int_equal(
			order_level_cover(forecast_mean(&f, 2), forecast_deviation(&f), 9990).milli,
			0);
		/* What came back is no demand. */
		forecast_add(&f, (struct qty){ i % 2 ? 0 : -5000 });
	}
	assert_int_equal(f.tsb.probability, 0);
}

/* Asked for once, at once: at first it looks like a part for every month, after years like none. */
static void
test_one_demand_is_forgotten(void **state)
{
	struct forecast f;
	int i;

	(void)state;
	forecast_init(&f, 1);
	forecast_add(&f, (struct qty){ 2000 });
	assert_int_equal(forecast_mean(&f, 1).milli, 2000);
	forecast_add(&f, (struct qty){ 0 });
	assert_int_equal(forecast_mean(&f, 1).milli, 1000);
	for (i = 2; i < 10; i++)
		forecast_add(&f, (struct qty){ 0 });
	assert_int_equal(forecast_mean(&f, 1).milli, 200); /* 2 / 10 */
	for (; i < 130; i++)
		forecast_add(&f, (struct qty){ 0 });
	assert_int_equal(forecast_mean(&f, 1).milli, 0); /* 200 x 0.9^120 */
	assert_int_equal(
		order_level_cover(forecast_mean(&f, 1), forecast_deviation(&f), 9990).milli, 0);
}

static void
test_the_most_that_can_be_asked_for(void **state)
{
	struct forecast f;
	int i;

	(void)state;
	forecast_init(&f, 3);
	for (i = 0; i < 30; i++)
		forecast_add(&f, (struct qty){ i < 10 ? FORECAST_DEMAND_MAX : 0 });
	assert_int_equal(forecast_mean(&f, 3).milli, 364729964);
	assert_int_equal(forecast_deviation(&f).milli, 1063610008);

	/* More than that is taken as that, and the first sum, forecast as 0, as far off as can be counted. */
	forecast_init(&f, FORECAST_HORIZON_MAX);
	for (i = 0; i < FORECAST_HORIZON_MAX; i++)
		forecast_add(&f, (struct qty){ QTY_MAX_MILLI });
	assert_int_equal(forecast_mean(&f, 1).milli, FORECAST_DEMAND_MAX);
	assert_int_equal(forecast_mean(&f, 12).milli, 12 * FORECAST_DEMAND_MAX);
	assert_int_equal(forecast_deviation(&f).milli, UINT32_MAX);
	assert_int_equal(
		order_level_cover(forecast_mean(&f, 12), forecast_deviation(&f), 9990).milli,
		INT64_C(25272308000)); /* 12,000,000 + 3.0902 x 4,294,967.295 */
}

struct cover {
	int64_t mean, deviation;
	unsigned service_bp;
	int64_t pieces;
};

static void
test_quantiles_of_demand(void **state)
{
	static const struct cover covers[] = {
		/* Poisson: no steadier than that */
		{ 500, 700, 9000, 1 },
		{ 1000, 1000, 7500, 2 },
		{ 1200, 1000, 9500, 3 },
		{ 1, 1, 9990, 0 },
		{ 30000, 5000, 5000, 30 },
		/* negative binomial */
		{ 500, 1500, 9000, 2 },
		{ 500, 1500, 9900, 7 },
		{ 500, 8000, 9500, 0 },
		{ 20, 300, 9500, 0 },
		{ 20, 300, 9990, 5 },
		{ 100, 5000, 9990, 12 },
		{ 2500, 4200, 8000, 4 },
		{ 2500, 4200, 9500, 11 },
		{ 2500, 4200, 9990, 33 },
		{ 12345, 9876, 9800, 39 },
		{ 30000, 40000, 9900, 186 },
		{ 30000, 87000, 9990, 891 },
		/* normal: 30.001 + 0, + 1.2816 x 40, 10^6 + 2.0537 x 1000, halfway from 1.6449 to 1.8808 */
		{ 30001, 40000, 5000, 31 },
		{ 30001, 40000, 9000, 82 },
		{ 1000000000, 1000000, 9800, 1002054 },
		{ 100000, 100000, 9600, 277 },
		{ 1, 1000, 9500, 2 }, /* the variance is more than 256 times the mean */
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(covers); i++) {
		const struct cover *c = &covers[i];
		struct qty level = order_level_cover((struct qty){ c->mean },
		                                     (struct qty){ c->deviation }, c->service_bp);

		if (level.milli != c->pieces * 1000)
			fail_msg("%ld, %ld, %u: %ld", (long)c->mean, (long)c->deviation,
			         c->service_bp, (long)level.milli);
	}
}

static void
test_what_is_ordered(void **state)
{
	struct order_level level = order_level_of((struct qty){ 2500 }, (struct qty){ 4200 },
	                                          (struct qty){ 3001 }, 9500);

	(void)state;
	assert_int_equal(level.reorder_point.milli, 11000);
	assert_int_equal(level.order_up_to.milli, 15000);
	assert_int_equal(order_level_missing(&level, (struct qty){ 11000 }).milli, 0);
	assert_int_equal(order_level_missing(&level, (struct qty){ 10999 }).milli, 4001);
	assert_int_equal(order_level_missing(&level, (struct qty){ -2000 }).milli, 17000);
	assert_int_equal(order_level_missing(&level, (struct qty){ 99000 }).milli, 0);
	level = order_level_of((struct qty){ 2500 }, (struct qty){ 4200 }, (struct qty){ 0 }, 9500);
	assert_int_equal(level.order_up_to.milli, 11000);
}

/* Of days: the mean in proportion, the squared error too.  Demands of 4, 0, 4, 0 ... leave the same by hand:
 * the root of four times the squared error is twice the root. */
static void
test_days(void **state)
{
	struct forecast one, two;

	(void)state;
	forecast_init(&one, 1);
	forecast_init(&two, 2);
	for (int i = 0; i < 24; i++) {
		forecast_add(&one, (struct qty){ i % 2 ? 0 : 4000 });
		forecast_add(&two, (struct qty){ i % 2 ? 0 : 4000 });
	}
	assert_int_equal(forecast_mean_of_days(&one, 30).milli, forecast_mean(&one, 1).milli);
	assert_in_range(forecast_mean_of_days(&one, 7).milli, forecast_mean(&one, 1).milli * 7 / 30,
	                forecast_mean(&one, 1).milli * 7 / 30 + 1);
	assert_int_equal(forecast_mean_of_days(&one, 360).milli, forecast_mean(&one, 12).milli);
	assert_int_equal(forecast_deviation_of_days(&one, 30).milli,
	                 forecast_deviation(&one).milli);
	assert_int_equal(forecast_deviation_of_days(&two, 60).milli,
	                 forecast_deviation(&two).milli);
	assert_in_range(forecast_deviation_of_days(&one, 120).milli,
	                forecast_deviation(&one).milli * 2, forecast_deviation(&one).milli * 2 + 1);
	assert_int_equal(forecast_deviation_of_days(&one, 0).milli, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_state_begins_as_an_average),
		cmocka_unit_test(test_tsb_by_hand),
		cmocka_unit_test(test_errors_of_sums_by_hand),
		cmocka_unit_test(test_a_part_in_twenty_months),
		cmocka_unit_test(test_nothing_known_and_nothing_asked),
		cmocka_unit_test(test_one_demand_is_forgotten),
		cmocka_unit_test(test_the_most_that_can_be_asked_for),
		cmocka_unit_test(test_quantiles_of_demand),
		cmocka_unit_test(test_what_is_ordered),
		cmocka_unit_test(test_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
