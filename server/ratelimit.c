/* SPDX-License-Identifier: Apache-2.0 */
/* Buckets share slots by hash: two that collide share a limit, which errs on the safe side. */
#include "ratelimit.h"

#include "slot.h"

#define SLOTS     65536 /* a power of two */
#define MINUTE_US INT64_C(60000000)

struct bucket {
	int64_t used_us; /* time at which the bucket would be full again */
};

static struct bucket buckets[SLOTS];

static unsigned
seconds(int64_t us)
{
	return (unsigned)((us + 999999) / 1000000);
}

bool
ratelimit_take(const void *name, size_t size, unsigned per_minute, int64_t now_us,
               struct rate *rate)
{
	struct bucket *bucket;
	int64_t each, debt;

	*rate = (struct rate){ .limit = per_minute };
	if (per_minute == 0)
		return true;
	bucket = &buckets[slot_of(name, size, SLOTS)];
	each = MINUTE_US / per_minute;
	debt = bucket->used_us > now_us ? bucket->used_us - now_us : 0;
	if (debt + each > MINUTE_US) {
		rate->full_s = seconds(debt);
		rate->wait_s = seconds(debt + each - MINUTE_US);
		return false;
	}
	debt += each;
	bucket->used_us = now_us + debt;
	rate->left = (unsigned)((MINUTE_US - debt) / each);
	rate->full_s = seconds(debt);
	return true;
}
