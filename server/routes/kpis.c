/* SPDX-License-Identifier: Apache-2.0 */
/* KPIs: the dictionary, values, and what a value is made of. */
#include "routes/routes.h"

/* Days that are read for one call, over all KPIs asked for; api-spec/kpis.yaml tells it. */
#define DAYS_MAX 4000

static enum err
check_range(struct request *req)
{
	const struct list_kpi_values_params *in = req->params;
	int64_t days = (int64_t)in->to.days - in->from.days + 1;

	if (days < 1)
		return fail_parameter(&req->ctx, ERR_BAD_VALUE, "to", "must not be before from");
	if (days > DAYS_MAX / (int64_t)in->kpi_count)
		return fail_parameter(&req->ctx, ERR_RANGE_TOO_LONG, "to",
		                      arena_printf(&req->arena, "%zu", DAYS_MAX / in->kpi_count));
	return OK;
}

/* clang-format off */
const struct route kpi_routes[] = {
	READ(OP_listKpis,                 PAGE(kpi_list)),
	READ_PREPARED(OP_listKpiValues,   check_range, NULL, PAGE(kpi_value_list)),
	READ(OP_explainKpiValue,          PAGE(kpi_fact_list)),
	ROUTES_END
};
/* clang-format on */
