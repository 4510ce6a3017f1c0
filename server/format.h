/* SPDX-License-Identifier: Apache-2.0 */
/* The named formats of texts in the contract. */
#ifndef SERVER_FORMAT_H
#define SERVER_FORMAT_H

#include "core/arena.h"
#include "core/shape.h"

/* The text in its normal form (upper case plates, phones without spaces), in the arena; NULL when
 * it is not of the format.  FORMAT_NONE returns the text itself. */
const char *format_normalise(struct arena *arena, enum format format, const char *text);

/* What the format is, for people: "a phone number".  language 0 English, 1 Chinese. */
const char *format_name(enum format format, int language);

#endif
