/* SPDX-License-Identifier: Apache-2.0 */
/* Texts with a form of their own: what is taken has one normal form, which is taken again as it is,
 * and comes back from what it was read into.
 *
 * Input: the text. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/pinyin.h"
#include "core/text.h"
#include "format.h"
#include "fuzz.h"
#include "part/part_number.h"
#include "vehicle/plate.h"
#include "vehicle/vin.h"

static void
formats(struct arena *arena, const char *text)
{
	for (int format = 0; format < FORMAT_COUNT; format++) {
		const char *normal = format_normalise(arena, (enum format)format, text), *again;

		if (!normal)
			continue;
		again = format_normalise(arena, (enum format)format, normal);
		MUST(again && strcmp(again, normal) == 0);
		MUST(utf8_valid(normal, strlen(normal)));
		MUST(format == FORMAT_NONE || normal[0]);
	}
}

static void
vins(struct arena *arena, const char *text, size_t size)
{
	const char *meant = vin_suggest(arena, text);
	char vin[VIN_SIZE];
	enum plate_kind kind;
	char plate[PLATE_SIZE];
	int year;

	if (vin_normalise(text, size, vin)) {
		MUST(strlen(vin) == VIN_LENGTH && !strpbrk(vin, "IOQioq"));
		MUST(vin_check_digit(vin) == VIN_ABSENT || strchr("0123456789X", vin[8]));
		year = vin_model_year(vin, 2027);
		MUST(year == 0 || (year >= 1980 && year <= 2027));
		year = vin_model_year_latest(vin, 2027);
		MUST(year == 0 || (year > 2027 - 30 && year <= 2027));
	}
	MUST(!meant || (vin_normalise(meant, strlen(meant), vin) && strcmp(meant, vin) == 0));
	if (plate_normalise(text, size, plate, sizeof(plate)) && plate_is_valid(plate, &kind))
		MUST(kind == PLATE_ORDINARY || kind == PLATE_NEW_ENERGY);
}

static void
numbers_and_times(const char *text, size_t size)
{
	char out[QTY_TEXT + UTC_TEXT]; /* for either */
	struct qty qty, qty_back;
	struct utc utc, utc_back;
	struct date date, date_back;

	if (qty_parse(text, size, &qty)) {
		MUST(qty.milli <= QTY_MAX_MILLI && qty.milli >= -QTY_MAX_MILLI);
		qty_format(qty, out);
		MUST(qty_parse(out, strlen(out), &qty_back) && qty_back.milli == qty.milli);
	}
	if (utc_parse(text, size, &utc)) {
		utc_format(utc, out);
		MUST(utc_parse(out, strlen(out), &utc_back) && utc_back.us == utc.us);
	}
	if (date_parse(text, size, &date)) {
		MUST(date.set);
		date_format(date, out);
		MUST(size == strlen(out) && memcmp(text, out, size) == 0);
		MUST(date_parse(out, strlen(out), &date_back) && date_back.days == date.days);
	}
}

static void
ids_and_octets(struct arena *arena, const char *text, size_t size)
{
	unsigned char *octets = arena_alloc(arena, size + 1);
	char *encoded = arena_alloc(arena, BASE64URL_TEXT(size)), id_text[ID_TEXT];
	struct id id;
	size_t n, len;

	if (id_parse(text, size, &id))
		MUST(strncasecmp(id_format(id, id_text), text, size) == 0);
	len = base64url_encode(encoded, text, size);
	MUST(len < BASE64URL_TEXT(size));
	MUST(base64url_decode(encoded, len, octets, size, &n) && n == size);
	MUST(size == 0 || memcmp(octets, text, size) == 0);
	if (base64url_decode(text, size, octets, size, &n)) {
		encoded = arena_alloc(arena, BASE64URL_TEXT(n));
		MUST(base64url_encode(encoded, octets, n) == size);
		MUST(size == 0 || memcmp(encoded, text, size) == 0);
	}
}

static void
chinese(struct arena *arena, const char *text)
{
	const char *number = part_number_normalise(arena, text);
	const char *trimmed = text_trim(arena, text);
	char *full, *initials;

	MUST(strcmp(part_number_normalise(arena, number), number) == 0);
	MUST(strcmp(text_trim(arena, trimmed), trimmed) == 0);
	for (int is_name = 0; is_name < 2; is_name++) {
		pinyin_of(arena, text, is_name, &full, &initials);
		MUST(strlen(initials) <= strlen(full));
		for (const char *p = full; *p; p++)
			MUST(islower((unsigned char)*p) || isdigit((unsigned char)*p));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { (const char *)data, size };
	struct arena arena;
	char *text = take_rest(&in, &size);

	arena_init(&arena);
	numbers_and_times(text, size);
	ids_and_octets(&arena, text, size);
	if (utf8_valid(text, size)) {
		char *copy = arena_copy(&arena, text, size);

		MUST(utf8_length(text, size) <= size);
		formats(&arena, copy);
		vins(&arena, copy, size);
		chinese(&arena, copy);
	}
	free(text);
	arena_clear(&arena);
	return 0;
}
