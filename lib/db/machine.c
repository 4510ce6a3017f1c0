/* SPDX-License-Identifier: Apache-2.0 */
/* One place decides whether a verb may be used in a state. */
#include "db/machine.h"

#include <string.h>

#include "core/buf.h"

const char *
machine_verb(enum op op)
{
	return strrchr(operations[op].path, '/') + 1;
}

static const char *
allowed_verbs(struct arena *arena, const struct machine *machine, int state)
{
	struct buf buf;
	const char *text;

	buf_init(&buf, 4096);
	for (size_t i = 0; i < machine->count; i++) {
		if (!(machine->moves[i].from & FROM(state)))
			continue;
		if (buf.len)
			buf_char(&buf, ',');
		buf_puts(&buf, machine_verb(machine->moves[i].op));
	}
	text = arena_copy(arena, buf.data ? buf.data : "", buf.len);
	buf_clear(&buf);
	return text;
}

enum err
machine_check(struct ctx *ctx, const struct machine *machine, enum op op, int state, int *to)
{
	for (size_t i = 0; i < machine->count; i++) {
		if (machine->moves[i].op == op && (machine->moves[i].from & FROM(state))) {
			*to = machine->moves[i].to ? machine->moves[i].to : state;
			return OK;
		}
	}
	ctx->allowed = allowed_verbs(ctx->arena, machine, state);
	return fail_with(ctx, ERR_ILLEGAL_TRANSITION, NULL, enum_code(machine->states, state),
	                 NULL);
}
