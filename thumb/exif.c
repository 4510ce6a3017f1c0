/* SPDX-License-Identifier: Apache-2.0 */
/* EXIF is a TIFF file: its first directory has the orientation (EXIF 2.32, 4.6). */
#include "exif.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define HEAD        8
#define ENTRY       12
#define ORIENTATION 0x0112
#define SHORT       3

struct tiff {
	const unsigned char *data;
	size_t size;
	bool big; /* the first octet of a number is its highest */
};

/* A number of `octets`; 0 outside. */
static uint32_t
number(const struct tiff *tiff, size_t at, size_t octets)
{
	uint32_t value = 0;

	if (at > tiff->size || tiff->size - at < octets)
		return 0;
	for (size_t i = 0; i < octets; i++)
		value = value << 8 | tiff->data[at + (tiff->big ? i : octets - 1 - i)];
	return value;
}

unsigned
exif_orientation(const unsigned char *data, size_t size)
{
	struct tiff tiff = { data, size, size >= 2 && data[0] == 'M' };
	size_t at;
	uint32_t count;

	if (size < HEAD || (memcmp(data, "MM\0*", 4) != 0 && memcmp(data, "II*\0", 4) != 0))
		return 1;
	at = number(&tiff, 4, 4);
	count = number(&tiff, at, 2);
	at += 2;
	for (; count > 0 && at < size; count--, at += ENTRY) {
		uint32_t value = number(&tiff, at + 8, 2);

		if (number(&tiff, at, 2) == ORIENTATION && number(&tiff, at + 2, 2) == SHORT)
			return value >= 1 && value <= 8 ? value : 1;
	}
	return 1;
}
