/* SPDX-License-Identifier: Apache-2.0 */
/* What part numbers say, and that those of another form say nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/arena.h"
#include "core/base.h"
#include "part/part_scheme.h"

static const struct {
	const char *number;
	struct part_scheme is; /* group NULL: of no such form */
} numbers[] = {
	{ "3502105", { .group = "35", .subgroup = "3502", .piece = "105" } },
	{ "6101-010", { .group = "61", .subgroup = "6101", .piece = "010" } },
	{ "6101 010-K00",
	  { .group = "61", .subgroup = "6101", .piece = "010", .structure = "K00" } },
	{ "1602010-K00-A1",
	  { .group = "16", .subgroup = "1602", .piece = "010", .structure = "K00-A1" } },
	{ "1003011-28k-0000-b",
	  { .group = "10",
	    .subgroup = "1003",
	    .piece = "011",
	    .structure = "28K-0000",
	    .change = "B" } },
	{ "8402020A", { .group = "84", .subgroup = "8402", .piece = "020", .change = "A" } },
	{ "CA3502105Q710",
	  { .company = "CA",
	    .group = "35",
	    .subgroup = "3502",
	    .piece = "105",
	    .structure = "Q710" } },
	{ "EQB 1003011", { .source = "EQB", .group = "10", .subgroup = "1003", .piece = "011" } },
	{ "K18-3502105/A",
	  { .source = "K18", .group = "35", .subgroup = "3502", .piece = "105", .change = "A" } },
	{ "ＣＡ３５０２１０５",
	  { .company = "CA", .group = "35", .subgroup = "3502", .piece = "105" } },
	/* other makers' */
	{ "06A-141-025-B", { 0 } },
	{ "0986 452 041", { 0 } },
	{ "1234 567 890", { 0 } },
	{ "0986452", { 0 } },
	{ "2630035503", { 0 } },
	{ "90915-YZZE1", { 0 } },
	{ "A2710940304", { 0 } },
	{ "ABCD3502105", { 0 } },
	{ "K18-CA3502105", { 0 } },
	{ "3502105-左", { 0 } },
	{ "1-2-3-4-5-6-7-8-9", { 0 } },
	{ "--", { 0 } },
	{ "", { 0 } },
};

static void
same(const char *found, const char *wanted)
{
	if (wanted)
		assert_string_equal(found ? found : "(none)", wanted);
	else
		assert_null(found);
}

static void
test_what_a_number_says(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		const struct part_scheme *wanted = &numbers[i].is;
		struct part_scheme found;

		print_message("%s\n", numbers[i].number);
		assert_int_equal(part_scheme_parse(&arena, numbers[i].number, &found),
		                 wanted->group != NULL);
		same(found.company, wanted->company);
		same(found.source, wanted->source);
		same(found.group, wanted->group);
		same(found.subgroup, wanted->subgroup);
		same(found.piece, wanted->piece);
		same(found.structure, wanted->structure);
		same(found.change, wanted->change);
	}
	arena_clear(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_what_a_number_says) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
