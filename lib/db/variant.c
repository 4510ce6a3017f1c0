/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the variants of statements, and keeping those that are in use. */
#include "db/variant.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"

#define KEY_MAX     4096
#define TEXT_MAX    ((size_t)256 * 1024)
#define LITERAL_MAX 240
/* A plan is made for the sizes that tables have; where they grow fast, as in a new database, it is
 * soon not the right one, and nothing tells until they are analysed. */
#define PLAN_US INT64_C(60000000)

/* What a code of the contract, a list of them as bind.c writes it, a number or a truth value is made of. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789_{},\"";

struct kept {
	struct variant variant;
	char *key, *text;
	size_t key_len;
	uint64_t used;
	int64_t planned_us; /* monotonic */
	uint16_t params[];
};

struct variants {
	struct kept *slot[VARIANTS_MAX];
	uint64_t clock;
	uint32_t serial;
};

struct variants *
variants_new(void)
{
	struct variants *variants = calloc(1, sizeof(*variants));

	if (!variants)
		die("out of memory: variants");
	return variants;
}

static void
kept_free(struct kept *kept)
{
	if (!kept)
		return;
	free(kept->key);
	free(kept->text);
	free(kept);
}

void
variants_free(struct variants *variants)
{
	if (!variants)
		return;
	for (size_t i = 0; i < VARIANTS_MAX; i++)
		kept_free(variants->slot[i]);
	free(variants);
}

static bool
is_literal(enum param param, const char *value)
{
	size_t len = strspn(value, plain);

	return param_infos[param].literal && value[len] == '\0' && len <= LITERAL_MAX;
}

/* What tells variants apart: the statement, and of each parameter whether it is there or its literal. */
static void
write_key(struct buf *key, enum sql sql, const char *const *values)
{
	const struct statement *s = &statements[sql];

	buf_printf(key, "%d", (int)sql);
	for (uint16_t p = 0; p < s->params_count; p++) {
		buf_char(key, values[p] ? '+' : '-');
		if (values[p] && is_literal((enum param)s->params[p], values[p]))
			buf_puts(key, values[p]);
	}
}

/* Behind a parameter: its cast, if it has one. */
static size_t
cast_len(const char *text)
{
	size_t n = strncmp(text, "::", 2) == 0 ? 2 : 0;

	if (n == 0)
		return 0;
	n += strspn(text + n, "abcdefghijklmnopqrstuvwxyz0123456789_");
	return n + (strncmp(text + n, "[]", 2) == 0 ? 2 : 0);
}

/* The number of parameter p in the variant, from 1; it takes the next when it has none yet. */
static unsigned
number_of(struct kept *kept, uint16_t p)
{
	for (uint16_t i = 0; i < kept->variant.count; i++)
		if (kept->params[i] == p)
			return i + 1u;
	kept->params[kept->variant.count++] = p;
	return kept->variant.count;
}

static void
write_parameter(struct buf *text, struct kept *kept, const struct statement *s, uint16_t p,
                const char *value)
{
	if (!value)
		buf_puts(text, "NULL");
	else if (is_literal((enum param)s->params[p], value))
		buf_printf(text, "'%s'", value);
	else
		buf_printf(text, "$%u", number_of(kept, p));
}

/* Only a parameter is a `$` with a digit behind it; tools/contract.py sees to it. */
static void
write_text(struct buf *text, struct kept *kept, const struct statement *s,
           const char *const *values)
{
	static const char absent[] = " IS NULL", present[] = " IS NOT NULL";
	const char *from = s->sql, *mark;

	while ((mark = strpbrk(from, "$")) != NULL) {
		const char *test;
		char *end;
		uint16_t p;

		buf_put(text, from, (size_t)(mark - from));
		p = (uint16_t)(strtoul(mark + 1, &end, 10) - 1);
		if (end == mark + 1) {
			buf_char(text, '$');
			from = end;
			continue;
		}
		test = end + cast_len(end);
		from = end;
		if (strncmp(test, absent, strlen(absent)) == 0) {
			buf_puts(text, values[p] ? "false" : "true");
			from = test + strlen(absent);
		} else if (strncmp(test, present, strlen(present)) == 0) {
			buf_puts(text, values[p] ? "true" : "false");
			from = test + strlen(present);
		} else {
			write_parameter(text, kept, s, p, values[p]);
		}
	}
	buf_puts(text, from);
	buf_char(text, '\0');
}

static struct kept *
make(enum sql sql, const char *const *values)
{
	const struct statement *s = &statements[sql];
	struct kept *kept = calloc(1, sizeof(*kept) + s->params_count * sizeof(kept->params[0]));
	struct buf text;

	if (!kept)
		die("out of memory: a variant");
	buf_init(&text, TEXT_MAX);
	write_text(&text, kept, s, values);
	if (text.full)
		die("the statement %s is too long", s->name);
	kept->text = buf_take(&text, NULL);
	kept->variant.text = kept->text;
	kept->variant.params = kept->params;
	return kept;
}

static const struct variant *
use(struct variants *variants, struct kept *kept)
{
	int64_t now = clock_monotonic_us();

	kept->used = ++variants->clock;
	if (kept->variant.serial == 0 || now - kept->planned_us > PLAN_US) {
		kept->variant.serial = ++variants->serial;
		kept->planned_us = now;
	}
	return &kept->variant;
}

const struct variant *
variant_for(struct variants *variants, enum sql sql, const char *const *values)
{
	struct buf key;
	size_t oldest = 0;

	buf_init(&key, KEY_MAX);
	write_key(&key, sql, values);
	for (size_t i = 0; i < VARIANTS_MAX; i++) {
		struct kept *kept = variants->slot[i];
		uint64_t used = kept ? kept->used : 0;

		if (kept && kept->key_len == key.len && memcmp(kept->key, key.data, key.len) == 0) {
			buf_clear(&key);
			return use(variants, kept);
		}
		if (used < (variants->slot[oldest] ? variants->slot[oldest]->used : 0))
			oldest = i;
	}
	if (key.full)
		die("too many parameters: %s", statements[sql].name);
	kept_free(variants->slot[oldest]);
	variants->slot[oldest] = make(sql, values);
	variants->slot[oldest]->key = buf_take(&key, &variants->slot[oldest]->key_len);
	variants->slot[oldest]->variant.slot = (uint16_t)oldest;
	return use(variants, variants->slot[oldest]);
}
