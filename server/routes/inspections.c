/* SPDX-License-Identifier: Apache-2.0 */
/* Inspections and their templates. */
#include "inspection/inspection.h"

#include "routes/routes.h"

static enum err
create_template(struct request *req)
{
	return inspection_template_create(&req->ctx, req->body);
}

static enum err
update_template(struct request *req)
{
	return inspection_template_update(&req->ctx, req->id, req->body);
}

static enum err
revise_template(struct request *req)
{
	return inspection_template_revise(&req->ctx, req->id, req->body);
}

static enum err
create(struct request *req)
{
	return inspection_create(&req->ctx, req->body);
}

static enum err
update(struct request *req)
{
	return inspection_update(&req->ctx, req->id, req->body);
}

static enum err
submit(struct request *req)
{
	return inspection_submit(&req->ctx, req->id);
}

static enum err
sign(struct request *req)
{
	return inspection_sign(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route inspection_routes[] = {
	READ(OP_listInspectionTemplates,     PAGE(inspection_template_list)),
	READ(OP_getInspectionTemplate,       ONE(inspection_template_get),
	  MANY(items, inspection_template_items)),
	COMMAND(OP_createInspectionTemplate, create_template, THEN(OP_getInspectionTemplate)),
	COMMAND(OP_updateInspectionTemplate, update_template, THEN(OP_getInspectionTemplate)),
	COMMAND(OP_reviseInspectionTemplate, revise_template, THEN(OP_getInspectionTemplate)),
	READ_ACTIONS(OP_listInspections,     &inspection_machine, PAGE(inspection_list)),
	READ_ACTIONS(OP_getInspection,       &inspection_machine, ONE(inspection_get),
	  MANY(findings, inspection_findings)),
	COMMAND(OP_createInspection,         create,          THEN(OP_getInspection)),
	COMMAND(OP_updateInspection,         update,          THEN(OP_getInspection)),
	COMMAND(OP_submitInspection,         submit,          THEN(OP_getInspection)),
	COMMAND(OP_signInspection,           sign,            THEN(OP_getInspection)),
	ROUTES_END
};
/* clang-format on */
