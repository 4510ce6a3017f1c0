/* SPDX-License-Identifier: Apache-2.0 */
/* Search keys: folded text in one table, so that a pair of bounds finds a beginning or an end. */
#include "event/search.h"

#include <string.h>

#include "core/pinyin.h"
#include "core/text.h"

#define KEY_POINTS 64 /* of a key; what is longer is found by its beginning */

/* How the keys of a kind are made from a text. */
enum form {
	FORM_WHOLE,
	FORM_WORDS, /* from every word on, and from every Chinese character */
	FORM_PLATE, /* whole, without the province, without province and letter */
	FORM_TAIL   /* backwards, so that its end is a beginning */
};

/* What a typed text must be to be looked for in a kind. */
enum typed {
	TYPED_ANY,
	TYPED_DIGITS,
	TYPED_ASCII
};

enum kind_at {
	AT_NAME,
	AT_PINYIN,
	AT_INITIALS,
	AT_PART_NUMBER,
	AT_PLATE,
	AT_PHONE_TAIL,
	AT_VIN_TAIL,
	AT_NUMBER,
	AT_NUMBER_TAIL
};

static const struct kind {
	const char *name;
	enum form form;
	enum typed typed;
	size_t least; /* characters below which there would be too much to find */
} kinds_known[] = {
	[AT_NAME] = { "name", FORM_WORDS, TYPED_ANY, 1 },
	[AT_PINYIN] = { "pinyin", FORM_WHOLE, TYPED_ASCII, 2 },
	[AT_INITIALS] = { "initials", FORM_WHOLE, TYPED_ASCII, 2 },
	[AT_PART_NUMBER] = { "part_number", FORM_WHOLE, TYPED_ASCII, 3 },
	[AT_PLATE] = { "plate", FORM_PLATE, TYPED_ANY, 2 },
	[AT_PHONE_TAIL] = { "phone_tail", FORM_TAIL, TYPED_DIGITS, 4 },
	[AT_VIN_TAIL] = { "vin_tail", FORM_TAIL, TYPED_ASCII, 6 },
	[AT_NUMBER] = { "number", FORM_WHOLE, TYPED_ASCII, 3 },
	[AT_NUMBER_TAIL] = { "number_tail", FORM_TAIL, TYPED_ASCII, 4 },
};

#define BIT(kind) (1U << AT_##kind)
#define NAMES     (BIT(NAME) | BIT(PINYIN) | BIT(INITIALS))
#define NUMBERS   (BIT(NUMBER) | BIT(NUMBER_TAIL))

/* What each subject has keys of: nothing else is looked for. */
static const struct subject {
	const char *name;
	unsigned kinds;
} subjects_known[] = {
	{ "customer", NAMES | BIT(PHONE_TAIL) },
	{ "vehicle", BIT(PLATE) | BIT(VIN_TAIL) },
	{ "part", NAMES | BIT(PART_NUMBER) },
	{ "operation", NAMES | NUMBERS },
	{ "appointment", NUMBERS },
	{ "reception", NUMBERS },
	{ "work_order", NUMBERS },
	{ "settlement", NUMBERS },
	{ "complaint", NUMBERS },
	{ "stock_document", NUMBERS },
	{ "transfer", NUMBERS },
	{ "stocktake", NUMBERS },
	{ "supplier", NAMES | NUMBERS },
	{ "purchase_order", NUMBERS },
	{ "sales_order", NUMBERS },
};

/* A text as code points in the one way that keys are compared in. */
struct folded {
	uint32_t points[KEY_POINTS];
	bool starts[KEY_POINTS]; /* a word begins here */
	size_t count;
};

static bool
is_blank(uint32_t c)
{
	return c <= ' ' || c == 0x3000 || c == '-' || c == '.' || c == '/' || c == '_' ||
	       c == 0xb7 || c == 0x2022;
}

/* Lower case, full-width forms made plain, blanks and the marks inside numbers left out. */
static void
fold(struct folded *out, const char *text)
{
	const char *end = text + strlen(text);
	bool begins = true;

	out->count = 0;
	while (text < end && out->count < KEY_POINTS) {
		uint32_t c = utf8_next(&text, end);

		if (c >= 0xff01 && c <= 0xff5e)
			c -= 0xfee0;
		if (is_blank(c)) {
			begins = true;
			continue;
		}
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		out->starts[out->count] = begins || c >= 0x2e80;
		out->points[out->count++] = c;
		begins = false;
	}
}

static size_t
put_point(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static const char *
text_from(struct arena *arena, const struct folded *folded, size_t first, bool backwards)
{
	char text[KEY_POINTS * 4];
	size_t n = 0;

	for (size_t i = first; i < folded->count; i++)
		n += put_point(text + n,
		               folded->points[backwards ? folded->count - 1 - (i - first) : i]);
	return arena_copy(arena, text, n);
}

static size_t
keys_of(struct arena *arena, enum form form, const char *text, const char *keys[KEY_POINTS])
{
	struct folded folded;
	size_t n = 0;

	fold(&folded, text);
	if (form == FORM_TAIL || form == FORM_WHOLE) {
		keys[0] = text_from(arena, &folded, 0, form == FORM_TAIL);
		return folded.count > 0;
	}
	for (size_t i = 0; i < folded.count; i++)
		if (form == FORM_PLATE ? i < 3 : folded.starts[i])
			keys[n++] = text_from(arena, &folded, i, false);
	return n;
}

static unsigned
kinds_of(const char *subject)
{
	for (size_t i = 0; i < COUNT_OF(subjects_known); i++)
		if (strcmp(subjects_known[i].name, subject) == 0)
			return subjects_known[i].kinds;
	die("search keys of an unknown subject: %s", subject);
}

/* The kind, which the subject has keys of. */
static const struct kind *
kind_of(const char *subject, const char *name)
{
	unsigned kinds = kinds_of(subject);

	for (size_t i = 0; i < COUNT_OF(kinds_known); i++)
		if ((kinds & 1U << i) && strcmp(kinds_known[i].name, name) == 0)
			return &kinds_known[i];
	die("search keys of a kind that no %s has: %s", subject, name);
}

/* ------------------------------------------------------------ writing */

/* Keys on their way into one statement, column by column. */
struct search_keys {
	size_t count, room;
	const char **kinds, **keys, **subjects;
	struct id *subject_ids, *stores;
};

static void *
grow(struct arena *arena, const void *from, size_t count, size_t room, size_t size)
{
	void *to = arena_array(arena, room, size);

	if (count > 0)
		memcpy(to, from, count * size);
	return to;
}

static void
make_room(struct arena *arena, struct search_keys *to, size_t more)
{
	size_t room = to->room;

	if (to->count + more <= room)
		return;
	room = room * 2 > to->count + more ? room * 2 : to->count + more;
	to->kinds = grow(arena, to->kinds, to->count, room, sizeof(*to->kinds));
	to->keys = grow(arena, to->keys, to->count, room, sizeof(*to->keys));
	to->subjects = grow(arena, to->subjects, to->count, room, sizeof(*to->subjects));
	to->subject_ids = grow(arena, to->subject_ids, to->count, room, sizeof(*to->subject_ids));
	to->stores = grow(arena, to->stores, to->count, room, sizeof(*to->stores));
	to->room = room;
}

void
search_gather(struct ctx *ctx)
{
	ctx->search = arena_alloc(ctx->arena, sizeof(*ctx->search));
	*ctx->search = (struct search_keys){ 0 };
}

void
search_drop(struct ctx *ctx)
{
	ctx->search->count = 0;
}

static void
write_keys(struct ctx *ctx, struct search_keys *to)
{
	if (to->count > 0)
		db_write(ctx, search_key_add, TEXTS_ARG(kinds, to->kinds, to->count),
		         TEXTS_ARG(keys, to->keys, to->count),
		         TEXTS_ARG(subjects, to->subjects, to->count),
		         IDS_ARG(subject_ids, to->subject_ids, to->count),
		         IDS_ARG(store_ids, to->stores, to->count));
	to->count = 0;
}

void
search_write(struct ctx *ctx)
{
	write_keys(ctx, ctx->search);
}

void
search_write_new(struct ctx *ctx)
{
	struct search_keys *to = ctx->search;

	if (to->count > 0)
		db_write(ctx, search_key_add_new, TEXTS_ARG(kinds, to->kinds, to->count),
		         TEXTS_ARG(keys, to->keys, to->count),
		         TEXTS_ARG(subjects, to->subjects, to->count),
		         IDS_ARG(subject_ids, to->subject_ids, to->count),
		         IDS_ARG(store_ids, to->stores, to->count));
	to->count = 0;
}

static void
put_keys(struct ctx *ctx, struct search_keys *to, const char *kind, const char *text,
         const char *subject, struct id subject_id, struct id store)
{
	const char *keys[KEY_POINTS];
	size_t count = text ? keys_of(ctx->arena, kind_of(subject, kind)->form, text, keys) : 0;

	make_room(ctx->arena, to, count);
	for (size_t i = 0; i < count; i++) {
		size_t at = to->count++;

		to->kinds[at] = kind;
		to->keys[at] = keys[i];
		to->subjects[at] = subject;
		to->subject_ids[at] = subject_id;
		to->stores[at] = store;
	}
}

void
search_add(struct ctx *ctx, const char *kind, const char *key, const char *subject,
           struct id subject_id, struct id store)
{
	struct search_keys own = { 0 }, *to = ctx->search;

	if (!to)
		to = &own;
	put_keys(ctx, to, kind, key, subject, subject_id, store);
	if (strcmp(kind, "number") == 0)
		put_keys(ctx, to, "number_tail", key, subject, subject_id, store);
	write_keys(ctx, &own);
}

void
search_add_name(struct ctx *ctx, const char *name, bool is_person, const char *subject,
                struct id subject_id, struct id store)
{
	struct search_keys own = { 0 }, *to = ctx->search;
	char *full, *initials;

	if (!to)
		to = &own;
	pinyin_of(ctx->arena, name, is_person, &full, &initials);
	put_keys(ctx, to, "name", name, subject, subject_id, store);
	put_keys(ctx, to, "pinyin", full, subject, subject_id, store);
	put_keys(ctx, to, "initials", initials, subject, subject_id, store);
	write_keys(ctx, &own);
}

void
search_clear(struct ctx *ctx, struct id subject_id, const char *kind)
{
	if (ctx->search)
		search_write(ctx);
	db_write(ctx, search_key_clear, ARG(subject_id, subject_id), ARG(kind, kind));
}

/* ------------------------------------------------------------ looking */

static bool
fits(const struct folded *folded, enum typed typed)
{
	for (size_t i = 0; i < folded->count; i++) {
		uint32_t c = folded->points[i];

		if ((typed == TYPED_DIGITS && (c < '0' || c > '9') && c != '+') ||
		    (typed == TYPED_ASCII && c >= 0x80))
			return false;
	}
	return true;
}

void
search_terms(struct arena *arena, const char *typed, const char *const *subjects, size_t count,
             struct search_terms *terms)
{
	const char *keys[COUNT_OF(kinds_known)] = { 0 }, *ends[COUNT_OF(kinds_known)];
	struct folded folded;

	_Static_assert(COUNT_OF(kinds_known) * COUNT_OF(subjects_known) <= SEARCH_TERMS_MAX,
	               "a term for each kind of each subject");
	terms->count = 0;
	fold(&folded, typed);
	for (size_t i = 0; i < COUNT_OF(kinds_known); i++) {
		const struct kind *k = &kinds_known[i];

		if (folded.count < k->least || !fits(&folded, k->typed))
			continue;
		keys[i] = text_from(arena, &folded, 0, k->form == FORM_TAIL);
		/* behind every key that begins so: U+10FFFF is the last character there is */
		ends[i] = arena_printf(arena, "%s\xf4\x8f\xbf\xbf", keys[i]);
	}
	for (size_t i = 0; i < COUNT_OF(kinds_known); i++)
		for (size_t n = 0; keys[i] && n < count; n++) {
			if (!(kinds_of(subjects[n]) & 1U << i))
				continue;
			terms->subjects[terms->count] = subjects[n];
			terms->kinds[terms->count] = kinds_known[i].name;
			terms->keys[terms->count] = keys[i];
			terms->ends[terms->count++] = ends[i];
		}
}
