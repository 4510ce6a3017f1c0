/* SPDX-License-Identifier: Apache-2.0 */
/* Full-width ASCII, as Chinese keyboards write it. */
#ifndef CORE_WIDTH_H
#define CORE_WIDTH_H

#include <stdint.h>

/* The plain form of a full-width letter, digit, sign or space; every other code point as it is. */
static inline uint32_t
width_fold(uint32_t c)
{
	if (c == 0x3000)
		return ' ';
	return c >= 0xFF01 && c <= 0xFF5E ? c - 0xFEE0 : c;
}

#endif
