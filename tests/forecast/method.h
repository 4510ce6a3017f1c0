/* SPDX-License-Identifier: Apache-2.0 */
/* The methods that are compared: the daemon's own (lib/replenishment) and those it was chosen from. */
#ifndef FORECAST_METHOD_H
#define FORECAST_METHOD_H

#include <stdbool.h>

#include "replenishment/forecast.h"

#define WINDOW_MAX 36

/* What is chosen for a method on the first part of the data; what it does not use is 0. */
struct setting {
	unsigned size_bp; /* alpha: of the size of a demand */
	unsigned rate_bp; /* beta: of the probability of one, or of the time between two */
	unsigned window;  /* periods that are averaged */
};

/* The size of a demand and the time between two, both smoothed when there is one. */
struct croston {
	int64_t size;     /* in FORECAST_MILLI_ONE */
	int64_t interval; /* in FORECAST_MILLI_ONE of a period */
	uint32_t since;   /* the last demand, periods */
	uint32_t demands;
};

struct average {
	int64_t last[WINDOW_MAX];
	uint32_t periods;
};

struct state {
	struct setting setting;
	union {
		struct croston croston;
		struct average average;
		struct tsb tsb;
	};
};

struct method {
	const char *name;
	/* Which members of the setting it has. */
	bool has_rates, has_window;
	const char *rate_of; /* what beta smooths */
	void (*add)(struct state *state, int64_t demand);
	/* The demand of so many periods, in thousandths. */
	int64_t (*mean)(const struct state *state, unsigned periods);
};

/* Places in the table: the daemon's own method, no forecast at all behind those that forecast. */
#define DAEMON      3
#define ZERO        4
#define FORECASTING 4
#define METHODS     5

extern const struct method methods[METHODS];

#endif
