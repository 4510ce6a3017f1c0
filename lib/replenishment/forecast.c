/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a forecast, updated period by period. */
#include "replenishment/forecast.h"

#include <assert.h>
#include <string.h>

#define WHOLE_BP 10000

__extension__ typedef __int128 wide;

/* The nearest whole number to a / b, halves away from zero.  b > 0 */
static wide
divide(wide a, wide b)
{
	return a < 0 ? -((-a + b / 2) / b) : (a + b / 2) / b;
}

/* What one step moves a state that is `off` from its target. */
static wide
step(wide off, unsigned weight_bp, uint32_t n)
{
	if ((uint64_t)n * weight_bp < WHOLE_BP)
		return divide(off, n);
	return divide(off * weight_bp, WHOLE_BP);
}

void
forecast_smooth(int64_t *state, int64_t target, unsigned weight_bp, uint32_t n)
{
	assert(n > 0 && weight_bp <= WHOLE_BP);
	*state += (int64_t)step((wide)target - *state, weight_bp, n);
}

/* A count that does not wrap: beyond this no average is taken any more. */
static uint32_t
counted(uint32_t n)
{
	return n < WHOLE_BP ? n + 1 : n;
}

void
tsb_add(struct tsb *tsb, int64_t demand, unsigned size_bp, unsigned probability_bp)
{
	assert(demand >= 0 && demand <= FORECAST_DEMAND_MAX);
	tsb->periods = counted(tsb->periods);
	forecast_smooth(&tsb->probability, demand ? FORECAST_ONE : 0, probability_bp, tsb->periods);
	if (!demand)
		return;
	tsb->demands = counted(tsb->demands);
	forecast_smooth(&tsb->size, demand * FORECAST_MILLI_ONE, size_bp, tsb->demands);
}

int64_t
tsb_mean(const struct tsb *tsb, unsigned periods)
{
	assert(periods <= FORECAST_HORIZON_MAX);
	return (int64_t)divide((wide)tsb->size * tsb->probability * periods,
	                       (wide)FORECAST_MILLI_ONE * FORECAST_ONE);
}

void
horizon_error_init(struct horizon_error *error, unsigned horizon)
{
	assert(horizon >= 1 && horizon <= FORECAST_HORIZON_MAX);
	memset(error, 0, sizeof(*error));
	error->horizon = horizon;
}

void
horizon_error_add(struct horizon_error *error, int64_t forecast, int64_t demand, unsigned weight_bp)
{
	unsigned i, oldest;
	uint32_t complete;
	wide off;

	error->open[error->periods % error->horizon] = forecast;
	error->periods++;
	for (i = 0; i < error->horizon; i++)
		error->open[i] -= demand;
	if (error->periods < error->horizon)
		return;

	oldest = error->periods % error->horizon;
	complete = error->periods - error->horizon + 1;
	off = error->open[oldest];
	off = off < 0 ? -off : off;
	off = off > UINT32_MAX ? UINT32_MAX : off;
	off = off * off - error->squared;
	error->squared = (uint64_t)(error->squared + step(off, weight_bp, complete));
}

/* The largest whole number whose square is not above n, bit by bit. */
static int64_t
root(uint64_t n)
{
	uint64_t found = 0, bit;

	for (bit = UINT64_C(1) << 31; bit; bit >>= 1) {
		if ((found | bit) * (found | bit) <= n)
			found |= bit;
	}
	return (int64_t)found;
}

int64_t
horizon_error_root(const struct horizon_error *error)
{
	return root(error->squared);
}

void
forecast_init(struct forecast *forecast, unsigned horizon)
{
	memset(forecast, 0, sizeof(*forecast));
	horizon_error_init(&forecast->error, horizon);
}

void
forecast_add(struct forecast *forecast, struct qty demand)
{
	int64_t milli = demand.milli < 0 ? 0 : demand.milli;

	if (milli > FORECAST_DEMAND_MAX)
		milli = FORECAST_DEMAND_MAX;
	horizon_error_add(&forecast->error, tsb_mean(&forecast->tsb, forecast->error.horizon),
	                  milli, FORECAST_ERROR_BP);
	tsb_add(&forecast->tsb, milli, FORECAST_SIZE_BP, FORECAST_PROBABILITY_BP);
}

struct qty
forecast_mean(const struct forecast *forecast, unsigned periods)
{
	return (struct qty){ tsb_mean(&forecast->tsb, periods) };
}

struct qty
forecast_deviation(const struct forecast *forecast)
{
	return (struct qty){ horizon_error_root(&forecast->error) };
}

struct qty
forecast_mean_of_days(const struct forecast *forecast, unsigned days)
{
	return (struct qty){ (int64_t)divide((wide)tsb_mean(&forecast->tsb, FORECAST_HORIZON_MAX) *
		                                     days,
		                             (wide)FORECAST_HORIZON_MAX * FORECAST_MONTH_DAYS) };
}

struct qty
forecast_deviation_of_days(const struct forecast *forecast, unsigned days)
{
	wide squared = divide((wide)forecast->error.squared * days,
	                      (wide)forecast->error.horizon * FORECAST_MONTH_DAYS);

	return (struct qty){ root(squared > UINT64_MAX ? UINT64_MAX : (uint64_t)squared) };
}
