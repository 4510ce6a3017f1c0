/* SPDX-License-Identifier: Apache-2.0 */
/* Stock levels under lock: what is there of each part in one warehouse, as quantity and value. */
#ifndef STOCK_LEVEL_H
#define STOCK_LEVEL_H

#include "db/db.h"

struct level {
	struct id part;
	struct qty on_hand, reserved;
	int64_t value;     /* fen, of all that is on hand */
	int64_t movements; /* how many the ledger has of it */
	bool frozen;       /* it is being counted */
	bool tracked;      /* its batches are told apart */
	bool binned;       /* it is known where some of it lies, or should */
	int64_t deposit;   /* fen for a piece until the old one comes back; 0: none */
};

struct levels {
	struct id store, warehouse;
	struct level *level; /* in part order */
	size_t count;
};

/* One entry of the ledger to be: quantity and value are signed, in is positive. */
struct posting {
	struct id id;
	struct id line; /* of the stock document */
	struct id part;
	struct qty quantity;
	int64_t value;
	struct qty on_hand_after;
	int64_t value_after;
	int64_t ordinal;
};

/* Lock all levels in part order, and make before that what is missing.  warehouse none: the store's
 * default one; else one of the store's.  One trip, two when one is missing.  ERR_NOT_FOUND at
 * /store_id for a store that row security hides. */
MUSTCHECK enum err levels_lock(struct ctx *ctx, struct id store, struct id warehouse,
                               const struct id *parts, size_t count, struct levels *levels);

/* Whether anything may move on them: ERR_STOCK_FROZEN, with the part's id, while one is counted.  What is
 * held for whom may change all the same. */
MUSTCHECK enum err levels_movable(struct ctx *ctx, const struct levels *levels);

/* The level of a part that was locked. */
struct level *level_of(const struct levels *levels, struct id part);

/* What nobody has reserved. */
struct qty level_available(const struct level *level);

/* How much is held for a line or a demand, of rows that tell `quantity` for `whom`. */
struct qty level_held_for(const struct rows *held, struct id whom);

/* Take from what nobody has reserved, at the moving average; the last piece takes the rest of the
 * value.  False, and nothing taken, when there is not that much. */
MUSTCHECK bool level_take(struct level *level, struct qty quantity, int64_t *cost);

/* The same for a known cost: what a reversal takes back out.  No more value goes than there is. */
MUSTCHECK bool level_take_at(struct level *level, struct qty quantity, int64_t *cost);

/* Put in quantity and its value; false on overflow. */
MUSTCHECK bool level_put(struct level *level, struct qty quantity, int64_t value);

/* The problem of a line of a body whose quantity or value no level can hold beside what it has. */
MUSTCHECK enum err level_uncountable(struct ctx *ctx, size_t line);

/* Number the posting and note how the level stands after it. */
void level_post(struct level *level, struct posting *posting);

/* Queue the levels as they are now. */
void levels_save(struct ctx *ctx, const struct levels *levels);

/* Queue the ledger's rows of a document whose lines are there.  Of parts that are costed by batch the
 * postings' values, and those of the levels, become what their batches tell: call it before the levels
 * change again, and take costs from the postings after it.  ERR_INSUFFICIENT_BATCH and ERR_SERIAL_WANTED of
 * parts whose batches are told apart. */
MUSTCHECK enum err postings_save(struct ctx *ctx, const struct levels *levels, struct id document,
                                 const char *kind, const char *reason, struct posting *postings,
                                 size_t count);

/* What a posting moved, in fen, whichever way. */
int64_t posting_cost(const struct posting *posting);

#endif
