/* SPDX-License-Identifier: Apache-2.0 */
/* Vehicle identification numbers (GB 16735, ISO 3779): form, check digit and model year. */
#ifndef VEHICLE_VIN_H
#define VEHICLE_VIN_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* Characters of a VIN, and bytes of one with its final NUL. */
#define VIN_LENGTH 17
#define VIN_SIZE   (VIN_LENGTH + 1)

/* What position 9 says; it is compulsory in China and North America only. */
enum vin_check {
	VIN_ABSENT, /* position 9 is neither a digit nor X: the maker writes no check digit */
	VIN_OK,
	VIN_FAILED,
};

/*
 * Write the VIN in upper case, without spaces and hyphens, to out.
 * False, with out empty, unless exactly 17 characters of the VIN alphabet (no I, O, Q) remain.
 */
bool vin_normalise(const char *in, size_t len, char out[static VIN_SIZE]);

/* Check a normalised VIN against its check digit. */
enum vin_check vin_check_digit(const char vin[static VIN_LENGTH]);

/*
 * The VIN the writer probably meant: I read as 1, O and Q as 0.
 * NULL when that changes nothing or does not make a VIN.  To be offered, never applied silently.
 */
const char *vin_suggest(struct arena *arena, const char *in);

/*
 * Model year of a normalised VIN, not later than not_after (the current year + 1); 0 when the
 * VIN does not tell it.
 *
 * North America (first character 1 to 5): position 7 tells the cycle of position 10, a digit is
 * 1980 to 2009, a letter 2010 to 2039 (49 CFR 565.15).  This binds cars and light lorries alone.
 * China: the latest year of position 10.  Elsewhere the same, but only beside a right check
 * digit: a maker who leaves that out uses position 10 as he likes.
 */
int vin_model_year(const char vin[static VIN_LENGTH], int not_after);

/*
 * The latest year that position 10 can mean, whatever the rest of the VIN says; 0 when it is not
 * a year code.  A guess that needs another witness, such as a maker's pattern for that year.
 */
int vin_model_year_latest(const char vin[static VIN_LENGTH], int not_after);

#endif
