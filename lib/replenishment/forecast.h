/* SPDX-License-Identifier: Apache-2.0 */
/* What will be asked for of one part at one store: a forecast for intermittent demand, and how far it
 * is off.  Pure functions in whole numbers; docs/replenishment.md compares the methods. */
#ifndef REPLENISHMENT_FORECAST_H
#define REPLENISHMENT_FORECAST_H

#include <stdint.h>

#include "core/qty.h"

/* What a period can ask for at most, in thousandths: more counts as this. */
#define FORECAST_DEMAND_MAX INT64_C(1000000000)

/* The longest time, in periods, over which demand is forecast and errors are measured. */
#define FORECAST_HORIZON_MAX 12

/* One, of a probability and of a thousandth in a state. */
#define FORECAST_ONE       (INT64_C(1) << 40)
#define FORECAST_MILLI_ONE (INT64_C(1) << 20)

/* One step of exponential smoothing: *state += weight x (target - *state), weight in hundredths of a
 * per cent.  `n` counts the targets with this one: until 1/n falls below the weight, it is the weight,
 * so that a state begins as the average of all it was told and needs no first guess. */
void forecast_smooth(int64_t *state, int64_t target, unsigned weight_bp, uint32_t n);

/*
 * The method of Teunter, Syntetos and Babai (Intermittent demand: linking forecasting to inventory
 * obsolescence, European Journal of Operational Research 214, 2011, 606-615): the probability p that
 * a period asks for anything is smoothed in each period, the size z of what is asked for in those that
 * ask, and the forecast is p z.  In periods without demand it falls, so that a part which nobody wants
 * any more is not ordered for ever.
 */
struct tsb {
	int64_t size;        /* z, in FORECAST_MILLI_ONE */
	int64_t probability; /* p, in FORECAST_ONE */
	uint32_t periods;
	uint32_t demands; /* periods that asked for something */
};

/* `demand` in thousandths, from 0 to FORECAST_DEMAND_MAX. */
void tsb_add(struct tsb *tsb, int64_t demand, unsigned size_bp, unsigned probability_bp);

/* p z periods, in thousandths. */
int64_t tsb_mean(const struct tsb *tsb, unsigned periods);

/*
 * How far forecasts of the demand of `horizon` periods together were off: the mean of the squared errors
 * of the sums, smoothed as above.  Not the error of one period times `horizon`: what the forecast itself
 * is off by is the same in each of them, so that errors add up to more than those of independent periods.
 */
struct horizon_error {
	int64_t open[FORECAST_HORIZON_MAX]; /* forecast less demand so far, in a ring */
	uint64_t squared;                   /* in square thousandths */
	unsigned horizon;
	uint32_t periods;
};

/* `horizon` from 1 to FORECAST_HORIZON_MAX. */
void horizon_error_init(struct horizon_error *error, unsigned horizon);

/* A period is over: it asked for `demand`, and before it `forecast` was what the horizon that began with
 * it would ask for; both in thousandths. */
void horizon_error_add(struct horizon_error *error, int64_t forecast, int64_t demand,
                       unsigned weight_bp);

/* The root of the mean squared error, in thousandths and rounded down; 0 before a horizon is over.  A sum
 * that was off by more than 4,294,967 whole units counts as that. */
int64_t horizon_error_root(const struct horizon_error *error);

/* The weights that struct forecast uses: those which `./dev forecast` chooses. */
#define FORECAST_SIZE_BP        3000
#define FORECAST_PROBABILITY_BP 1000
#define FORECAST_ERROR_BP       1500

/* What is known of a part's demand, period by period. */
struct forecast {
	struct tsb tsb;
	struct horizon_error error;
};

/* Nothing is known yet.  `horizon`: the lead time and the time between two reviews, in periods, from 1
 * to FORECAST_HORIZON_MAX. */
void forecast_init(struct forecast *forecast, unsigned horizon);

/* A period is over, and asked for so much; below zero (more came back than went) counts as nothing. */
void forecast_add(struct forecast *forecast, struct qty demand);

/* The demand to be expected of the next `periods`, at most FORECAST_HORIZON_MAX, rounded to thousandths;
 * nothing before the first demand. */
struct qty forecast_mean(const struct forecast *forecast, unsigned periods);

/* The root of the mean squared error of the forecasts over the horizon. */
struct qty forecast_deviation(const struct forecast *forecast);

/* The same of so many days where a period is a month, of FORECAST_MONTH_DAYS: in proportion, the squared error
 * too.  1 to FORECAST_HORIZON_MAX months. */
#define FORECAST_MONTH_DAYS 30
struct qty forecast_mean_of_days(const struct forecast *forecast, unsigned days);
struct qty forecast_deviation_of_days(const struct forecast *forecast, unsigned days);

#endif
