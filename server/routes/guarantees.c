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

static enum err
create_rule(struct request *req)
{
	return guarantee_rule_add(&req->ctx, req->body);
}

static enum err
end_rule(struct request *req)
{
	static const struct end_guarantee_rule unsaid;

	return guarantee_rule_end(&req->ctx, req->id, req->body ? req->body : &unsaid);
}

static enum err
object(struct request *req)
{
	return comeback_object(&req->ctx, req->id, req->body);
}

static enum err
decide(struct request *req)
{
	return comeback_decide_objection(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route guarantee_routes[] = {
	READ(OP_listGuaranteeRules,    PAGE(guarantee_rule_list)),
	READ(OP_getGuaranteeRule,      ONE(guarantee_rule_get)),
	COMMAND(OP_createGuaranteeRule, create_rule, THEN(OP_getGuaranteeRule)),
	COMMAND(OP_endGuaranteeRule,    end_rule,    THEN(OP_getGuaranteeRule)),
	READ(OP_listGuarantees,        PAGE(guarantee_list)),
	READ(OP_getGuarantee,          ONE(guarantee_get)),
	READ(OP_listVehicleGuarantees, UNDER(vehicle_visible), PAGE(vehicle_guarantee_list)),
	READ_ACTIONS(OP_listComebacks, &comeback_machine, PAGE(comeback_list)),
	READ(OP_listChargedComebacks,  PAGE(comeback_charged_list)),
	READ(OP_listOwedComebacks,     PAGE(comeback_owed_list)),
	READ(OP_getChargedComeback,    ONE(comeback_charged_get)),
	READ_ACTIONS(OP_getComeback, &comeback_machine, ONE(comeback_get),
	  MANY(classifications, comeback_classifications)),
	COMMAND(OP_openComeback,       open_back, THEN(OP_getComeback)),
	COMMAND(OP_classifyComeback,   classify,  THEN(OP_getComeback)),
	COMMAND(OP_objectToComeback,   object,    THEN(OP_getChargedComeback)),
	COMMAND(OP_decideComebackObjection, decide, THEN(OP_getComeback)),
	ROUTES_END
};
/* clang-format on */
