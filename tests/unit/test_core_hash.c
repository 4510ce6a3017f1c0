/* SPDX-License-Identifier: Apache-2.0 */
/* The hash of contents: the values that xxHash 0.8.1 gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "core/hash.h"

static void
hashes_are_those_of_xxhash(void **state)
{
	static const struct {
		const char *text;
		uint64_t hash;
	} known[] = {
		{ "", UINT64_C(0xef46db3751d8e999) },
		{ "a", UINT64_C(0xd24ec4f1a98c6e5b) },
		{ "abc", UINT64_C(0x44bc2cf5ad770999) },
		{ "Nobody inspects the spammish repetition", UINT64_C(0xfbcea83c8a378bf1) },
	};
	unsigned char bytes[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_true(hash64(known[i].text, strlen(known[i].text)) == known[i].hash);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	assert_true(hash64(bytes, 101) == UINT64_C(0xe99038495f85381e));
	assert_true(hash64(bytes, sizeof(bytes)) == UINT64_C(0x6ef436b00eba4078));
}

/* No byte of a content is left out, wherever it stands and however long the content is. */
static void
every_bit_counts(void **state)
{
	unsigned char bytes[100] = { 0 };

	(void)state;
	for (size_t len = 1; len <= sizeof(bytes); len++) {
		uint64_t before = hash64(bytes, len);

		for (size_t bit = 0; bit < len * 8; bit++) {
			bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
			assert_true(hash64(bytes, len) != before);
			bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_xxhash),
		cmocka_unit_test(every_bit_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
