/* SPDX-License-Identifier: Apache-2.0 */
/* Reorder points and order-up-to levels in whole numbers. */
#include "replenishment/order_level.h"

#include <assert.h>
#include <stdbool.h>

#define PIECE    INT64_C(1000)
#define WHOLE_BP 10000

/* What is counted out term by term.  The terms add up to e^mean times the first at most, which is for Poisson;
 * with the squared mean below 2^30 the products stay below 2^122. */
#define COUNTED_MEAN_MAX  (30 * PIECE)
#define COUNTED_RATIO_MAX 256
#define FIRST_TERM        (INT64_C(1) << 48)

/* Terms below 2^-36 of their sum are left out: all of them together are less than 256 times the first. */
#define NEGLIGIBLE 36

#define Z_ONE 10000

__extension__ typedef unsigned __int128 wide;

/* Terms of the negative binomial distribution, each a multiple of the first.  Units: milli, milli^2. */
struct terms {
	wide mean2;
	wide excess; /* of the variance over the mean */
	wide variance;
	wide term;
	uint32_t k;
};

static struct terms
terms_of(int64_t mean, uint64_t variance)
{
	return (struct terms){ .mean2 = (wide)mean * (wide)mean,
		               .excess = variance - (uint64_t)mean * PIECE,
		               .variance = variance,
		               .term = FIRST_TERM };
}

static void
next(struct terms *t)
{
	t->term = t->term * (t->mean2 + t->k * t->excess) / (t->variance * (t->k + 1));
	t->k++;
}

/* The terms are summed up twice, first to know what they are shares of: no logarithm is needed. */
static struct qty
negative_binomial(int64_t mean, uint64_t variance, unsigned service_bp)
{
	struct terms t;
	wide total = 0, sum;

	for (t = terms_of(mean, variance); t.term > total >> NEGLIGIBLE; next(&t))
		total += t.term;
	t = terms_of(mean, variance);
	sum = t.term;
	while (sum * WHOLE_BP < total * service_bp) {
		next(&t);
		sum += t.term;
	}
	return (struct qty){ (int64_t)t.k * PIECE };
}

/* Quantiles of the standard normal distribution, in ten-thousandths. */
static const struct quantile {
	unsigned service_bp;
	int64_t z;
} quantiles[] = {
	{ 5000, 0 },     { 6000, 2533 },  { 7000, 5244 },  { 7500, 6745 },  { 8000, 8416 },
	{ 8500, 10364 }, { 9000, 12816 }, { 9300, 14758 }, { 9500, 16449 }, { 9700, 18808 },
	{ 9800, 20537 }, { 9900, 23263 }, { 9950, 25758 }, { 9980, 28782 }, { 9990, 30902 },
};

/* Between two lines in proportion, which is a little more than the true value. */
static int64_t
z_of(unsigned service_bp)
{
	const struct quantile *q = quantiles;

	while (q[1].service_bp < service_bp)
		q++;
	return q->z + (q[1].z - q->z) * (int64_t)(service_bp - q->service_bp) /
	                      (int64_t)(q[1].service_bp - q->service_bp);
}

static int64_t
whole(int64_t milli)
{
	return (milli + PIECE - 1) / PIECE * PIECE;
}

static struct qty
normal(int64_t mean, int64_t deviation, unsigned service_bp)
{
	return (struct qty){ whole(mean + (deviation * z_of(service_bp) + Z_ONE - 1) / Z_ONE) };
}

static bool
is_counted(int64_t mean, uint64_t variance)
{
	return mean <= COUNTED_MEAN_MAX && variance <= (uint64_t)mean * PIECE * COUNTED_RATIO_MAX;
}

struct qty
order_level_cover(struct qty mean, struct qty deviation, unsigned service_bp)
{
	uint64_t variance = (uint64_t)deviation.milli * (uint64_t)deviation.milli;
	uint64_t least = (uint64_t)mean.milli * PIECE;

	assert(mean.milli >= 0 && mean.milli <= QTY_MAX_MILLI / PIECE);
	assert(deviation.milli >= 0 && deviation.milli <= UINT32_MAX);
	assert(service_bp >= ORDER_LEVEL_SERVICE_MIN_BP &&
	       service_bp <= ORDER_LEVEL_SERVICE_MAX_BP);
	if (!mean.milli)
		return mean;
	if (is_counted(mean.milli, variance))
		return negative_binomial(mean.milli, variance > least ? variance : least,
		                         service_bp);
	return normal(mean.milli, deviation.milli, service_bp);
}

struct order_level
order_level_of(struct qty mean, struct qty deviation, struct qty cycle, unsigned service_bp)
{
	struct qty point = order_level_cover(mean, deviation, service_bp);

	assert(cycle.milli >= 0 && cycle.milli <= QTY_MAX_MILLI / PIECE);
	return (struct order_level){ point, { point.milli + whole(cycle.milli) }, false };
}

void
order_level_limit(struct order_level *level, const struct order_limits *limits)
{
	int64_t least = limits->minimum.milli, most = limits->maximum.milli;

	if (limits->reorder_point.milli > least)
		least = limits->reorder_point.milli;
	if (least >= level->reorder_point.milli) {
		level->reorder_point.milli = least;
		level->at_point = limits->reorder_point.milli == least;
		if (level->order_up_to.milli < least + PIECE)
			level->order_up_to.milli = least + PIECE;
	}
	if (most < 0)
		return;
	if (least >= 0 || level->order_up_to.milli > most)
		level->order_up_to.milli = most;
	if (level->reorder_point.milli > most)
		level->reorder_point.milli = most;
}

struct qty
order_level_missing(const struct order_level *level, struct qty position)
{
	int64_t milli = level->order_up_to.milli - position.milli;

	if (position.milli > level->reorder_point.milli ||
	    (position.milli == level->reorder_point.milli && !level->at_point) || milli < 0)
		return (struct qty){ 0 };
	return (struct qty){ milli };
}
