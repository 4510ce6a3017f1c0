/* SPDX-License-Identifier: Apache-2.0 */
/* Chinese plate numbers (GA 36): the one way to write them, and their patterns. */
#ifndef VEHICLE_PLATE_H
#define VEHICLE_PLATE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the longest plate number kept, with its final NUL. */
#define PLATE_SIZE 64

enum plate_kind {
	PLATE_NONE, /* no plate yet */
	PLATE_ORDINARY,
	PLATE_NEW_ENERGY,
	PLATE_TEMPORARY,
	PLATE_OTHER, /* military, foreign */
};

/*
 * Write the plate in upper case, without spaces, hyphens and middle dots, to
 * out; full-width forms become plain ones.
 * False, with out empty, for text that is not UTF-8, is empty or does not fit.
 */
bool plate_normalise(const char *in, size_t len, char *out, size_t size);

/*
 * Does a normalised plate follow the pattern of ordinary or of new-energy plates?  If so, kind
 * tells which.
 * Plates of the other kinds have no pattern: do not ask.
 */
bool plate_is_valid(const char *plate, enum plate_kind *kind);

#endif
