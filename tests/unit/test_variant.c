/* SPDX-License-Identifier: Apache-2.0 */
/* Variants of lists: what stands in the text, what stays a parameter, and which of them are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "db/variant.h"

#undef fail /* cmocka has one of its own */
#include <cmocka.h>

/* The statement's parameters: those named as given, the others absent. */
static const char *const *
values_of(enum sql sql, const char *const given[][2], size_t count)
{
	static const char *values[64];

	memset(values, 0, sizeof(values));
	assert_true(statements[sql].params_count <= COUNT_OF(values));
	for (uint16_t p = 0; p < statements[sql].params_count; p++)
		for (size_t i = 0; i < count; i++)
			if (strcmp(param_infos[statements[sql].params[p]].name, given[i][0]) == 0)
				values[p] = given[i][1];
	return values;
}

static const struct variant *
orders(struct variants *variants, const char *const given[][2], size_t count)
{
	return variant_for(variants, SQL_work_order_list,
	                   values_of(SQL_work_order_list, given, count));
}

static void
test_text(void **state)
{
	/* a list as bind.c writes it */
	const char *const given[][2] = {
		{ "scope_store", "0" }, { "status", "{\"opened\",\"ready\"}" },
		{ "number", "{x}" },    { "now", "0" },
		{ "actor_id", "0" },    { "limit", "51" }
	};
	struct variants *variants = variants_new();
	const struct variant *variant = orders(variants, given, COUNT_OF(given));

	(void)state;
	assert_non_null(strstr(variant->text, "(false OR w.store_id = $1)"));
	assert_non_null(
		strstr(variant->text, "(false OR w.status = ANY ('{\"opened\",\"ready\"}'))"));
	assert_non_null(strstr(variant->text, "(true OR v.plate = NULL)"));
	assert_non_null(strstr(variant->text, "LIMIT '51'"));
	/* what anybody may type is never written out, however plain it looks */
	assert_null(strstr(variant->text, "{x}"));
	for (uint16_t i = 0; i < variant->count; i++) {
		char mark[8];

		snprintf(mark, sizeof(mark), "$%u", i + 1u);
		assert_non_null(strstr(variant->text, mark));
	}
	variants_free(variants);
}

static void
test_values_share_a_variant(void **state)
{
	const char *const one[][2] = { { "scope_store", "a" }, { "limit", "51" } };
	const char *const same[][2] = { { "scope_store", "b" }, { "limit", "51" } };
	const char *const other[][2] = { { "scope_store", "a" }, { "limit", "11" } };
	const char *const fewer[][2] = { { "limit", "51" } };
	struct variants *variants = variants_new();
	uint32_t serial = orders(variants, one, 2)->serial;

	(void)state;
	assert_int_equal(orders(variants, same, 2)->serial, serial);
	assert_int_not_equal(orders(variants, other, 2)->serial, serial);
	assert_int_not_equal(orders(variants, fewer, 1)->serial, serial);
	assert_int_equal(orders(variants, one, 2)->serial, serial);
	variants_free(variants);
}

/* A literal that is none stays a parameter: nothing that was sent gets into the text. */
static void
test_only_codes_are_literal(void **state)
{
	const char *const quoted[][2] = { { "limit", "51" }, { "status", "{'; DROP}" } };
	const char *const escaped[][2] = { { "limit", "51" }, { "status", "{\"a\\\"drop\"}" } };
	struct variants *variants = variants_new();

	(void)state;
	assert_null(strstr(orders(variants, quoted, 2)->text, "DROP"));
	assert_null(strstr(orders(variants, escaped, 2)->text, "drop"));
	variants_free(variants);
}

static void
test_the_least_used_goes(void **state)
{
	char limit[8];
	const char *const wanted[][2] = { { "limit", limit } };
	struct variants *variants = variants_new();
	const struct variant *variant;
	uint32_t first, second;

	(void)state;
	snprintf(limit, sizeof(limit), "0");
	first = orders(variants, wanted, 1)->serial;
	snprintf(limit, sizeof(limit), "1");
	second = orders(variants, wanted, 1)->serial;
	for (int i = 2; i < VARIANTS_MAX; i++) {
		snprintf(limit, sizeof(limit), "%d", i);
		orders(variants, wanted, 1);
	}
	snprintf(limit, sizeof(limit), "0");
	variant = orders(variants, wanted, 1);
	assert_int_equal(variant->serial, first);
	snprintf(limit, sizeof(limit), "%d", VARIANTS_MAX);
	variant = orders(variants, wanted, 1);
	assert_int_equal(variant->slot, 1); /* where the second was */
	assert_int_not_equal(variant->serial, second);
	snprintf(limit, sizeof(limit), "0");
	assert_int_equal(orders(variants, wanted, 1)->serial, first);
	variants_free(variants);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_values_share_a_variant),
		cmocka_unit_test(test_only_codes_are_literal),
		cmocka_unit_test(test_the_least_used_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
