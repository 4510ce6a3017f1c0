/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a picture smaller while its rows come in: each point of it is the mean of those it covers. */
#ifndef THUMB_SHRINK_H
#define THUMB_SHRINK_H

#include <stdint.h>

#define COLOURS 3 /* red, green, blue: one octet each */

struct shrink {
	unsigned from_width, from_height; /* of the rows that come */
	unsigned width, height;           /* of what is made */
	unsigned char *points;            /* height rows of width times COLOURS octets */
	uint64_t *row, *sums;  /* of the row that came; of those of the row that is made */
	unsigned made, filled; /* rows; of the next one, in parts of from_height */
};

/* How large the picture becomes: never larger than it was, never without a point. */
void shrink_fit(unsigned width, unsigned height, unsigned side, unsigned *to_width,
                unsigned *to_height);

/* Begin: rows of `width`, `height` of them, at most 65,535 each. */
void shrink_open(struct shrink *s, unsigned width, unsigned height, unsigned side);

/* The next row. */
void shrink_row(struct shrink *s, const unsigned char *points);

/* Turn what was made as EXIF's orientation says (1 to 8), so that it stands upright without it. */
void shrink_turn(struct shrink *s, unsigned orientation);

#endif
