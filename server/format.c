/* SPDX-License-Identifier: Apache-2.0 */
/* Checks and normal forms of phones, plates, VINs and the other named formats. */
#include "format.h"

#include <string.h>

#include "core/id.h"
#include "core/text.h"
#include "core/utc.h"
#include "vehicle/plate.h"
#include "vehicle/vin.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Digits with an optional leading +; spaces, dashes and brackets are dropped; +86 is the
 * default. */
static const char *
phone(struct arena *arena, const char *text)
{
	char out[24];
	size_t n = 0;

	for (; *text; text++) {
		if (*text == ' ' || *text == '-' || *text == '(' || *text == ')')
			continue;
		if (!is_digit(*text) && !(*text == '+' && n == 0))
			return NULL;
		if (n == sizeof(out) - 1)
			return NULL;
		out[n++] = *text;
	}
	out[n] = '\0';
	if (n > 3 && memcmp(out, "+86", 3) == 0)
		return n - 3 >= 3 ? arena_text(arena, out + 3) : NULL;
	return n - (out[0] == '+') >= 3 ? arena_text(arena, out) : NULL;
}

static const char *
plate(struct arena *arena, const char *text)
{
	char out[64];

	return plate_normalise(text, strlen(text), out, sizeof(out)) ? arena_text(arena, out)
	                                                             : NULL;
}

static const char *
vin(struct arena *arena, const char *text)
{
	char out[18];

	return vin_normalise(text, strlen(text), out) ? arena_copy(arena, out, 17) : NULL;
}

/* Letters, digits and a few marks, beginning with a letter or digit. */
static bool
is_code(const char *text, const char *marks)
{
	if (!is_digit(text[0]) && !is_letter(text[0]))
		return false;
	for (; *text; text++)
		if (!is_digit(*text) && !is_letter(*text) && !strchr(marks, *text))
			return false;
	return true;
}

static const char *
username(struct arena *arena, const char *text)
{
	char *out = arena_text(arena, text);

	if (!is_code(text, ".-_@"))
		return NULL;
	for (char *p = out; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return out;
}

static bool
is_email(const char *text)
{
	const char *at = strchr(text, '@');

	if (!at || at == text || strchr(at + 1, '@') || !strchr(at + 1, '.') || at[1] == '.')
		return false;
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == ',' || *text == ';' || *text == '<' ||
		    *text == '>')
			return false;
	return true;
}

/* HH:MM, 24:00 only as the end of a day. */
static bool
is_time(const char *t)
{
	int hour, minute;

	if (strlen(t) != 5 || t[2] != ':' || !is_digit(t[0]) || !is_digit(t[1]) ||
	    !is_digit(t[3]) || !is_digit(t[4]))
		return false;
	hour = (t[0] - '0') * 10 + t[1] - '0';
	minute = (t[3] - '0') * 10 + t[4] - '0';
	return (hour < 24 && minute < 60) || (hour == 24 && minute == 0);
}

static bool
is_currency(const char *t)
{
	return strlen(t) == 3 && t[0] >= 'A' && t[0] <= 'Z' && t[1] >= 'A' && t[1] <= 'Z' &&
	       t[2] >= 'A' && t[2] <= 'Z';
}

static bool
is_me_or_id(const char *t)
{
	struct id id;

	return strcmp(t, "me") == 0 || id_parse(t, strlen(t), &id);
}

/* Area/City; PostgreSQL's own list decides the rest. */
static bool
is_timezone(const char *t)
{
	return strcmp(t, "UTC") == 0 || (is_letter(t[0]) && strchr(t, '/') && is_code(t, "/_-+"));
}

/* An instant, or a day: whoever takes it tells them apart by their length. */
static bool
is_moment(const char *t)
{
	struct utc utc;
	struct date date;

	return strlen(t) == 10 ? date_parse(t, 10, &date) : utc_parse(t, strlen(t), &utc);
}

const char *
format_normalise(struct arena *arena, enum format format, const char *text)
{
	switch (format) {
	case FORMAT_PHONE:
		return phone(arena, text);
	case FORMAT_PLATE:
		return plate(arena, text);
	case FORMAT_VIN:
		return vin(arena, text);
	case FORMAT_USERNAME:
		return username(arena, text);
	case FORMAT_EMAIL:
		return is_email(text) ? text : NULL;
	case FORMAT_CLOCK:
		return is_time(text) ? text : NULL;
	case FORMAT_CODE:
		return is_code(text, ".-_") ? text : NULL;
	case FORMAT_CURRENCY:
		return is_currency(text) ? text : NULL;
	case FORMAT_TIMEZONE:
		return is_timezone(text) ? text : NULL;
	case FORMAT_TOKEN:
		return is_code(text, "-_.") ? text : NULL;
	case FORMAT_ID_NUMBER:
		return is_code(text, "-/") ? text : NULL;
	case FORMAT_MOMENT:
		return is_moment(text) ? text : NULL;
	case FORMAT_ME_OR_ID:
		return is_me_or_id(text) ? text : NULL;
	case FORMAT_PIN:
		return text[0] && !text[strspn(text, "0123456789")] ? text : NULL;
	default:
		return text;
	}
}

const char *
format_name(enum format format, int language)
{
	static const char *const names[FORMAT_COUNT][2] = {
		[FORMAT_NONE] = { "text", "文本" },
		[FORMAT_PHONE] = { "a phone number", "电话号码" },
		[FORMAT_PLATE] = { "a plate number", "车牌号" },
		[FORMAT_VIN] = { "a VIN: 17 letters and digits without I, O and Q",
		                 "车辆识别代号（17 位字母数字，不含 I、O、Q）" },
		[FORMAT_USERNAME] = { "a username: letters, digits, . - _ @",
		                      "用户名（字母、数字、. - _ @）" },
		[FORMAT_EMAIL] = { "an e-mail address", "电子邮箱" },
		[FORMAT_CLOCK] = { "a time of day as HH:MM", "时间（HH:MM）" },
		[FORMAT_CODE] = { "a code: letters, digits, . - _", "代码（字母、数字、. - _）" },
		[FORMAT_CURRENCY] = { "a currency code", "货币代码" },
		[FORMAT_TIMEZONE] = { "a time zone such as Asia/Shanghai",
		                      "时区（如 Asia/Shanghai）" },
		[FORMAT_TOKEN] = { "a token", "令牌" },
		[FORMAT_ID_NUMBER] = { "an identity number", "证件号码" },
		[FORMAT_MOMENT] = { "an instant or a day", "时刻或日期" },
		[FORMAT_ME_OR_ID] = { "an id or `me`", "ID 或 me" },
		[FORMAT_PIN] = { "a PIN: digits", "PIN（数字）" },
	};

	return names[format][language];
}
