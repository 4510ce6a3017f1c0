/* SPDX-License-Identifier: Apache-2.0 */
/* Quality checks. */
#include "quality/quality.h"
#include "routes/routes.h"

static enum err
create(struct request *req)
{
	return quality_check_open(&req->ctx, req->body);
}

static enum err
pass(struct request *req)
{
	return quality_check_pass(&req->ctx, req->id, req->body);
}

static enum err
fail_check(struct request *req)
{
	return quality_check_fail(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route quality_check_routes[] = {
	READ_ACTIONS(OP_listQualityChecks, &quality_check_machine, PAGE(quality_check_list)),
	READ_ACTIONS(OP_getQualityCheck,   &quality_check_machine, ONE(quality_check_get),
	  MANY(failures, quality_check_failures)),
	READ(OP_listQualityFailures, PAGE(quality_failure_list)),
	COMMAND(OP_createQualityCheck, create,     THEN(OP_getQualityCheck)),
	COMMAND(OP_passQualityCheck,   pass,       THEN(OP_getQualityCheck)),
	COMMAND(OP_failQualityCheck,   fail_check, THEN(OP_getQualityCheck)),
	ROUTES_END
};
/* clang-format on */
