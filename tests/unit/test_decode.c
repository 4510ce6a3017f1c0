/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder of bodies and parameters: what it takes, and what it says about what it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "decode.h"

/* last: it calls a macro fail */
#include <cmocka.h>

/* A contract of its own, with every kind of member. */

struct thing_line {
	const char *text;
	int64_t price;
	bool has_text, has_price;
};

struct thing {
	const char *name;
	int64_t count;
	int64_t wide;
	struct qty quantity, halves;
	struct map labels;
	struct utc at;
	struct thing_line *lines;
	size_t lines_count;
	struct thing_line *detail;
	const char **tags;
	size_t tags_count;
	int colour;
	struct date day;
	struct id id;
	bool yes;
	bool has_count, has_wide, has_quantity, has_halves, has_labels, has_at, has_lines,
		has_detail, has_tags, has_colour, has_day, has_id, has_yes;
};

static const struct enumerator colours[] = {
	{ NULL, NULL, NULL },
	{ "red", "Red", "红" },
	{ "blue", "Blue", "蓝" },
};
static const struct enumeration colour_enum = { "colour", COUNT_OF(colours), false, colours };

#define AT(m)   .name = #m, .offset = offsetof(struct thing, m)
#define MAY(m)  AT(m), .has_offset = offsetof(struct thing, has_##m)
#define MANY(m) MAY(m), .count_offset = offsetof(struct thing, m##_count)
#define LINE(m)                                               \
	.name = #m, .offset = offsetof(struct thing_line, m), \
	.has_offset = offsetof(struct thing_line, has_##m)

/* clang-format off */
static const struct member line_members[] = {
	{ LINE(text),  .kind = MEMBER_TEXT, .max = 10 },
	{ LINE(price), .kind = MEMBER_INT, .min = 0, .max = 100 },
};
static const struct shape line_shape = { "line", sizeof(struct thing_line), 2, line_members };

static const struct member members[] = {
	{ AT(name),      .kind = MEMBER_TEXT, .flags = MEMBER_REQUIRED, .min = 1, .max = 5 },
	{ MAY(count),    .kind = MEMBER_INT, .min = -10, .max = 10, .multiple = 5 },
	{ MAY(wide),     .kind = MEMBER_INT, .min = INT64_MIN, .max = INT64_MAX },
	{ MAY(quantity), .kind = MEMBER_QTY, .min = 1, .max = INT64_C(1000000000) * 1000, .multiple = 1 },
	{ MAY(halves),   .kind = MEMBER_QTY, .max = 2000, .multiple = 500 },
	{ MAY(labels),   .kind = MEMBER_MAP, .max = 4, .max_items = 2 },
	{ MAY(at),       .kind = MEMBER_UTC, .flags = MEMBER_NULLABLE },
	{ MANY(lines),   .kind = MEMBER_OBJECT, .flags = MEMBER_ARRAY, .object = &line_shape,
	  .min_items = 1, .max_items = 3 },
	{ MAY(detail),   .kind = MEMBER_OBJECT, .object = &line_shape },
	{ MANY(tags),    .kind = MEMBER_TEXT, .flags = MEMBER_ARRAY | MEMBER_UNIQUE, .max = 5, .max_items = 3 },
	{ MAY(colour),   .kind = MEMBER_ENUM, .enumeration = &colour_enum },
	{ MAY(day),      .kind = MEMBER_DATE },
	{ MAY(id),       .kind = MEMBER_ID },
	{ MAY(yes),      .kind = MEMBER_BOOL },
};
/* clang-format on */
static const struct shape shape = { "thing", sizeof(struct thing), COUNT_OF(members), members };

static struct arena arena;
static struct ctx ctx;

/* What is wrong, as `pointer code` in the order it was found, separated by blanks; "" when nothing. */
static const char *
wrong(enum err err)
{
	static char text[8192];
	size_t n = 0;

	text[0] = '\0';
	if (ctx.failures_count == 0 && err)
		return err_infos[err].code;
	for (size_t i = 0; i < ctx.failures_count; i++) {
		const struct failure *f = &ctx.failures[i];
		const char *where = f->parameter ? f->parameter : f->pointer;

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s%s%s", n ? " " : "",
		                      where ? where : "", where ? " " : "", err_infos[f->err].code);
	}
	return text;
}

static const char *
body_of(const char *text, size_t size, struct thing **thing)
{
	void *out;
	enum err err;

	arena_clear(&arena);
	ctx = (struct ctx){ .arena = &arena };
	err = decode_body(&ctx, &shape, text, size, &out);
	if (thing)
		*thing = out;
	assert_int_equal(err == OK, ctx.failures_count == 0);
	return wrong(err);
}

static const char *
body(const char *text, struct thing **thing)
{
	return body_of(text, strlen(text), thing);
}

static void
test_everything_arrives(void **state)
{
	struct thing *t;

	(void)state;
	assert_string_equal(
		body("{\"name\":\"王小明\",\"count\":-5,\"wide\":9223372036854775807,"
	             "\"quantity\":2.5,\"labels\":{\"a\":\"b\"},\"at\":\"2026-11-21T08:00:00Z\","
	             "\"lines\":[{\"text\":\"x\"},{\"price\":100}],\"detail\":{\"price\":0},"
	             "\"tags\":[\"a\",\"b\"],\"colour\":\"blue\",\"day\":\"2026-11-21\","
	             "\"id\":\"019abf2e-7c00-7000-8000-000000000001\",\"yes\":true}",
	             &t),
		"");
	assert_string_equal(t->name, "王小明");
	assert_true(t->has_count && t->count == -5 && t->wide == INT64_MAX);
	assert_true(t->quantity.milli == 2500 && t->yes && t->has_yes);
	assert_true(t->labels.count == 1 && strcmp(t->labels.keys[0], "a") == 0);
	assert_true(t->lines_count == 2 && t->lines[0].has_text && !t->lines[0].has_price);
	assert_true(t->lines[1].price == 100 && t->detail->has_price && t->detail->price == 0);
	assert_true(t->tags_count == 2 && strcmp(t->tags[1], "b") == 0);
	assert_int_equal(t->colour, 2);
	assert_true(t->day.set && !id_is_none(t->id) && t->has_at && t->at.us != 0);
	assert_string_equal(body("{\"name\":\"x\",\"yes\":false}", &t), "");
	assert_true(t->has_yes && !t->yes);
}

static void
test_absent_and_null_differ(void **state)
{
	struct thing *t;

	(void)state;
	assert_string_equal(body("{\"name\":\"x\",\"at\":null}", &t), "");
	assert_true(t->has_at && t->at.us == 0);
	assert_string_equal(body("{\"name\":\"x\"}", &t), "");
	assert_false(t->has_at || t->has_lines || t->has_labels);
	assert_string_equal(body("{\"name\":null}", NULL), "/name wrong_type");
	assert_string_equal(
		body("{\"name\":\"x\",\"count\":null,\"lines\":null,\"labels\":null}", NULL),
		"/count wrong_type /lines wrong_type /labels wrong_type");
}

static void
test_every_wrong_field_is_told_at_once(void **state)
{
	char many[8192] = "{\"name\":\"x\"";

	(void)state;
	assert_string_equal(
		body("{\"count\":3,\"colour\":\"green\",\"lines\":[{\"price\":101,\"text\":1},"
	             "{\"prize\":1}],\"detail\":{\"price\":-1},\"day\":\"2026-02-30\","
	             "\"at\":\"noon\",\"id\":\"00000000-0000-0000-0000-000000000000\",\"yes\":1,"
	             "\"a/b~c\":1}",
	             NULL),
		"/count not_multiple /colour bad_code /lines/0/price too_large /lines/0/text wrong_type "
		"/lines/1/prize unknown_field /detail/price too_small /day bad_format /at bad_format "
		"/id bad_format /yes wrong_type /a~1b~0c unknown_field /name required");
	/* up to a ceiling */
	for (int i = 0; i < 300; i++)
		snprintf(many + strlen(many), 24, ",\"u%d\":1", i);
	snprintf(many + strlen(many), 2, "}");
	(void)body(many, NULL);
	assert_int_equal(ctx.failures_count, FAILURES_MAX);
}

static void
test_limits(void **state)
{
	(void)state;
	assert_string_equal(body("{\"name\":\"\"}", NULL), "/name too_short");
	assert_string_equal(body("{\"name\":\" \\u3000\"}", NULL), "/name too_short");
	assert_string_equal(body("{\"name\":\"五个字五个\"}", NULL), "");
	assert_string_equal(body("{\"name\":\"五个字五个字\"}", NULL), "/name too_long");
	assert_string_equal(body("{\"name\":\"x\",\"lines\":[]}", NULL), "/lines too_few");
	assert_string_equal(body("{\"name\":\"x\",\"lines\":[{},{},{},{}]}", NULL),
	                    "/lines too_many");
	assert_string_equal(body("{\"name\":\"x\",\"lines\":{}}", NULL), "/lines wrong_type");
	assert_string_equal(body("{\"name\":\"x\",\"lines\":[1]}", NULL), "/lines/0 wrong_type");
	assert_string_equal(body("{\"name\":\"x\",\"tags\":[\"a\",\"b\",\"a\"]}", NULL),
	                    "/tags/2 not_unique");
	assert_string_equal(body("{\"name\":\"x\",\"labels\":{\"a\":\"12345\",\"b\":1}}", NULL),
	                    "/labels/a too_long /labels/b wrong_type");
	assert_string_equal(body("{\"name\":\"x\",\"labels\":{\"\":\"\"}}", NULL),
	                    "/labels/ too_short");
	assert_string_equal(
		body("{\"name\":\"x\",\"labels\":{\"a\":\"\",\"b\":\"\",\"c\":\"\"}}", NULL),
		"/labels too_many");
	assert_string_equal(body("{\"name\":\"x\",\"labels\":[],\"detail\":[]}", NULL),
	                    "/labels wrong_type /detail wrong_type");
}

/* A map's key has up to 64 characters, however many octets they are. */
static void
test_keys_of_a_map(void **state)
{
	char text[300], key[3 * 64 + 1], too_long[sizeof(key) + 20];
	struct thing *t;

	(void)state;
	for (size_t i = 0; i < 64; i++)
		memcpy(key + 3 * i, "车", 4);
	snprintf(text, sizeof(text), "{\"name\":\"x\",\"labels\":{\"%s\":\"1\"}}", key);
	assert_string_equal(body(text, &t), "");
	assert_string_equal(t->labels.keys[0], key);
	snprintf(text, sizeof(text), "{\"name\":\"x\",\"labels\":{\"%sa\":\"1\"}}", key);
	snprintf(too_long, sizeof(too_long), "/labels/%sa too_long", key);
	assert_string_equal(body(text, NULL), too_long);
}

static void
test_numbers_at_the_edges(void **state)
{
	static const struct {
		const char *body, *wrong;
	} cases[] = {
		{ "\"count\":10", "" },
		{ "\"count\":10.0", "" },
		{ "\"count\":1e1", "" },
		{ "\"count\":-0", "" },
		{ "\"count\":-0.0", "" },
		{ "\"count\":15", "/count too_large" },
		{ "\"count\":-15", "/count too_small" },
		{ "\"count\":2.5", "/count wrong_type" },
		{ "\"count\":5.0001", "/count wrong_type" },
		{ "\"count\":\"5\"", "/count wrong_type" },
		{ "\"count\":true", "/count wrong_type" },
		{ "\"count\":1e300", "/count too_large" },
		{ "\"count\":-1e300", "/count too_small" },
		{ "\"count\":1e-300", "/count wrong_type" },
		{ "\"wide\":9223372036854775807", "" },
		{ "\"wide\":-9223372036854775808", "" },
		{ "\"wide\":9223372036854775808", "malformed_json" },
		{ "\"wide\":1e999", "malformed_json" },
		{ "\"quantity\":1000000000", "" },
		{ "\"quantity\":1000000000.001", "/quantity too_large" },
		{ "\"quantity\":999999999.999", "" },
		{ "\"quantity\":0", "/quantity too_small" },
		{ "\"quantity\":0.0005", "/quantity not_multiple" },
		{ "\"quantity\":0.1234", "/quantity not_multiple" },
		{ "\"quantity\":9223372036854775807", "/quantity too_large" },
		{ "\"quantity\":-9223372036854775808", "/quantity too_small" },
		{ "\"quantity\":1e15", "/quantity too_large" },
		{ "\"quantity\":\"2\"", "/quantity wrong_type" },
		{ "\"halves\":1.5", "" },
		{ "\"halves\":1.25", "/halves not_multiple" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[128];

		snprintf(text, sizeof(text), "{\"name\":\"x\",%s}", cases[i].body);
		print_message("%s\n", text);
		assert_string_equal(body(text, NULL), cases[i].wrong);
	}
}

static void
test_what_is_not_json(void **state)
{
	static const char *const broken[] = {
		"",
		"{",
		"{\"name\":\"x\",\"name\":\"y\"}",
		"{\"detail\":{\"price\":1,\"price\":1}}",
		"{\"name\":\"\xff\"}",
		"{\"name\":\"\xc0\xaf\"}",
		"{\"name\":\"\xed\xa0\x80\"}",
		"{\"\xf5\":1}",
		"{\"name\":\"\\u0000\"}",
		"{\"name\":\"\\ud800\"}",
		"{\"name\":\"\\u12é\"}",
		"{\"name\":\"x\"} {}",
		"{\"name\":\"x\ny\"}",
		"{\"count\":01}",
		"{\"count\":NaN}",
		"[1,]",
	};
	static const char nul[] = "{\"name\":\"x\"}\0";

	(void)state;
	for (size_t i = 0; i < COUNT_OF(broken); i++) {
		assert_string_equal(body(broken[i], NULL), "malformed_json");
		/* what is said about it can be sent */
		assert_true(utf8_valid(ctx.failures[0].args[0], strlen(ctx.failures[0].args[0])));
	}
	assert_string_equal(body_of(nul, sizeof(nul) - 1, NULL), "malformed_json");
	assert_string_equal(body_of("{\"name\":\"x\"}junk", 12, NULL), "");
	/* the whole is the empty pointer */
	assert_string_equal(body("[]", NULL), " wrong_type");
	assert_string_equal(body("null", NULL), " wrong_type");
}

static const char *
nested(int depth)
{
	static char text[256];

	snprintf(text, sizeof(text), "{\"name\":\"x\",\"u\":%.*s%.*s}", depth,
	         "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", depth,
	         "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
	return text;
}

static void
test_depth(void **state)
{
	(void)state;
	assert_string_equal(body(nested(DECODE_DEPTH_MAX - 1), NULL), "/u unknown_field");
	assert_string_equal(body(nested(DECODE_DEPTH_MAX), NULL), "malformed_json");
	/* brackets in a text are no nesting */
	assert_string_equal(
		body("{\"name\":\"[[[[[\",\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\":1}", NULL),
		"/\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ unknown_field");
}

/* A name may be as long as a body: its pointer is cut behind a whole character. */
static void
test_long_names(void **state)
{
	char text[4096];

	(void)state;
	for (size_t letters = 480; letters < 520; letters++) {
		size_t n = (size_t)snprintf(text, sizeof(text), "{\"name\":\"x\",\"");

		memset(text + n, 'a', letters);
		n += letters;
		snprintf(text + n, sizeof(text) - n, "王~/王~/王\":1}");
		(void)body(text, NULL);
		assert_int_equal(ctx.failures_count, 1);
		assert_int_equal(ctx.failures[0].err, ERR_UNKNOWN_FIELD);
		assert_true(strlen(ctx.failures[0].pointer) <= 512);
		assert_true(utf8_valid(ctx.failures[0].pointer, strlen(ctx.failures[0].pointer)));
	}
}

static const char *
parameters(const struct parameter *list, size_t count, struct thing **thing)
{
	void *out;
	enum err err;

	arena_clear(&arena);
	ctx = (struct ctx){ .arena = &arena };
	err = decode_parameters(&ctx, &shape, list, count, &out);
	if (thing)
		*thing = out;
	assert_true(err == (ctx.failures_count ? ERR_BAD_PARAMETER : OK));
	return wrong(err);
}

static void
test_parameters(void **state)
{
	const struct parameter good[] = { { "name", "x" },       { "tags", "a,b" },
		                          { "tags", "c" },       { "count", "-5" },
		                          { "quantity", "2.5" }, { "yes", "false" },
		                          { "colour", "red" } };
	const struct parameter bad[] = {
		{ "coulor", "red" },   { "count", "5.0" },
		{ "yes", "1" },        { "day", "x" },
		{ "tags", "a,b,c,d" }, { "id", "1" },
		{ "colour", "red" },   { "colour", "red" },
		{ "quantity", "1e3" }, { "wide", "99999999999999999999" }
	};
	const struct parameter edges[] = { { "name", "x" },
		                           { "yes", "true" },
		                           { "count", "0" },
		                           { "wide", "-9223372036854775808" } };
	const struct parameter beyond[] = { { "name", "x" },
		                            { "count", "05" },
		                            { "wide", "-9223372036854775809" },
		                            { "halves", "0.001" } };
	const struct parameter no_number[] = { { "name", "x" },
		                               { "count", "five" },
		                               { "wide", "-" } };
	char name[1000];
	const struct parameter odd[] = { { "name", "x" }, { name, "1" } };
	struct thing *t;

	(void)state;
	assert_string_equal(parameters(good, COUNT_OF(good), &t), "");
	assert_true(t->tags_count == 3 && strcmp(t->tags[2], "c") == 0 && t->count == -5);
	assert_true(t->quantity.milli == 2500 && t->has_yes && !t->yes && t->colour == 1);
	assert_string_equal(
		parameters(bad, COUNT_OF(bad), NULL),
		"coulor unknown_parameter name required count wrong_type wide too_large "
		"quantity wrong_type tags too_many colour not_unique day bad_format "
		"id bad_format yes wrong_type");
	assert_string_equal(ctx.failures[0].args[0], "; did you mean colour?");
	assert_string_equal(parameters(edges, COUNT_OF(edges), &t), "");
	assert_true(t->has_yes && t->yes && t->count == 0 && t->wide == INT64_MIN);
	assert_string_equal(parameters(beyond, COUNT_OF(beyond), NULL),
	                    "count wrong_type wide too_small halves not_multiple");
	assert_string_equal(parameters(no_number, COUNT_OF(no_number), NULL),
	                    "count wrong_type wide wrong_type");
	for (size_t letters = 500; letters < 520; letters++) {
		memset(name, 'a', letters);
		snprintf(name + letters, sizeof(name) - letters, "王王");
		assert_true(strstr(parameters(odd, 2, NULL), "unknown_parameter") != NULL);
		assert_true(
			utf8_valid(ctx.failures[0].parameter, strlen(ctx.failures[0].parameter)));
	}
}

static void
test_percent(void **state)
{
	static const struct {
		const char *text, *decoded;
	} cases[] = {
		{ "a%20b+c", "a b c" }, { "%E7%8E%8B", "王" },
		{ "%e7%8e%8b", "王" },  { "", "" },
		{ "%00", NULL },        { "%E7%8E", NULL },
		{ "%ff", NULL },        { "%zz", NULL },
		{ "%2", NULL },         { "%", NULL },
		{ "%2z", NULL },        { "%z2", NULL },
		{ "a%2", NULL },        { "%C0%AF", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *out =
			percent_decode(&arena, cases[i].text, strlen(cases[i].text), true);

		assert_true(cases[i].decoded ? out && strcmp(out, cases[i].decoded) == 0 : !out);
	}
	assert_string_equal(percent_decode(&arena, "a+b", 3, false), "a+b");
}

/* As many wrong ones are told as fit, each by its name. */
static void
test_more_wrong_parameters_than_are_told(void **state)
{
	struct parameter many[FAILURES_MAX + 1];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(many); i++)
		many[i] = (struct parameter){ "unknown", "1" };
	(void)parameters(many, COUNT_OF(many), NULL);
	assert_int_equal(ctx.failures_count, FAILURES_MAX);
	for (size_t i = 0; i < FAILURES_MAX; i++) {
		assert_string_equal(ctx.failures[i].parameter, "unknown");
		assert_null(ctx.failures[i].pointer);
	}
}

static void
test_more_values_than_are_taken(void **state)
{
	static const char begin[] = "{\"name\":\"x\",\"tags\":[1"; /* four values */
	static char text[sizeof(begin) + (size_t)2 * DECODE_VALUES_MAX + 2];
	size_t n = sizeof(begin) - 1;

	(void)state;
	memcpy(text, begin, n);
	for (int i = 4; i < DECODE_VALUES_MAX; i++) {
		text[n++] = ',';
		text[n++] = '1';
	}
	memcpy(text + n, "]}", 3);
	assert_string_equal(body(text, NULL), "/tags too_many");
	memcpy(text + n, ",1]}", 5);
	assert_string_equal(body(text, NULL), "malformed_json");
	assert_string_equal(ctx.failures[0].args[0], "more than 20000 values");
}

/* None is passed over in silence. */
static void
test_more_parameters_than_fit(void **state)
{
	static const char *const segments[4] = { "7" };
	struct parameter list[PARAMETERS_MAX];
	char query[4 * PARAMETERS_MAX + 1], *last = query + sizeof(query) - 5;
	size_t count;

	(void)state;
	for (size_t i = 0; i < PARAMETERS_MAX; i++)
		memcpy(query + 4 * i, "a=1&", 5);
	*last = '\0';
	assert_true(collect_parameters(&arena, "/v1/{id}", segments, query, list, &count));
	assert_int_equal(count, PARAMETERS_MAX);
	assert_string_equal(list[0].name, "id");
	assert_string_equal(list[0].value, "7");
	*last = 'a';
	assert_false(collect_parameters(&arena, "/v1/{id}", segments, query, list, &count));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_arrives),
		cmocka_unit_test(test_absent_and_null_differ),
		cmocka_unit_test(test_every_wrong_field_is_told_at_once),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_keys_of_a_map),
		cmocka_unit_test(test_numbers_at_the_edges),
		cmocka_unit_test(test_what_is_not_json),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_percent),
		cmocka_unit_test(test_more_parameters_than_fit),
		cmocka_unit_test(test_more_wrong_parameters_than_are_told),
		cmocka_unit_test(test_more_values_than_are_taken),
	};
	int failed;

	arena_init(&arena);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_clear(&arena);
	return failed;
}
