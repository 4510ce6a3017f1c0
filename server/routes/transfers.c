/* SPDX-License-Identifier: Apache-2.0 */
/* Transfers between stores. */
#include "reply.h"
#include "routes/routes.h"
#include "stock/transfer.h"

static enum err
create_transfer(struct request *req)
{
	return transfer_create(&req->ctx, req->body);
}

static enum err
approve_transfer(struct request *req)
{
	return transfer_approve(&req->ctx, req->id, req->body);
}

static enum err
reject_transfer(struct request *req)
{
	return transfer_reject(&req->ctx, req->id, req->body);
}

static enum err
cancel_transfer(struct request *req)
{
	return transfer_cancel(&req->ctx, req->id, req->body);
}

static enum err
ship_transfer(struct request *req)
{
	return transfer_ship(&req->ctx, req->id, req->body);
}

static enum err
receive_transfer(struct request *req)
{
	return transfer_receive(&req->ctx, req->id, req->body);
}

static enum err
return_transfer(struct request *req)
{
	return transfer_return(&req->ctx, req->id, req->body);
}

static enum err
receive_back_transfer(struct request *req)
{
	return transfer_receive_back(&req->ctx, req->id, req->body);
}

static enum err
settle_transfer(struct request *req)
{
	return transfer_settle(&req->ctx, req->id, req->body);
}

static void
transfer_actions(struct buf *out, const struct rows *rows, size_t row, void *arg)
{
	reply_actions_between(out, rows, row, arg, &transfer_machine, "from_store_id");
}

/* clang-format off */
const struct route transfer_routes[] = {
	READ_EXTRA(OP_listTransfers, transfer_actions, PAGE(transfer_list)),
	READ_EXTRA(OP_getTransfer,   transfer_actions, ONE(transfer_get), MANY(lines, transfer_lines)),
	COMMAND(OP_createTransfer,      create_transfer,       THEN(OP_getTransfer)),
	COMMAND(OP_approveTransfer,     approve_transfer,      THEN(OP_getTransfer)),
	COMMAND(OP_rejectTransfer,      reject_transfer,       THEN(OP_getTransfer)),
	COMMAND(OP_cancelTransfer,      cancel_transfer,       THEN(OP_getTransfer)),
	COMMAND(OP_shipTransfer,        ship_transfer,         THEN(OP_getTransfer)),
	COMMAND(OP_receiveTransfer,     receive_transfer,      THEN(OP_getTransfer)),
	COMMAND(OP_returnTransfer,      return_transfer,       THEN(OP_getTransfer)),
	COMMAND(OP_receiveBackTransfer, receive_back_transfer, THEN(OP_getTransfer)),
	COMMAND(OP_settleTransfer,      settle_transfer,       THEN(OP_getTransfer)),
	ROUTES_END
};
/* clang-format on */
