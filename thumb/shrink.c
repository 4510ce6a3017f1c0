/* SPDX-License-Identifier: Apache-2.0 */
/* Means over areas, in whole numbers: a point counts by as much of it as lies in the area. */
#include "shrink.h"

#include <assert.h>
#include <string.h>

#include "thumb.h"

void
shrink_fit(unsigned width, unsigned height, unsigned side, unsigned *to_width, unsigned *to_height)
{
	const uint64_t longer = width > height ? width : height;

	*to_width = width;
	*to_height = height;
	if (longer <= side)
		return;
	*to_width = (unsigned)((width * (uint64_t)side + longer / 2) / longer);
	*to_height = (unsigned)((height * (uint64_t)side + longer / 2) / longer);
	*to_width += *to_width == 0;
	*to_height += *to_height == 0;
}

void
shrink_open(struct shrink *s, unsigned width, unsigned height, unsigned side)
{
	*s = (struct shrink){ .from_width = width, .from_height = height };
	shrink_fit(width, height, side, &s->width, &s->height);
	s->points = take_memory((size_t)s->width * s->height, COLOURS);
	s->row = take_memory(s->width, COLOURS * sizeof(*s->row));
	s->sums = take_memory(s->width, COLOURS * sizeof(*s->sums));
}

static void
add_point(uint64_t *sum, const unsigned char *point, unsigned share)
{
	for (unsigned c = 0; c < COLOURS; c++)
		sum[c] += (uint64_t)point[c] * share;
}

/* A point that comes has `width` parts, one that is made from_width of them. */
static void
shrink_across(struct shrink *s, const unsigned char *points)
{
	uint64_t *sum = s->row;
	unsigned filled = 0;

	memset(s->row, 0, (size_t)s->width * COLOURS * sizeof(*s->row));
	for (unsigned x = 0; x < s->from_width; x++, points += COLOURS) {
		const unsigned room = s->from_width - filled;

		if (s->width < room) {
			add_point(sum, points, s->width);
			filled += s->width;
			continue;
		}
		add_point(sum, points, room);
		sum += COLOURS;
		filled = s->width - room;
		if (filled)
			add_point(sum, points, filled);
	}
}

static void
put_row(struct shrink *s)
{
	const uint64_t area = (uint64_t)s->from_width * s->from_height;
	const size_t count = (size_t)s->width * COLOURS;
	unsigned char *to = s->points + s->made * count;

	assert(area > 0);
	for (size_t i = 0; i < count; i++)
		to[i] = (unsigned char)((s->sums[i] + area / 2) / area);
	memset(s->sums, 0, count * sizeof(*s->sums));
	s->made++;
	s->filled = 0;
}

void
shrink_row(struct shrink *s, const unsigned char *points)
{
	unsigned left = s->height;

	shrink_across(s, points);
	while (left) {
		const unsigned room = s->from_height - s->filled, share = left < room ? left : room;

		for (size_t i = 0; i < (size_t)s->width * COLOURS; i++)
			s->sums[i] += s->row[i] * share;
		s->filled += share;
		left -= share;
		if (s->filled == s->from_height)
			put_row(s);
	}
}

void
shrink_turn(struct shrink *s, unsigned orientation)
{
	/* from 5 on rows become columns; which ends then change places */
	static const struct {
		bool across, left_right, top_bottom;
	} turns[] = { { 0, 0, 0 }, { 0, 1, 0 }, { 0, 1, 1 }, { 0, 0, 1 },
		      { 1, 0, 0 }, { 1, 1, 0 }, { 1, 1, 1 }, { 1, 0, 1 } };
	const unsigned width = s->width, height = s->height, turn = orientation - 1;
	unsigned char *upright;

	if (turn == 0 || turn >= COUNT_OF(turns))
		return;
	upright = take_memory((size_t)width * height, COLOURS);
	if (turns[turn].across) {
		s->width = height;
		s->height = width;
	}
	for (unsigned y = 0; y < height; y++)
		for (unsigned x = 0; x < width; x++) {
			unsigned to_x = turns[turn].across ? y : x,
				 to_y = turns[turn].across ? x : y;

			if (turns[turn].left_right)
				to_x = s->width - 1 - to_x;
			if (turns[turn].top_bottom)
				to_y = s->height - 1 - to_y;
			memcpy(upright + ((size_t)to_y * s->width + to_x) * COLOURS,
			       s->points + ((size_t)y * width + x) * COLOURS, COLOURS);
		}
	s->points = upright;
}
