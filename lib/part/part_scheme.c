/* SPDX-License-Identifier: Apache-2.0 */
#include "part/part_scheme.h"

#include <stdint.h>
#include <string.h>

#include "core/arena.h"
#include "core/text.h"
#include "core/width.h"

enum {
	SEGMENTS_MAX = 8,
	SUBGROUP = 4, /* digits */
	SOURCE = 3,
	CORE = 7 /* of subgroup and piece together */
};

struct segments {
	char *text[SEGMENTS_MAX];
	size_t count;
};

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_figure(char c)
{
	return c >= '0' && c <= '9';
}

/* Runs of ASCII letters and figures, in upper case.  False: there is something else, or too much. */
static bool
split(struct arena *arena, const char *number, struct segments *to)
{
	size_t len = strlen(number), n = 0;
	const char *in = number, *end = number + len;
	char *out = arena_alloc(arena, 2 * len + 2); /* each run with its end */
	bool within = false;

	while (in < end) {
		uint32_t c = width_fold(utf8_next(&in, end));

		if (c >= 'a' && c <= 'z')
			c = c - 'a' + 'A';
		if (c >= 0x80)
			return false;
		if (!is_upper((char)c) && !is_figure((char)c)) {
			if (within)
				out[n++] = '\0';
			within = false;
			continue;
		}
		if (!within) {
			if (to->count == SEGMENTS_MAX)
				return false;
			to->text[to->count++] = out + n;
		}
		within = true;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return to->count > 0;
}

/* How many of the first are letters, and how many figures follow. */
static void
measure(const char *segment, size_t *letters, size_t *figures)
{
	for (*letters = 0; is_upper(segment[*letters]); ++*letters)
		;
	for (*figures = 0; is_figure(segment[*letters + *figures]); ++*figures)
		;
}

/* Whether these digits, of which the group has no leading zero, can stand behind so many letters. */
static bool
is_core(const char *segment, size_t letters, size_t figures, size_t wanted)
{
	return figures == wanted && segment[letters] != '0' &&
	       (letters == 0 || letters == 2 || letters == 3);
}

static bool
has_letter(const char *segment)
{
	while (*segment && !is_upper(*segment))
		segment++;
	return *segment != '\0';
}

/* Subgroup and piece written apart: what follows then has a letter, or it would be a foreign maker's
 * groups of figures. */
static bool
join_core(struct arena *arena, struct segments *in)
{
	size_t letters, figures, more, piece;

	if (in->count < 2)
		return false;
	measure(in->text[0], &letters, &figures);
	measure(in->text[1], &more, &piece);
	if (!is_core(in->text[0], letters, figures, SUBGROUP) || in->text[0][letters + figures] ||
	    more > 0 || piece != CORE - SUBGROUP || (in->count > 2 && !has_letter(in->text[2])))
		return false;
	in->text[1] = arena_printf(arena, "%s%s", in->text[0], in->text[1]);
	for (size_t i = 1; i < in->count; i++)
		in->text[i - 1] = in->text[i];
	in->count--;
	return true;
}

/* What stands behind the piece: the last letter alone is the change, the rest the structure. */
static void
take_rest(struct arena *arena, char *const *rest, size_t count, struct part_scheme *found)
{
	if (count > 0 && strlen(rest[count - 1]) == 1 && is_upper(rest[count - 1][0]))
		found->change = rest[--count];
	for (size_t i = 0; i < count; i++)
		found->structure = found->structure
		                           ? arena_printf(arena, "%s-%s", found->structure, rest[i])
		                           : rest[i];
}

bool
part_scheme_parse(struct arena *arena, const char *number, struct part_scheme *found)
{
	struct segments in = { .count = 0 };
	char *rest[SEGMENTS_MAX + 1], *core;
	size_t letters, figures, at = 0, n = 0;

	*found = (struct part_scheme){ 0 };
	if (!split(arena, number, &in))
		return false;
	measure(in.text[0], &letters, &figures);
	if (!is_core(in.text[0], letters, figures, CORE) && !join_core(arena, &in)) {
		if (in.count < 2 || strlen(in.text[0]) != SOURCE)
			return false;
		found->source = in.text[0];
		at = 1;
	}
	measure(in.text[at], &letters, &figures);
	if (!is_core(in.text[at], letters, figures, CORE) || (at > 0 && letters > 0)) {
		*found = (struct part_scheme){ 0 };
		return false;
	}
	core = in.text[at] + letters;
	if (letters > 0)
		found->company = arena_copy(arena, in.text[at], letters);
	found->group = arena_copy(arena, core, 2);
	found->subgroup = arena_copy(arena, core, 4);
	found->piece = arena_copy(arena, core + 4, 3);
	if (core[CORE])
		rest[n++] = core + CORE;
	for (size_t i = at + 1; i < in.count; i++)
		rest[n++] = in.text[i];
	take_rest(arena, rest, n, found);
	return true;
}
