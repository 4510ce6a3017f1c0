/* SPDX-License-Identifier: Apache-2.0 */
/* Token buckets by principal and by address, in a table of fixed size. */
#ifndef SERVER_RATELIMIT_H
#define SERVER_RATELIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a bucket holds after it was asked. */
struct rate {
	unsigned limit, left; /* tokens a minute; tokens now */
	unsigned full_s;      /* seconds until it is full, rounded up */
	unsigned wait_s;      /* seconds until it has a token, rounded up; 0: one was taken */
};

/* Take one token of the bucket of this name; a bucket holds per_minute tokens and fills evenly.
 * per_minute 0: no limit, and *rate is empty.  False when there is none. */
bool ratelimit_take(const void *name, size_t size, unsigned per_minute, int64_t now_us,
                    struct rate *rate);

#endif
