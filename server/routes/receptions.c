/* SPDX-License-Identifier: Apache-2.0 */
/* Reception at the counter. */
#include "reception/reception.h"
#include "routes/routes.h"

static enum err
create(struct request *req)
{
	return reception_open(&req->ctx, req->body);
}

static enum err
check_in(struct request *req)
{
	return reception_check_in(&req->ctx, req->body);
}

static enum err
advance(struct request *req)
{
	return reception_advance(&req->ctx, req->op, req->id);
}

static enum err
hand_over(struct request *req)
{
	return reception_hand_over(&req->ctx, req->id, req->body);
}

static enum err
leave(struct request *req)
{
	return reception_leave(&req->ctx, req->id, req->body);
}

static enum err
update(struct request *req)
{
	return reception_update(&req->ctx, req->id, req->body);
}

#define RECEPTION \
	ONE(reception_get), MANY(concerns, reception_concerns_of), MANY(photos, reception_photos_of)

/* clang-format off */
const struct route reception_routes[] = {
	READ_ACTIONS(OP_listReceptions, &reception_machine, PAGE(reception_list)),
	READ(OP_listWaitingReceptions,  PAGE(reception_waiting_list)),
	READ_ACTIONS(OP_getReception,   &reception_machine, RECEPTION),
	COMMAND(OP_createReception,     create,  THEN(OP_getReception)),
	COMMAND(OP_checkIn,             check_in, THEN(OP_getReception)),
	COMMAND(OP_greetReception,      advance, THEN(OP_getReception)),
	COMMAND(OP_startCheckReception, advance, THEN(OP_getReception)),
	COMMAND(OP_handOverReception,   hand_over, THEN(OP_getReception)),
	COMMAND(OP_leaveReception,      leave,   THEN(OP_getReception)),
	COMMAND(OP_updateReception, update, THEN(OP_getReception)),
	ROUTES_END
};
/* clang-format on */
