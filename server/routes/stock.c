/* SPDX-License-Identifier: Apache-2.0 */
/* Warehouses, levels, the ledger, reservations, demands. */
#include <string.h>

#include "reply.h"
#include "routes/routes.h"
#include "stock/bin.h"
#include "stock/stock.h"
#include "stock/stock_document.h"

static enum err
create_warehouse(struct request *req)
{
	return warehouse_create(&req->ctx, req->body);
}

static enum err
create_bin(struct request *req)
{
	return bin_create(&req->ctx, req->body);
}

static enum err
release_reservation(struct request *req)
{
	return reservation_release(&req->ctx, req->id);
}

static enum err
create_demand(struct request *req)
{
	return demand_create(&req->ctx, req->body);
}

static enum err
cancel_demand(struct request *req)
{
	return demand_cancel(&req->ctx, req->id, req->body);
}

static enum err
lose_demand(struct request *req)
{
	return demand_lose(&req->ctx, req->id, req->body);
}

static enum err
reserve_demand(struct request *req)
{
	return demand_reserve(&req->ctx, req->id);
}

static enum err
create_document(struct request *req)
{
	return stock_document_create(&req->ctx, req->body);
}

static enum err
audit_document(struct request *req)
{
	return stock_document_audit(&req->ctx, req->id);
}

static enum err
void_document(struct request *req)
{
	return stock_document_void(&req->ctx, req->id, req->body);
}

static enum err
reverse_document(struct request *req)
{
	return stock_document_reverse(&req->ctx, req->id);
}

static void
demand_actions(struct buf *out, const struct rows *rows, size_t row, void *arg)
{
	bool holds = strcmp(row_text(rows, row, "kind"), "stock") != 0;

	reply_actions(out, rows, row, arg, holds ? &demand_machine : &demand_for_stock_machine);
}

/* clang-format off */
const struct route stock_routes[] = {
	READ(OP_listWarehouses,     PAGE(warehouse_list)),
	READ(OP_getWarehouse,       ONE(warehouse_get)),
	COMMAND(OP_createWarehouse, create_warehouse, THEN(OP_getWarehouse)),
	READ(OP_listBins,           PAGE(bin_list)),
	READ(OP_getBin,             ONE(bin_get)),
	COMMAND(OP_createBin,       create_bin, THEN(OP_getBin)),
	READ(OP_listStockLevels,    PAGE(stock_level_list)),
	READ(OP_listStockMovements, PAGE(stock_movement_list)),
	READ(OP_listPartStock,      UNDER(part_visible), PAGE(part_stock_list)),
	READ(OP_listPartMovements,  UNDER(part_visible), PAGE(part_movement_list)),
	READ_ACTIONS(OP_listReservations, &reservation_machine, PAGE(reservation_list)),
	READ_ACTIONS(OP_getReservation,   &reservation_machine, ONE(reservation_get)),
	COMMAND(OP_releaseReservation, release_reservation, THEN(OP_getReservation)),
	READ_EXTRA(OP_listDemands, demand_actions, PAGE(demand_list)),
	READ_EXTRA(OP_getDemand,   demand_actions, ONE(demand_get), MANY(lines, demand_lines)),
	COMMAND(OP_createDemand,     create_demand, THEN(OP_getDemand)),
	COMMAND(OP_cancelDemand,     cancel_demand, THEN(OP_getDemand)),
	COMMAND(OP_loseDemand,       lose_demand,   THEN(OP_getDemand)),
	COMMAND(OP_reserveDemand,    reserve_demand, THEN(OP_getDemand)),
	READ_ACTIONS(OP_listStockDocuments, &stock_document_machine, PAGE(stock_document_list)),
	READ_ACTIONS(OP_getStockDocument,   &stock_document_machine, ONE(stock_document_get),
	  MANY(lines, stock_document_lines)),
	COMMAND(OP_createStockDocument,  create_document,  THEN(OP_getStockDocument)),
	COMMAND(OP_auditStockDocument,   audit_document,   THEN(OP_getStockDocument)),
	COMMAND(OP_voidStockDocument,    void_document,    THEN(OP_getStockDocument)),
	COMMAND(OP_reverseStockDocument, reverse_document, THEN(OP_getStockDocument)),
	ROUTES_END
};
/* clang-format on */
