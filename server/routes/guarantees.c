/* SPDX-License-Identifier: Apache-2.0 */
/* Guarantees on repairs, and comebacks under them. */
#include "routes/routes.h"
#include "warranty/warranty.h"

static enum err
open_back(struct request *req)
{
	return comeback_open(&req->ctx, req->id, req->body);
}

static enum err
classify(struct request *req)
{
	return comeback_classify(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route guarantee_routes[] = {
	READ(OP_listGuaranteeRules,    PAGE(guarantee_rule_list)),
	READ(OP_listGuarantees,        PAGE(guarantee_list)),
	READ(OP_getGuarantee,          ONE(guarantee_get)),
	READ(OP_listVehicleGuarantees, UNDER(vehicle_visible), PAGE(vehicle_guarantee_list)),
	READ(OP_listComebacks,         PAGE(comeback_list)),
	READ(OP_listChargedComebacks,  PAGE(comeback_charged_list)),
	READ(OP_listOwedComebacks,     PAGE(comeback_owed_list)),
	READ(OP_getComeback,           ONE(comeback_get)),
	COMMAND(OP_openComeback,       open_back, THEN(OP_getComeback)),
	COMMAND(OP_classifyComeback,   classify,  THEN(OP_getComeback)),
	ROUTES_END
};
/* clang-format on */
