/* SPDX-License-Identifier: Apache-2.0 */
/* What the decoders of bodies and of parameters share: where they are, and the checks of one
 * value. */
#ifndef SERVER_DECODE_PLACE_H
#define SERVER_DECODE_PLACE_H

#include "decode.h"

/* Where the decoder is: pointer into the body, or name of the parameter. */
struct place {
	struct ctx *ctx;
	bool is_parameter;
	char pointer[512];
	size_t len;
};

/* Note what is wrong at this place; arg goes into the problem's text. */
void place_wrong(struct place *place, enum err err, const char *arg);
const char *place_number(struct place *place, int64_t value);
const char *place_quantity(struct place *place, int64_t milli);

/* Step into a member or an element, and back to what it returned. */
size_t place_enter(struct place *place, const char *name);
size_t place_enter_index(struct place *place, size_t index);
void place_leave(struct place *place, size_t before);

void place_check_range(struct place *place, const struct member *m, int64_t value, bool is_qty);
bool place_count_is_right(struct place *place, const struct member *m, size_t count);
/* A scalar that is a string in JSON, and most parameters, into its place at `at`. */
void place_take_string(struct place *place, const struct member *m, const char *text, size_t size,
                       void *at);

/* Octets of one value of a member. */
size_t member_size(const struct member *m);
const struct member *shape_member(const struct shape *shape, const char *name);

#endif
