/* SPDX-License-Identifier: Apache-2.0 */
/* UUIDs, version 7 (RFC 9562, 5.7, with method 3 of 6.2 for the order within a millisecond). */
#include "core/id.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <uuid/uuid.h>

#include "core/text.h"

/* The last one given out: milliseconds << 12 | fraction of the millisecond in 1/4096. */
static _Atomic uint64_t last_tick;

/* Now, or just after the last one if the clock stands still or was set back. */
static uint64_t
next_tick(void)
{
	struct timespec ts;
	uint64_t now, last, tick;

	if (clock_gettime(CLOCK_REALTIME, &ts) != 0)
		die("no real-time clock");
	now = ((uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000) << 12;
	now |= (uint64_t)ts.tv_nsec % 1000000 * 4096 / 1000000;

	last = atomic_load(&last_tick);
	do {
		tick = now > last ? now : last + 1;
	} while (!atomic_compare_exchange_weak(&last_tick, &last, tick));
	return tick;
}

/* The kernel's random octets, fetched for many ids at once: a call for each costs more than the
 * id. */
static void
random_octets(unsigned char *out, size_t size)
{
	static _Thread_local unsigned char pool[512];
	static _Thread_local size_t left;

	if (left < size) {
		if (getrandom(pool, sizeof(pool), 0) != (ssize_t)sizeof(pool))
			die("no random numbers");
		left = sizeof(pool);
	}
	left -= size;
	memcpy(out, pool + left, size);
}

struct id
id_new(void)
{
	struct id id;
	uint64_t tick = next_tick();
	uint64_t ms = tick >> 12;
	int i;

	random_octets(id.b + 8, 8);
	for (i = 5; i >= 0; i--, ms >>= 8)
		id.b[i] = (unsigned char)ms;
	id.b[6] = (unsigned char)(0x70 | (tick >> 8 & 0x0f));
	id.b[7] = (unsigned char)tick;
	id.b[8] = (unsigned char)(0x80 | (id.b[8] & 0x3f));
	return id;
}

static bool
is_hyphen_place(size_t at)
{
	return at == 8 || at == 13 || at == 18 || at == 23;
}

/* By hand, since uuid_parse takes a NUL-terminated text and these come with a length. */
bool
id_parse(const char *s, size_t len, struct id *id)
{
	struct id parsed = { 0 };
	size_t at, digit = 0;

	if (len != ID_TEXT - 1)
		return false;
	for (at = 0; at < len; at++) {
		int value;

		if (is_hyphen_place(at)) {
			if (s[at] != '-')
				return false;
			continue;
		}
		value = hex_digit(s[at]);
		if (value < 0)
			return false;
		parsed.b[digit / 2] = (unsigned char)(parsed.b[digit / 2] << 4 | value);
		digit++;
	}
	*id = parsed;
	return true;
}

char *
id_format(struct id id, char out[static ID_TEXT])
{
	uuid_unparse_lower(id.b, out);
	return out;
}

bool
id_is_none(struct id id)
{
	return id_equal(id, (struct id){ 0 });
}

bool
id_equal(struct id a, struct id b)
{
	return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

int
id_version(struct id id)
{
	return id.b[6] >> 4;
}
