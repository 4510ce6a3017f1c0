/* SPDX-License-Identifier: Apache-2.0 */
/* Buckets share slots by hash: two that collide share a limit, which errs on the safe side. */
#include "ratelimit.h"

#include <sodium.h>
#include <string.h>

#define SLOTS 65536 /* a power of two */

struct bucket {
	int64_t used_us; /* time at which the bucket would be full again */
};

static struct bucket buckets[SLOTS];
static unsigned char key[crypto_shorthash_KEYBYTES];

bool
ratelimit_take(const void *name, size_t size, unsigned per_minute, int64_t now_us, unsigned *left)
{
	static bool keyed;
	uint64_t hash;
	struct bucket *bucket;
	int64_t each, debt;

	*left = per_minute;
	if (per_minute == 0)
		return true;
	if (!keyed) {
		randombytes_buf(key, sizeof(key));
		keyed = true;
	}
	crypto_shorthash((unsigned char *)&hash, name, size, key);
	bucket = &buckets[hash % SLOTS];
	each = INT64_C(60000000) / per_minute;
	debt = bucket->used_us > now_us ? bucket->used_us - now_us : 0;
	if (debt + each > INT64_C(60000000)) {
		*left = 0;
		return false;
	}
	bucket->used_us = now_us + debt + each;
	*left = (unsigned)((INT64_C(60000000) - debt - each) / each);
	return true;
}
