/* SPDX-License-Identifier: Apache-2.0 */
/* Stock as work orders use it: reserve, give back, issue; and wishes for parts (demands).
 *
 * All lock the levels of the parts they touch, in part order, before anything else of stock.  Call
 * them before the lines of an existing order are written: who posts a receipt writes waiting lines
 * while it holds the levels. */
#ifndef STOCK_STOCK_H
#define STOCK_STOCK_H

#include "db/db.h"
#include "db/machine.h"
#include "stock/level.h"

/* What one line of a work order or of a sales order wants. */
struct stock_want {
	struct id line, part;
	struct id demand; /* of a line that is sold: its wish, */
	struct qty open;  /* and what of it has not been shipped */
	struct qty quantity;
	const char *batch; /* to be issued of it; NULL: of the oldest */
};

/* Hold what each line wants from the store's default warehouse.  What is short: with refuse
 * ERR_INSUFFICIENT_STOCK and nothing is held, else the rest waits for the next receipt as an
 * open demand.  Every want leaves a demand with what could be picked at first look (fill rate).
 * is_short_of[i] says of which; *held is written by stock_hold(), once the lines are there. */
struct stock_held;
MUSTCHECK enum err stock_pick(struct ctx *ctx, struct id store, struct id work_order,
                              const struct stock_want *wants, size_t count, bool refuse,
                              bool is_short_of[], struct stock_held **held);
void stock_hold(struct ctx *ctx, const struct stock_held *held);

/* Give back what is held for lines, and cancel what they still wait for. */
MUSTCHECK enum err stock_release(struct ctx *ctx, struct id store, const struct id *lines,
                                 size_t count);

/* The same for all that an order wants, of its lines and beside them. */
MUSTCHECK enum err stock_release_order(struct ctx *ctx, struct id store, struct id work_order);

/* Post an issue document: parts leave at the moving average or at what
 * their batches cost, reservations are used up, demands
 * fulfilled.  *document is its id, cost[i] the fen of each line.  ctx->subject stays the caller's.
 * ERR_INSUFFICIENT_STOCK when it is not there, or held for others. */
MUSTCHECK enum err stock_issue(struct ctx *ctx, struct id store, struct id work_order,
                               struct id received_by, const struct stock_want *wants, size_t count,
                               struct id *document, int64_t cost[]);

/* After parts came in, their levels locked: who waits longest is served first.  Lines of work
 * orders become reserved and part.arrived says so. */
MUSTCHECK enum err stock_serve_waiting(struct ctx *ctx, struct levels *levels);
/* The same, but some demands come before all others: the parts were sent for them. */
MUSTCHECK enum err stock_serve_first(struct ctx *ctx, struct levels *levels,
                                     const struct id *demands, size_t count);

/* Let go what is held of a part beyond a quantity, the last holds first: there is no more of it than
 * that.  Its demands wait again; a transfer sends that much less. */
MUSTCHECK enum err stock_hold_at_most(struct ctx *ctx, struct levels *levels, struct level *level,
                                      struct qty most);

/* ------------------------------------------------------------ sales to customers */

struct stock_sale {
	struct id store, order;
	struct id customer, vehicle; /* none where it has none */
};

/* Wishes of a sales order: what is there is held, the rest waits.  Each want gets its demand. */
MUSTCHECK enum err stock_hold_for_sale(struct ctx *ctx, const struct stock_sale *sale,
                                       struct stock_want *wants, size_t count);

/* Post a document of kind sale: of each want's quantity first what is held for its demand, then what nobody holds;
 * held_only: as much of it as is held, and quantity becomes that.  A demand of which nothing is open then is
 * fulfilled.  ERR_INSUFFICIENT_STOCK at /lines/<n>/quantity; without a pointer when nothing is held at all. */
MUSTCHECK enum err stock_ship_sale(struct ctx *ctx, const struct stock_sale *sale,
                                   struct stock_want *wants, size_t count, bool held_only);

/* What came back of lines, each at the cost it left with: posted as a document of kind return, and who waits
 * for it is served. */
MUSTCHECK enum err stock_return_sale(struct ctx *ctx, const struct stock_sale *sale,
                                     const struct stock_want *wants, const int64_t cost[],
                                     size_t count, const char *note);

/* What is held for the demands of an order is given back, and they want nothing more: those of which some was
 * shipped are fulfilled, the others cancelled. */
MUSTCHECK enum err stock_release_sale(struct ctx *ctx, const struct stock_sale *sale);

/* Record wishes at the counter; kinds but `stock` hold what is there.  One that names a line of a
 * work order asks for its part again (after a return, or after its demand was given up) and the line
 * becomes reserved or short.  ERR_LINE_STATUS, ERR_DUPLICATE when the line waits already.
 * ctx->subject becomes the first demand. */
MUSTCHECK enum err demand_create(struct ctx *ctx, const struct create_demand *in);

/* No longer wanted, or lost to what the shelf did not have: what was held is given back. */
extern const struct machine demand_machine;
/* Of a demand for stock, which is never reserved. */
extern const struct machine demand_for_stock_machine;
MUSTCHECK enum err demand_cancel(struct ctx *ctx, struct id id, const struct end_demand *in);
MUSTCHECK enum err demand_lose(struct ctx *ctx, struct id id, const struct lose_demand *in);
/* Hold what has become free since for an open demand, as much as it is short of.
 * ERR_HOLDS_NOTHING of one for stock, ERR_INSUFFICIENT_STOCK when nothing is. */
MUSTCHECK enum err demand_reserve(struct ctx *ctx, struct id id);

/* Give one reservation back; its demand waits again.  ERR_ILLEGAL_TRANSITION when it is not
 * active. */
extern const struct machine reservation_machine;
MUSTCHECK enum err reservation_release(struct ctx *ctx, struct id id);

#endif
