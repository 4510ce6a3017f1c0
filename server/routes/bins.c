/* SPDX-License-Identifier: Apache-2.0 */
/* Places of parts in bins. */
#include "routes/routes.h"
#include "stock/bin_stock.h"

static enum err
create(struct request *req)
{
	return bin_stock_create(&req->ctx, req->body);
}

static enum err
set(struct request *req)
{
	return bin_stock_set(&req->ctx, req->id, req->body);
}

static enum err
move(struct request *req)
{
	return bin_move(&req->ctx, req->body);
}

/* clang-format off */
const struct route bin_routes[] = {
	READ(OP_listBinStock,     PAGE(bin_stock_list)),
	READ(OP_getBinStock,      ONE(bin_stock_get)),
	COMMAND(OP_createBinStock, create, THEN(OP_getBinStock)),
	COMMAND(OP_setBinStock,   set,    THEN(OP_getBinStock)),
	READ(OP_listBinMoves,     PAGE(bin_move_list)),
	READ(OP_getBinMove,       ONE(bin_move_get)),
	COMMAND(OP_moveBinStock,  move,   THEN(OP_getBinMove)),
	ROUTES_END
};
/* clang-format on */
