/* SPDX-License-Identifier: Apache-2.0 */
/* A body of any operation: what is taken keeps every limit of the contract, what is refused is told
 * where it is wrong, and the other language refuses the same.
 *
 * Input: name of the operation, a line end, the body. */
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "fuzz.h"

static enum err
decode(enum op op, int language, const char *text, size_t size)
{
	struct request req;
	void *body = NULL;
	enum err err;

	request_begin(&req, language);
	err = decode_body(&req.ctx, operations[op].body, text, size, &body);
	if (err == OK)
		must_fit(operations[op].body, body);
	else
		must_be_problem(&req, err, text, size);
	request_end(&req);
	return err;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { (const char *)data, size };
	struct arena arena;
	char *text;
	enum op op;

	arena_init(&arena);
	op = take_operation(&in, &arena);
	arena_clear(&arena);
	if (!operations[op].body)
		return 0;
	text = take_rest(&in, &size);
	MUST(decode(op, 0, text, size) == decode(op, 1, text, size));
	free(text);
	return 0;
}
