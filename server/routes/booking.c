/* SPDX-License-Identifier: Apache-2.0 */
/* Around booking: holds, and the waiting list. */
#include "appointment/hold.h"
#include "appointment/waiting.h"
#include "routes/routes.h"

static enum err
hold(struct request *req)
{
	return slot_hold_create(&req->ctx, req->body);
}

static enum err
release(struct request *req)
{
	return slot_hold_release(&req->ctx, req->id);
}

static enum err
put_on_list(struct request *req)
{
	return waiting_add(&req->ctx, req->body);
}

static enum err
offer(struct request *req)
{
	return waiting_offer(&req->ctx, req->id, req->body);
}

static enum err
accept_offer(struct request *req)
{
	return waiting_accept(&req->ctx, req->id);
}

static enum err
leave(struct request *req)
{
	return waiting_leave(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route booking_routes[] = {
	READ_ACTIONS(OP_listSlotHolds,    &slot_hold_machine, PAGE(slot_hold_list)),
	READ_ACTIONS(OP_getSlotHold,      &slot_hold_machine, ONE(slot_hold_get)),
	COMMAND(OP_createSlotHold,        hold,               THEN(OP_getSlotHold)),
	COMMAND(OP_releaseSlotHold,       release,            THEN(OP_getSlotHold)),
	READ_ACTIONS(OP_listWaitingList,  &waiting_entry_machine, PAGE(waiting_entry_list)),
	READ_ACTIONS(OP_getWaitingEntry,  &waiting_entry_machine, ONE(waiting_entry_get)),
	COMMAND(OP_createWaitingEntry,    put_on_list,        THEN(OP_getWaitingEntry)),
	COMMAND(OP_offerWaitingEntry,     offer,              THEN(OP_getWaitingEntry)),
	COMMAND(OP_acceptWaitingEntry,    accept_offer,       THEN(OP_getWaitingEntry)),
	COMMAND(OP_leaveWaitingEntry,     leave,              THEN(OP_getWaitingEntry)),
	ROUTES_END
};
/* clang-format on */
