/* SPDX-License-Identifier: Apache-2.0 */
/* A small table between the loop, which must not wait, and the job that writes. */
#include "key_use.h"

#include <pthread.h>

#include "core/base.h"
#include "core/log.h"

#define EVERY_US INT64_C(60000000)

static struct use {
	struct id key;
	int64_t used_us, written_us; /* the use itself, and the one that was written last */
	int64_t due_us;              /* monotonic: not before it */
} uses[KEY_USES_MAX];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static bool
is_free(const struct use *use, int64_t now_us)
{
	return use->used_us == use->written_us && use->due_us <= now_us;
}

/* The key's place, or one that nobody needs; NULL when there is none. */
static struct use *
place_of(struct id key, int64_t now_us)
{
	struct use *found = NULL;

	for (size_t i = 0; i < COUNT_OF(uses); i++) {
		if (id_equal(uses[i].key, key))
			return &uses[i];
		if (!found && is_free(&uses[i], now_us))
			found = &uses[i];
	}
	if (found)
		*found = (struct use){ .key = key };
	return found;
}

void
key_use_note(struct id key, struct utc now)
{
	struct use *use;

	pthread_mutex_lock(&mutex);
	use = place_of(key, clock_monotonic_us());
	if (use)
		use->used_us = now.us;
	pthread_mutex_unlock(&mutex);
}

size_t
key_uses_due(struct id keys[static KEY_USES_MAX], int64_t used_us[static KEY_USES_MAX])
{
	int64_t now_us = clock_monotonic_us();
	size_t n = 0;

	pthread_mutex_lock(&mutex);
	for (size_t i = 0; i < COUNT_OF(uses); i++) {
		if (uses[i].used_us == uses[i].written_us || uses[i].due_us > now_us)
			continue;
		keys[n] = uses[i].key;
		used_us[n++] = uses[i].used_us;
	}
	pthread_mutex_unlock(&mutex);
	return n;
}

void
key_uses_written(const struct id *keys, const int64_t *used_us, size_t count)
{
	int64_t now_us = clock_monotonic_us();

	pthread_mutex_lock(&mutex);
	for (size_t i = 0; i < count; i++) {
		struct use *use = place_of(keys[i], now_us);

		if (!use)
			continue;
		use->written_us = used_us[i];
		use->due_us = now_us + EVERY_US;
	}
	pthread_mutex_unlock(&mutex);
}
