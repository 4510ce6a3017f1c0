/* SPDX-License-Identifier: Apache-2.0 */
/* A transfer under lock, as its commands read it, change it and write it back. */
#ifndef STOCK_TRANSFER_STATE_H
#define STOCK_TRANSFER_STATE_H

#include "stock/level.h"
#include "stock/transfer.h"

struct transfer_line {
	struct id id, part, demand;
	struct qty quantity, approved, shipped, received, returned, disputed, lost;
	int64_t value; /* fen, of what is on its way or disputed */
	const char *dispute_reason;
	/* of the present command */
	struct qty amount, in_question;
};

struct transfer {
	struct id id, store, warehouse, from_store, from_warehouse, requested_by, disputed_by;
	const char *number;
	int status, to; /* now, and what op leads to: 0 where that depends on the lines */
	size_t count;
	struct transfer_line *line;
};

/* Lock it and read its lines; ERR_ILLEGAL_TRANSITION where op is not for its state. */
MUSTCHECK enum err transfer_lock(struct ctx *ctx, struct id id, enum op op, struct transfer *t);
/* The same for a command of the store that gives, or of the one that gets: ERR_OTHER_STORE. */
MUSTCHECK enum err transfer_lock_of(struct ctx *ctx, struct id id, enum op op, bool giving,
                                    struct transfer *t);
MUSTCHECK enum err transfer_check_side(struct ctx *ctx, struct id store);

/* Levels of one side's warehouse, in which something is to move. */
MUSTCHECK enum err transfer_lock_levels(struct ctx *ctx, const struct transfer *t, struct id store,
                                        struct id warehouse, bool move, struct levels *levels);

/* What is approved and has not left; what is on its way, in question apart. */
struct qty transfer_unsent(const struct transfer_line *line);
struct qty transfer_under_way(const struct transfer_line *line);
/* Where it stands by its lines: a transfer_status. */
int transfer_status_of(const struct transfer *t, bool returning);

/* The place of the line that a body names; each once. */
MUSTCHECK enum err transfer_line_named(struct ctx *ctx, const struct transfer *t, struct id id,
                                       bool named[], size_t i, size_t *place);
/* What of each line the command is about: all that most() tells where the body names none. */
MUSTCHECK enum err transfer_take_amounts(struct ctx *ctx, struct transfer *t,
                                         const struct transfer_amount *lines, size_t count,
                                         struct qty (*most)(const struct transfer_line *));
MUSTCHECK enum err transfer_too_much(struct ctx *ctx, size_t i, struct qty most);
/* Whether it is about anything; the problem where it is not. */
bool transfer_any(const struct transfer *t);
MUSTCHECK enum err transfer_nothing(struct ctx *ctx);

/* What has not left, will not. */
void transfer_drop_unsent(struct transfer *t, const struct levels *levels);
/* Holds as the lines now are: what of each has just left is used up, what is to leave is held on. */
void transfer_unhold(struct ctx *ctx, const struct transfer *t, bool leaving);

/* Queue it and its lines as they are now, and tell both stores. */
void transfer_save(struct ctx *ctx, const struct transfer *t, int status, const char *reason,
                   bool disputed, const char *event);
void transfer_tell(struct ctx *ctx, const struct transfer *t, const char *event);

#endif
