/* SPDX-License-Identifier: Apache-2.0 */
/* KPIs: the dictionary, values, and what a value is made of. */
#include "routes/routes.h"

/* clang-format off */
const struct route kpi_routes[] = {
	READ(OP_listKpis,        PAGE(kpi_list)),
	READ(OP_listKpiValues,   PAGE(kpi_value_list)),
	READ(OP_explainKpiValue, PAGE(kpi_fact_list)),
	ROUTES_END
};
/* clang-format on */
