/* SPDX-License-Identifier: Apache-2.0 */
/* Batches, and where they went. */
#include "routes/routes.h"

/* A trace begins somewhere: all movements of a chain are none. */
static enum err
check_origin(struct request *req)
{
	const struct list_part_traces_params *in = req->params;

	if (in->has_batch_id || in->has_document_id || in->has_vehicle_id || in->has_work_order_id)
		return OK;
	return fail_parameter(&req->ctx, ERR_SOME_OF, "batch_id",
	                      "batch_id, document_id, vehicle_id, work_order_id");
}

/* clang-format off */
const struct route part_batch_routes[] = {
	READ(OP_listPartBatches,         PAGE(part_batch_list)),
	READ(OP_getPartBatch,            ONE(part_batch_get)),
	READ_PREPARED(OP_listPartTraces, check_origin, NULL, PAGE(part_trace_list)),
	ROUTES_END
};
/* clang-format on */
