/* SPDX-License-Identifier: Apache-2.0 */
/* Complaints. */
#include "complaint/complaint.h"
#include "routes/routes.h"

static enum err
create(struct request *req)
{
	return complaint_create(&req->ctx, req->body);
}

static enum err
assign(struct request *req)
{
	return complaint_assign(&req->ctx, req->id, req->body);
}

static enum err
analyse(struct request *req)
{
	return complaint_analyse(&req->ctx, req->id, req->body);
}

static enum err
plan(struct request *req)
{
	return complaint_plan(&req->ctx, req->id, req->body);
}

static enum err
tell(struct request *req)
{
	return complaint_tell(&req->ctx, req->id, req->body);
}

/* Verbs without a body of their own: the operation says which, a reason comes with some. */
static enum err
move(struct request *req)
{
	return complaint_move(&req->ctx, req->id, req->op, req->operation->body ? req->body : NULL);
}

static enum err
update(struct request *req)
{
	return complaint_update(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route complaint_routes[] = {
	READ_ACTIONS(OP_listComplaints, &complaint_machine, PAGE(complaint_list)),
	READ_ACTIONS(OP_getComplaint,   &complaint_machine, ONE(complaint_get),
	  MANY(steps, complaint_steps)),
	COMMAND(OP_createComplaint,     create,  THEN(OP_getComplaint)),
	COMMAND(OP_assignComplaint,     assign,  THEN(OP_getComplaint)),
	COMMAND(OP_analyseComplaint,    analyse, THEN(OP_getComplaint)),
	COMMAND(OP_planComplaint,       plan,    THEN(OP_getComplaint)),
	COMMAND(OP_tellComplaint,       tell,    THEN(OP_getComplaint)),
	COMMAND(OP_confirmComplaint,    move,    THEN(OP_getComplaint)),
	COMMAND(OP_objectComplaint,     move,    THEN(OP_getComplaint)),
	COMMAND(OP_closeComplaint,      move,    THEN(OP_getComplaint)),
	COMMAND(OP_reopenComplaint,     move,    THEN(OP_getComplaint)),
	COMMAND(OP_withdrawComplaint,   move,    THEN(OP_getComplaint)),
	COMMAND(OP_archiveComplaint,    move,    THEN(OP_getComplaint)),
	COMMAND(OP_updateComplaint, update, THEN(OP_getComplaint)),
	ROUTES_END
};
/* clang-format on */
