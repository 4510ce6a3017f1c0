/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzzers share: reading their input piece by piece, and what must hold of what comes
 * out.  A property that does not hold ends the process, which the fuzzer takes for a crash. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>

#include "request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                         \
	do {                                                    \
		if (!(condition))                               \
			broken(__FILE__, __LINE__, #condition); \
	} while (0)

NORETURN void broken(const char *file, int line, const char *property);

/* The input, from its front to its back. */
struct input {
	const char *at;
	size_t left;
};

unsigned take_octet(struct input *in);
/* The next line without its end, NUL-terminated in the arena; NUL octets end it too. */
char *take_line(struct input *in, struct arena *arena);
/* All that is left, in an allocation of just its size, so that a step too far is seen; free it. */
char *take_rest(struct input *in, size_t *size);

/* The operation whose name is the next line, else one that its first two octets choose. */
enum op take_operation(struct input *in, struct arena *arena);

/* A request that stands where http.c would put it, with a language taken from the input. */
void request_begin(struct request *req, int language);
void request_end(struct request *req);

/* A decoded struct keeps every limit of its shape. */
void must_fit(const struct shape *shape, const void *decoded);

/* The problem that err and the failures noted make is a whole JSON document of the right status,
 * with a code and a place for every failure; pointers lead into body (NULL: there was none). */
void must_be_problem(struct request *req, enum err err, const char *body, size_t size);

#endif
