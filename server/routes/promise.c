/* SPDX-License-Identifier: Apache-2.0 */
/* What could be promised. */
#include "routes/routes.h"

/* Something is to be done; a quantity without its part is a mistake. */
static enum err
check_asked(struct request *req)
{
	const struct simulate_promise_params *in = req->params;

	if (in->operation_id_count == 0 && !in->has_work_order_id && !in->has_appointment_id)
		return fail_parameter(&req->ctx, ERR_REQUIRED, "operation_id", NULL);
	if (in->quantity_count > in->part_id_count)
		return fail_parameter(&req->ctx, ERR_BAD_VALUE, "quantity",
		                      "there are more than parts");
	return OK;
}

/* clang-format off */
const struct route promise_routes[] = {
	READ_PREPARED(OP_simulatePromise, check_asked, NULL,
	              NAMED_BY(store_id, store_named), NAMED_BY(operation_id, availability_operations), NAMED_BY(part_id, promise_parts_named),
	              NAMED_BY(work_order_id, promise_order_named), NAMED_BY(appointment_id, promise_appointment_named),
	              ONE(promise_simulation), MANY(parts, promise_simulation_parts)),
	ROUTES_END
};
/* clang-format on */
