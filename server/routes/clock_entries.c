/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks of lines that are put right. */
#include "routes/routes.h"
#include "work_order/clock.h"

static enum err
correct(struct request *req)
{
	return clock_correct(&req->ctx, req->id, req->body);
}

static enum err
add(struct request *req)
{
	return clock_add(&req->ctx, req->id, req->body);
}

static enum err
make_void(struct request *req)
{
	return clock_void(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route clock_entry_routes[] = {
	READ(OP_getClockEntry,       ONE(clock_entry_get)),
	READ(OP_listWorkOrderClockCorrections, UNDER(work_order_visible), PAGE(clock_correction_list)),
	COMMAND(OP_correctClockEntry, correct,   THEN(OP_getClockEntry)),
	COMMAND(OP_addClockEntry,     add,       THEN(OP_getClockEntry)),
	COMMAND(OP_voidClockEntry,    make_void, THEN(OP_getClockEntry)),
	ROUTES_END
};
/* clang-format on */
