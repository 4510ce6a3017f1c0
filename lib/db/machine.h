/* SPDX-License-Identifier: Apache-2.0 */
/* State machines as tables: which operation leads from where to where. */
#ifndef DB_MACHINE_H
#define DB_MACHINE_H

#include "db/ctx.h"

#define FROM(state) (UINT32_C(1) << (state))

struct machine_move {
	enum op op;
	uint32_t from; /* FROM(a) | FROM(b) */
	int to;        /* 0: the command decides */
};

/* What the state allows and the row does not: a column of the reads that is the code of the problem it
 * would be, or NULL; with states, another state of the row, as the order's of a line, in which alone the
 * verb may be used.  The last of a table has no column. */
struct machine_guard {
	enum op op;
	uint32_t in; /* FROM(a) | FROM(b) */
	const char *column;
	const struct enumeration *states; /* may be NULL */
};

struct machine {
	const char *column; /* of the row that holds the state */
	const struct enumeration *states;
	const struct machine_move *moves;
	size_t count;
	const struct machine *beside;       /* what else moves in the same object; may be NULL */
	const struct machine_guard *guards; /* may be NULL */
	bool of_chain;                      /* its objects belong to no store */
};
/* The state of this column, of an enumeration of the contract, by a table of moves. */
#define MACHINE(column, enumeration, moves) MACHINE_BESIDE(column, enumeration, moves, NULL)
#define MACHINE_BESIDE(column, enumeration, moves, other)                               \
	{                                                                               \
		column, &enumeration##_enum, moves, COUNT_OF(moves), other, NULL, false \
	}
/* The same of objects that belong to the chain. */
#define MACHINE_OF_CHAIN(column, enumeration, moves)                                  \
	{                                                                             \
		column, &enumeration##_enum, moves, COUNT_OF(moves), NULL, NULL, true \
	}
#define MACHINE_GUARDED(column, enumeration, moves, guards) \
	MACHINE_GUARDED_BESIDE(column, enumeration, moves, guards, NULL)
#define MACHINE_GUARDED_BESIDE(column, enumeration, moves, guards, other)                 \
	{                                                                                 \
		column, &enumeration##_enum, moves, COUNT_OF(moves), other, guards, false \
	}

/* The verb of a moving operation: the last segment of its path. */
const char *machine_verb(enum op op);

/* OK and the next state in *to (the same one where the command decides), or ERR_ILLEGAL_TRANSITION
 * with the state and the verbs that are allowed in it. */
MUSTCHECK enum err machine_check(struct ctx *ctx, const struct machine *machine, enum op op,
                                 int state, int *to);

#endif
