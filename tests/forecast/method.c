/* SPDX-License-Identifier: Apache-2.0 */
/* Croston's method, its correction by Syntetos and Boylan, the moving average, and no forecast at all. */
#include "method.h"

/* J. D. Croston, Forecasting and stock control for intermittent demands, Operational Research Quarterly 23,
 * 1972, 289-303: size and interval are smoothed in periods with demand; the forecast is size / interval. */
static void
croston_add(struct state *state, int64_t demand)
{
	struct croston *c = &state->croston;

	c->since++;
	if (!demand)
		return;
	c->demands++;
	forecast_smooth(&c->size, demand * FORECAST_MILLI_ONE, state->setting.size_bp, c->demands);
	forecast_smooth(&c->interval, c->since * FORECAST_MILLI_ONE, state->setting.rate_bp,
	                c->demands);
	c->since = 0;
}

static int64_t
croston_mean(const struct state *state, unsigned periods)
{
	const struct croston *c = &state->croston;

	if (!c->demands)
		return 0;
	return (c->size * periods + c->interval / 2) / c->interval;
}

/* A. A. Syntetos and J. E. Boylan, The accuracy of intermittent demand estimates, International Journal of
 * Forecasting 21, 2005, 303-314: Croston's forecast is too high on average, since the mean of 1 / interval
 * is more than 1 / mean interval; times 1 - beta / 2 it is nearly right. */
static int64_t
sba_mean(const struct state *state, unsigned periods)
{
	return (croston_mean(state, periods) * (20000 - state->setting.rate_bp) + 10000) / 20000;
}

static void
average_add(struct state *state, int64_t demand)
{
	struct average *a = &state->average;

	a->last[a->periods % state->setting.window] = demand;
	a->periods++;
}

static int64_t
average_mean(const struct state *state, unsigned periods)
{
	const struct average *a = &state->average;
	uint32_t n = a->periods < state->setting.window ? a->periods : state->setting.window;
	int64_t sum = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		sum += a->last[i];
	return n ? (sum * periods + n / 2) / n : 0;
}

static void
daemon_add(struct state *state, int64_t demand)
{
	tsb_add(&state->tsb, demand, state->setting.size_bp, state->setting.rate_bp);
}

static int64_t
daemon_mean(const struct state *state, unsigned periods)
{
	return tsb_mean(&state->tsb, periods);
}

static void
nothing_add(struct state *state, int64_t demand)
{
	(void)state;
	(void)demand;
}

static int64_t
nothing_mean(const struct state *state, unsigned periods)
{
	(void)state;
	(void)periods;
	return 0;
}

/* clang-format off */
const struct method methods[METHODS] = {
	{ "moving average", false, true,  NULL,          average_add, average_mean },
	{ "Croston",        true,  false, "interval",    croston_add, croston_mean },
	{ "SBA",            true,  false, "interval",    croston_add, sba_mean },
	{ "TSB",            true,  false, "probability", daemon_add,  daemon_mean },
	{ "always zero",    false, false, NULL,          nothing_add, nothing_mean },
};
/* clang-format on */
