/* SPDX-License-Identifier: Apache-2.0 */
/* Token buckets by principal and by address, in a table of fixed size. */
#ifndef SERVER_RATELIMIT_H
#define SERVER_RATELIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Take one token of the bucket of this name; a bucket holds per_minute tokens and fills evenly.
 * per_minute 0: no limit.  False when it is empty; *left tells what remains. */
bool ratelimit_take(const void *name, size_t size, unsigned per_minute, int64_t now_us,
                    unsigned *left);

#endif
