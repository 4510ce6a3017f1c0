/* SPDX-License-Identifier: Apache-2.0 */
/* Estimates, and the link through which a customer decides. */
#include "estimate/estimate.h"

#include "auth.h"
#include "link.h"
#include "reply.h"
#include "routes/routes.h"

static enum err
create(struct request *req)
{
	return estimate_create(&req->ctx, req->body);
}

static enum err
update(struct request *req)
{
	return estimate_update(&req->ctx, req->id, req->body);
}

static enum err
send_out(struct request *req)
{
	return estimate_send(&req->ctx, req->id);
}

static enum err
decide(struct request *req)
{
	return estimate_decide(&req->ctx, req->id, req->body);
}

static enum err
decide_by_link(struct request *req)
{
	return estimate_decide_by_link(&req->ctx, req->body);
}

static enum err
revise(struct request *req)
{
	return estimate_revise(&req->ctx, req->id, req->body);
}

static enum err
expire(struct request *req)
{
	return estimate_expire(&req->ctx, req->id);
}

/* The customer's link, for those who hand it out; there is none before it is sent. */
static void
write_token(struct buf *out, const struct rows *rows, size_t row, void *arg)
{
	struct request *req = arg;
	struct id link = row_id(rows, row, "_link_id");
	char token[LINK_TEXT];

	if (!id_is_none(link) &&
	    principal_holds(req->who, PERMISSION_ESTIMATE_TOKEN, row_id(rows, row, "store_id")))
		buf_printf(out, ",\"token\":\"%s\"", link_token(link, token));
	else
		buf_puts(out, ",\"token\":null");
	reply_actions(out, rows, row, req, &estimate_machine);
}

/* clang-format off */
const struct route estimate_routes[] = {
	READ_EXTRA(OP_listEstimates,        write_token,    PAGE(estimate_list)),
	READ_EXTRA(OP_getEstimate,          write_token,    ONE(estimate_get),
	  MANY(options, estimate_options), MANY(options.lines, estimate_lines)),
	COMMAND(OP_createEstimate,          create,         THEN(OP_getEstimate)),
	COMMAND(OP_updateEstimate,          update,         THEN(OP_getEstimate)),
	COMMAND(OP_sendEstimate,            send_out,       THEN(OP_getEstimate)),
	COMMAND(OP_decideEstimate,          decide,         THEN(OP_getEstimate)),
	COMMAND(OP_reviseEstimate,          revise,         THEN(OP_getEstimate)),
	COMMAND(OP_expireEstimate,          expire,         THEN(OP_getEstimate)),
	READ_EXTRA(OP_listEstimateVersions, write_token,    UNDER(estimate_visible),
	  PAGE(estimate_versions)),
	READ(OP_listEstimateChanges,        UNDER(estimate_visible), NAMED_BY(against, estimate_revision),
	                                    PAGE(estimate_diff)),
	READ(OP_listEstimateTermChanges,    UNDER(estimate_visible), NAMED_BY(against, estimate_revision),
	                                    PAGE(estimate_terms_diff)),
	READ(OP_listRecommendations,        UNDER(vehicle_visible),  PAGE(recommendation_list)),
	READ(OP_listDeferredLines,          UNDER(vehicle_visible),  PAGE(deferred_lines)),
	COMMAND(OP_decideEstimateByLink,    decide_by_link, THEN(OP_getPublicLink)),
	ROUTES_END
};
/* clang-format on */
