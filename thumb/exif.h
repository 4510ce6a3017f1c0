/* SPDX-License-Identifier: Apache-2.0 */
/* Which way a camera was held: all that is read of its EXIF. */
#ifndef THUMB_EXIF_H
#define THUMB_EXIF_H

#include <stddef.h>

/* Orientation (1 to 8) of EXIF data that begin with their byte order; 1 where they tell none. */
unsigned exif_orientation(const unsigned char *data, size_t size);

#endif
