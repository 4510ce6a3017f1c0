/* SPDX-License-Identifier: Apache-2.0 */
/* Identities: order, version, threads and the one accepted spelling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/id.h"
#include "core/utc.h"

#define THREADS    4
#define PER_THREAD 50000

static const char known[] = "0192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5f6";

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct id));
}

static void
a_million_ids_rise_and_are_of_version_7(void **state)
{
	struct id last = id_new();
	int i;

	(void)state;
	for (i = 0; i < 1000000; i++) {
		struct id id = id_new();

		if (compare(&last, &id) >= 0 || id_version(id) != 7 || (id.b[8] & 0xc0) != 0x80)
			fail_msg("id number %d", i);
		last = id;
	}
}

static void
the_first_48_bits_are_unix_milliseconds(void **state)
{
	int64_t before, after, ms = 0;
	struct id id;
	int i;

	(void)state;
	before = utc_now().us / 1000;
	id = id_new();
	after = utc_now().us / 1000;
	for (i = 0; i < 6; i++)
		ms = ms << 8 | id.b[i];
	/* Ids made faster than the clock ticks run ahead of it, by less than a second here. */
	assert_in_range(ms, before, after + 1000);
}

static void
the_rest_is_random(void **state)
{
	unsigned char seen[8] = { 0 };
	int i, j;

	(void)state;
	for (i = 0; i < 200; i++) {
		struct id id = id_new();

		for (j = 0; j < 8; j++)
			seen[j] |= (unsigned char)(id.b[8 + j] ^ 0x80);
	}
	assert_int_equal(seen[0], 0x3f);
	for (j = 1; j < 8; j++)
		assert_int_equal(seen[j], 0xff);
}

static void *
make_ids(void *p)
{
	struct id *ids = p;
	int i;

	for (i = 0; i < PER_THREAD; i++)
		ids[i] = id_new();
	return NULL;
}

static void
threads_never_share_a_tick(void **state)
{
	static struct id ids[THREADS][PER_THREAD];
	pthread_t threads[THREADS];
	struct id *all = ids[0];
	int i, t;

	(void)state;
	for (t = 0; t < THREADS; t++)
		assert_int_equal(pthread_create(&threads[t], NULL, make_ids, ids[t]), 0);
	for (t = 0; t < THREADS; t++) {
		assert_int_equal(pthread_join(threads[t], NULL), 0);
		for (i = 1; i < PER_THREAD; i++)
			assert_true(compare(&ids[t][i - 1], &ids[t][i]) < 0);
	}
	qsort(all, (size_t)THREADS * PER_THREAD, sizeof(*all), compare);
	for (i = 1; i < THREADS * PER_THREAD; i++)
		assert_true(memcmp(&all[i - 1], &all[i], 8) < 0);
}

static void
either_case_is_read_and_lower_case_written(void **state)
{
	static const unsigned char bytes[16] = { 0x01, 0x92, 0xf1, 0xd4, 0x7a, 0x3b, 0x7c, 0x8d,
		                                 0x9e, 0x0f, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6 };
	char text[ID_TEXT];
	struct id id, upper;

	(void)state;
	assert_true(id_parse(known, 36, &id));
	assert_memory_equal(id.b, bytes, 16);
	assert_true(id_parse("0192F1D4-7A3B-7C8D-9E0F-A1B2C3D4E5F6", 36, &upper));
	assert_true(id_equal(id, upper));
	assert_ptr_equal(id_format(upper, text), text);
	assert_string_equal(text, known);
	upper.b[15]++;
	assert_false(id_equal(id, upper));
}

static void
other_spellings_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"0",
		"0192f1d47a3b7c8d9e0fa1b2c3d4e5f6",
		"0192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5f",
		"0192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5f60",
		"0192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5f6 ",
		" 0192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5f6",
		"0192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5f6\n",
		"{0192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5f6}",
		"urn:uuid:0192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5f6",
		"0192f1d4-7a3b-7c8d-9e0fa-1b2c3d4e5f6",
		"0192f1d-47a3b-7c8d-9e0f-a1b2c3d4e5f6",
		"0192f1d4-7a3-b7c8d-9e0f-a1b2c3d4e5f6",
		"0192f1d4-7a3b-7c8-d9e0f-a1b2c3d4e5f6",
		"0192f1d4_7a3b_7c8d_9e0f_a1b2c3d4e5f6",
		"0192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5g6",
		"0192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5-6",
		"x192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5f6",
		"0192f1d4-7a3b-7c8d-9e0f-a1b2c3d4 5f6",
		"+192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5f6",
		"0x92f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5f6",
		"0192f1d4--7a3b-7c8d-9e0f-a1b2c3d4e5f",
		"0192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5\xc3\xa9",
		"------------------------------------",
	};
	struct id id = { { 7 } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(bad); i++) {
		if (id_parse(bad[i], strlen(bad[i]), &id))
			fail_msg("accepted: %s", bad[i]);
	}
	assert_false(id_parse("0192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5\0f6", 36, &id));
	assert_int_equal(id.b[0], 7);
}

static void
zero_is_none(void **state)
{
	struct id id;

	(void)state;
	assert_true(id_parse("00000000-0000-0000-0000-000000000000", 36, &id));
	assert_true(id_is_none(id));
	assert_false(id_is_none(id_new()));
	assert_true(id_parse("f47ac10b-58cc-4372-a567-0e02b2c3d479", 36, &id));
	assert_int_equal(id_version(id), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_million_ids_rise_and_are_of_version_7),
		cmocka_unit_test(the_first_48_bits_are_unix_milliseconds),
		cmocka_unit_test(the_rest_is_random),
		cmocka_unit_test(threads_never_share_a_tick),
		cmocka_unit_test(either_case_is_read_and_lower_case_written),
		cmocka_unit_test(other_spellings_are_refused),
		cmocka_unit_test(zero_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
