/* SPDX-License-Identifier: Apache-2.0 */
/* Part numbers as they are compared; makers, suppliers and people write the same one variously. */
#ifndef PART_PART_NUMBER_H
#define PART_PART_NUMBER_H

struct arena;

/*
 * A part number in upper case with its letters, digits and Chinese characters only, so that all
 * ways to write it compare equal.  Full-width forms count as their ASCII ones.  Never refuses: no
 * maker is bound to a scheme.  What holds no such character at all comes back as it is, because
 * an empty number would equal every other; NULL stays NULL.
 */
char *part_number_normalise(struct arena *arena, const char *number);

#endif
