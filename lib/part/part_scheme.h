/* SPDX-License-Identifier: Apache-2.0 */
/* What a part number says by the rule of Chinese makers (QC/T 265, and the rule of 1990 before it). */
#ifndef PART_PART_SCHEME_H
#define PART_PART_SCHEME_H

#include <stdbool.h>

struct arena;

/*
 * A number of that rule is [company] subgroup piece [structure] [change], or has its source code in
 * front: the subgroup is four digits, the first two of them the group, the piece three.  The company is two or
 * three letters, the source code three letters or digits, the change one letter at the end; all
 * else behind the piece is structure.  Texts that are not there are NULL.
 */
struct part_scheme {
	const char *company, *source;
	const char *group, *subgroup, *piece;
	const char *structure, *change;
};

/*
 * False, and nothing in *found, for a number of no such form: joint ventures and foreign makers write
 * theirs otherwise, and no number is refused.  Separators (whatever is no letter and no digit) end
 * a piece of it; case and full-width forms do not count.
 */
bool part_scheme_parse(struct arena *arena, const char *number, struct part_scheme *found);

#endif
