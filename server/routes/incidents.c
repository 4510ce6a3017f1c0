/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents in the workshop. */
#include "quality/incident.h"
#include "routes/routes.h"

static enum err
report(struct request *req)
{
	return incident_report(&req->ctx, req->body);
}

static enum err
update(struct request *req)
{
	return incident_update(&req->ctx, req->id, req->body);
}

static enum err
tell_owner(struct request *req)
{
	return incident_tell_owner(&req->ctx, req->id, req->body);
}

static enum err
tell_insurer(struct request *req)
{
	return incident_tell_insurer(&req->ctx, req->id, req->body);
}

static enum err
close_it(struct request *req)
{
	return incident_close(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route incident_routes[] = {
	READ_ACTIONS(OP_listIncidents,  &incident_machine, PAGE(incident_list)),
	READ_ACTIONS(OP_getIncident,    &incident_machine, ONE(incident_get)),
	COMMAND(OP_reportIncident,      report,       THEN(OP_getIncident)),
	COMMAND(OP_updateIncident,      update,       THEN(OP_getIncident)),
	COMMAND(OP_tellIncidentOwner,   tell_owner,   THEN(OP_getIncident)),
	COMMAND(OP_tellIncidentInsurer, tell_insurer, THEN(OP_getIncident)),
	COMMAND(OP_closeIncident,       close_it,     THEN(OP_getIncident)),
	ROUTES_END
};
/* clang-format on */
