/* SPDX-License-Identifier: Apache-2.0 */
/* A stock document that is posted as it is written: its lines, and the entries of the ledger that they are. */
#ifndef STOCK_POSTED_H
#define STOCK_POSTED_H

#include "stock/level.h"

struct posted {
	struct id document;
	const char *kind, *reason, *note; /* codes; the note may be NULL */
	struct id work_order, sales_order, transfer, stocktake, received_by,
		reverses; /* none where it has none */
	/* one of each for a line */
	size_t count;
	struct id *lines, *parts, *order_lines, *sale_lines, *transfer_lines;
	struct qty *quantity; /* as the document tells it */
	int64_t *cost;        /* fen, never negative */
	const char **batches; /* or NULL */
	struct posting *postings;
};

/* A line: what it tells, what moved on the level and for what. */
struct posted_line {
	struct qty quantity;
	struct qty moved; /* in is positive */
	int64_t value;    /* fen, signed as what moved */
	struct id order_line, sale_line, transfer_line;
	const char *batch; /* of which it is to be taken; NULL: of the oldest */
};

/* An empty document of at most so many lines, with an id of its own. */
void posted_init(struct ctx *ctx, struct posted *posted, const char *kind, const char *reason,
                 size_t most);

/* Add a line for what was put into a level, or taken from it, just now. */
void posted_add(struct posted *posted, struct level *level, const struct posted_line *line);

/* Number it and queue it, its lines, the ledger's rows and the cores of the parts; the levels are saved
 * by their caller, once for all that moved on them.  Costs are final after it: what parts cost that are
 * costed by batch, their batches tell.  ERR_CORE_SENT for what comes back; else as postings_save(). */
MUSTCHECK enum err posted_save(struct ctx *ctx, const struct posted *posted,
                               const struct levels *levels);

#endif
