/* SPDX-License-Identifier: Apache-2.0 */
/* Views of the stock: limits and alerts, positions, summaries, ages, classes. */
#include "routes/routes.h"
#include "stock/limit.h"

static enum err
create_limit(struct request *req)
{
	return stock_limit_create(&req->ctx, req->body);
}

static enum err
set_limit(struct request *req)
{
	return stock_limit_set(&req->ctx, req->id, req->body);
}

static enum err
delete_limit(struct request *req)
{
	const struct delete_stock_limit_params *in = req->params;

	return stock_limit_delete(&req->ctx, req->id, in->reason);
}

static enum err
check_days(struct request *req, struct date from, struct date to)
{
	return to.days < from.days
	               ? fail_parameter(&req->ctx, ERR_BAD_VALUE, "to", "must not be before from")
	               : OK;
}

static enum err
check_summary(struct request *req)
{
	const struct get_stock_summary_params *in = req->params;

	return check_days(req, in->from, in->to);
}

static enum err
check_summary_parts(struct request *req)
{
	const struct list_stock_summary_parts_params *in = req->params;

	return check_days(req, in->from, in->to);
}

/* clang-format off */
const struct route stock_view_routes[] = {
	READ(OP_listStockLimits,     PAGE(stock_limit_list)),
	READ(OP_getStockLimit,       ONE(stock_limit_get)),
	COMMAND(OP_createStockLimit, create_limit, THEN(OP_getStockLimit)),
	COMMAND(OP_setStockLimit,    set_limit,    THEN(OP_getStockLimit)),
	COMMAND(OP_deleteStockLimit, delete_limit, OP_NONE),
	READ(OP_listStockAlerts,     PAGE(stock_alert_list)),
	READ(OP_getPartPosition,     ONE(part_position), MANY(stores, part_position_stores)),
	READ_PREPARED(OP_getStockSummary, check_summary, NULL, NAMED_BY(store_id, store_named), ONE(stock_summary),
	  MANY(reasons, stock_summary_reasons)),
	READ_PREPARED(OP_listStockSummaryParts, check_summary_parts, NULL, NAMED_BY(store_id, store_named), PAGE(stock_summary_parts)),
	READ(OP_getStockAgeing,       NAMED_BY(store_id, store_named), ONE(stock_ageing)),
	READ(OP_listStockAgeingParts, NAMED_BY(store_id, store_named), PAGE(stock_ageing_parts)),
	READ(OP_getStockClasses,      NAMED_BY(store_id, store_named), ONE(stock_classes), MANY(classes, stock_classes_totals)),
	READ(OP_listStockClassParts,  NAMED_BY(store_id, store_named), PAGE(stock_class_parts)),
	READ(OP_listPartElsewhere,    UNDER(part_visible), NAMED_BY(store_id, store_named), PAGE(part_elsewhere)),
	READ(OP_listLostSales,        PAGE(lost_sale_list)),
	READ(OP_listLostSaleCauses,   PAGE(lost_sale_causes)),
	ROUTES_END
};
/* clang-format on */
