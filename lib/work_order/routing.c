/* SPDX-License-Identifier: Apache-2.0 */
/* A foreman sends a line to another department. */
#include "work_order/routing.h"

#include "event/event.h"
#include "work_order/line.h"

/* Labour that somebody wants, or may. */
static enum err
check_line(struct ctx *ctx, const struct line *line)
{
	int same = 0;

	if (line->kind != WORK_ORDER_LINE_KIND_LABOUR)
		return fail_with(ctx, ERR_LINE_STATUS, NULL,
		                 enum_code(&work_order_line_kind_enum, (int)line->kind), NULL);
	if (line->status != WORK_ORDER_LINE_STATUS_PROPOSED &&
	    line->status != WORK_ORDER_LINE_STATUS_AUTHORISED)
		return fail_with(ctx, ERR_LINE_STATUS, NULL,
		                 enum_code(&work_order_line_status_enum, (int)line->status), NULL);
	return machine_check(ctx, &line_work_machine, OP_routeWorkOrderLine, (int)line->work_status,
	                     &same);
}

enum err
line_route(struct ctx *ctx, struct id id, const struct route_work_order_line *in)
{
	struct work_order wo = { 0 };
	struct lines lines = { 0 };
	struct rows *rows = NULL;
	enum err err = work_order_lock_by_line(ctx, id, NULL, &wo);

	if (!err)
		err = work_order_check_open(ctx, &wo);
	if (!err)
		err = lines_read(ctx, wo.id, &lines);
	if (!err)
		err = check_line(ctx, line_of(&lines, id));
	if (!err)
		err = db_read(ctx, line_department_target, &rows, ARG(line_id, id),
		              ARG(department_id, in->department_id));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/department_id");
	if (row_enum(rows, 0, "status", &department_status_enum) != DEPARTMENT_STATUS_IN_USE)
		return fail(ctx, ERR_DEPARTMENT_RETIRED, "/department_id");
	if (!row_bool(rows, 0, "takes"))
		return fail(ctx, ERR_WORK_NOT_TAKEN, "/department_id");
	db_write(ctx, line_set_department, ARG(line_id, id), BODY_ARG(route_work_order_line, in));
	event_add(ctx, "work_order.line_routed", wo.store, wo.id);
	ctx->subject = id;
	return OK;
}
