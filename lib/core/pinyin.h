/* SPDX-License-Identifier: Apache-2.0 */
/* Chinese names as they are typed to find them: full pinyin and initials. */
#ifndef CORE_PINYIN_H
#define CORE_PINYIN_H

#include <stdbool.h>

#include "core/arena.h"

/*
 * The pinyin of a text without tones and spaces, and its first letters: liheqizhouchengtao and
 * lhqzct for 离合器轴承套.  Words decide between readings, and in a person's name surnames
 * come first.  Latin letters and digits stay, in lower case; everything else is left out.
 * NULL text gives two empty texts.
 */
void pinyin_of(struct arena *arena, const char *text, bool is_person_name, char **full,
               char **initials);

#endif
