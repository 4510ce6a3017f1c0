/* SPDX-License-Identifier: Apache-2.0 */
/* Hazardous waste. */
#include "routes/routes.h"
#include "waste/waste.h"

static enum err
create_kind(struct request *req)
{
	return waste_kind_create(&req->ctx, req->body);
}

static enum err
update_kind(struct request *req)
{
	return waste_kind_update(&req->ctx, req->id, req->body);
}

static enum err
store_entry(struct request *req)
{
	return waste_store(&req->ctx, req->body);
}

static enum err
collect_entry(struct request *req)
{
	return waste_collect(&req->ctx, req->body);
}

static enum err
reverse_entry(struct request *req)
{
	const struct reverse_waste_entry *in = req->body;

	return waste_entry_reverse(&req->ctx, req->id, in->reason);
}

/* clang-format off */
const struct route waste_routes[] = {
	READ(OP_listWasteKinds,       PAGE(waste_kind_list)),
	READ(OP_getWasteKind,         ONE(waste_kind_get)),
	COMMAND(OP_createWasteKind,   create_kind,   THEN(OP_getWasteKind)),
	COMMAND(OP_updateWasteKind,   update_kind,   THEN(OP_getWasteKind)),
	READ(OP_listWasteBalances,    PAGE(waste_balance_list)),
	READ(OP_listWasteEntries,     PAGE(waste_entry_list)),
	READ(OP_getWasteEntry,        ONE(waste_entry_get)),
	COMMAND(OP_storeWaste,        store_entry,   THEN(OP_getWasteEntry)),
	COMMAND(OP_collectWaste,      collect_entry, THEN(OP_getWasteEntry)),
	COMMAND(OP_reverseWasteEntry, reverse_entry, THEN(OP_getWasteEntry)),
	ROUTES_END
};
/* clang-format on */
