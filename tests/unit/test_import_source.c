/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of imports at their ceilings; what they are made of is fuzzed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <jansson.h>

/* before cmocka, whose fail() is a macro */
#include "import_source.h"

#include <cmocka.h>

#define LONG 100000

/* A key and a value whose every character is escaped fit together. */
static void
test_longest_key_and_value(void **state)
{
	static char text[LONG];
	struct import_source source;
	struct failure wrong = { 0 };
	struct arena arena;
	const char *row;
	json_t *value;
	int fd = memfd_create("test", MFD_CLOEXEC);

	(void)state;
	arena_init(&arena);
	memset(text, 1, sizeof(text));
	assert_int_equal(write(fd, "name,metadata.", 14), 14);
	assert_int_equal(write(fd, text, LONG), LONG);
	assert_int_equal(write(fd, "\nx,", 3), 3);
	assert_int_equal(write(fd, text, LONG), LONG);
	assert_true(import_source_open(&source, &arena, fd, IMPORT_FORMAT_CSV,
	                               operations[OP_createCustomer].body, 0, 1, &wrong));
	assert_int_equal(import_source_next(&source, &row, &wrong), CSV_RECORD);
	assert_non_null(row);
	value = json_loads(row, 0, NULL);
	assert_non_null(value);
	assert_int_equal(json_object_size(json_object_get(value, "metadata")), 1);
	json_decref(value);
	assert_int_equal(import_source_next(&source, &row, &wrong), CSV_END);
	import_source_close(&source);
	arena_clear(&arena);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_longest_key_and_value) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
