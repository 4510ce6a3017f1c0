/* SPDX-License-Identifier: Apache-2.0 */
/* When API keys were used last: noted where they are looked up, written by a job once a minute for
 * each key at most. */
#ifndef SERVER_KEY_USE_H
#define SERVER_KEY_USE_H

#include "core/id.h"
#include "core/utc.h"

#define KEY_USES_MAX 256

/* Loop thread; never waits for the database.  Beyond KEY_USES_MAX keys a minute a use is told by
 * one of the next. */
void key_use_note(struct id key, struct utc now);

/* The uses that are to be written now; how many. */
size_t key_uses_due(struct id keys[static KEY_USES_MAX], int64_t used_us[static KEY_USES_MAX]);

/* They are written: nothing is due for these keys for a minute. */
void key_uses_written(const struct id *keys, const int64_t *used_us, size_t count);

#endif
