/* SPDX-License-Identifier: Apache-2.0 */
/* Around booking: holds. */
#include "appointment/hold.h"
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

/* clang-format off */
const struct route booking_routes[] = {
	READ_ACTIONS(OP_listSlotHolds,    &slot_hold_machine, PAGE(slot_hold_list)),
	READ_ACTIONS(OP_getSlotHold,      &slot_hold_machine, ONE(slot_hold_get)),
	COMMAND(OP_createSlotHold,        hold,               THEN(OP_getSlotHold)),
	COMMAND(OP_releaseSlotHold,       release,            THEN(OP_getSlotHold)),
	ROUTES_END
};
/* clang-format on */
