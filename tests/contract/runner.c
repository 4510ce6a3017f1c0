/* SPDX-License-Identifier: Apache-2.0 */
/* Reads lines of an operation's name, a tab and a body; says of each body whether the decoder takes it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract.h"
#include "decode.h"

static const struct shape *
body_of(const char *name)
{
	for (int op = 1; op < OP_COUNT; op++)
		if (strcmp(operations[op].name, name) == 0)
			return operations[op].body;
	die("no operation %s", name);
}

int
main(void)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		struct arena arena;
		struct ctx ctx = { .arena = &arena };
		char *body = strchr(line, '\t');
		void *out;

		if (!body)
			die("a line without a tab");
		*body++ = '\0';
		body[strcspn(body, "\n")] = '\0';
		arena_init(&arena);
		puts(decode_body(&ctx, body_of(line), body, strlen(body), &out) == OK ? "valid"
		                                                                      : "invalid");
		arena_clear(&arena);
	}
	free(line);
	return 0;
}
