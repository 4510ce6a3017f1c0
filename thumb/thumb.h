/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of fettled-thumb share: whatever reads a photo gives its rows to the shrinker, and ends the
 * process where there is no way on. */
#ifndef THUMB_THUMB_H
#define THUMB_THUMB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base.h"
#include "shrink.h"

/* A photo in memory, and what is wanted of it. */
struct photo {
	const unsigned char *data;
	size_t size;
	unsigned side; /* points of the longer side of the small picture, at most */
};

/* Tell how it went (print.h) and end: nothing is given back, nothing of a picture has been written. */
NORETURN void refuse(const char *how);

/* Refuses what says that it has more points than we read; before any of them is. */
void check_points(uint64_t width, uint64_t height);

/* Memory, zeroed; refuses when there is none left in the cell: the photo asks for too much. */
void *take_memory(size_t count, size_t size);

/* Each reads one format, all of it, into *small, and gives the orientation that it tells (1 to 8). */
unsigned read_jpeg(const struct photo *photo, struct shrink *small);
unsigned read_png(const struct photo *photo, struct shrink *small);
unsigned read_webp(const struct photo *photo, struct shrink *small);

#endif
