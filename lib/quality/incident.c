/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents stay open until those who have to know have been told. */
#include "quality/incident.h"

#include "event/event.h"
#include "org/org.h"

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_tellIncidentOwner,   FROM(INCIDENT_STATUS_OPEN), 0 },
	{ OP_tellIncidentInsurer, FROM(INCIDENT_STATUS_OPEN), 0 },
	{ OP_closeIncident,       FROM(INCIDENT_STATUS_OPEN), INCIDENT_STATUS_CLOSED },
};
/* clang-format on */

const struct machine incident_machine = MACHINE("status", incident_status, moves);

static enum err
check_past(struct ctx *ctx, bool sent, struct utc at, const char *pointer)
{
	return sent && at.us > ctx->now.us
	               ? fail_with(ctx, ERR_BAD_VALUE, pointer, "must not be in the future", NULL)
	               : OK;
}

/* The visit whose car is concerned, as said or the order's. */
static enum err
find_visit(struct ctx *ctx, struct id store, const struct report_incident *in, struct id *visit)
{
	struct rows *rows;
	enum err err;

	*visit = in->reception_id;
	if (!in->has_work_order_id)
		return OK;
	err = db_read(ctx, incident_order, &rows, ARG(store_id, store),
	              ARG(work_order_id, in->work_order_id));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/work_order_id");
	*visit = row_id(rows, 0, "reception_id");
	return in->has_reception_id && !id_equal(in->reception_id, *visit)
	               ? fail_with(ctx, ERR_BAD_VALUE, "/reception_id", "is not the order's", NULL)
	               : OK;
}

enum err
incident_report(struct ctx *ctx, const struct report_incident *in)
{
	const char *number;
	struct id id, store, visit;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &id);
	if (!err)
		err = check_past(ctx, in->has_happened_at, in->happened_at, "/happened_at");
	if (!err)
		err = find_visit(ctx, store, in, &visit);
	if (!err)
		err = document_number(ctx, store, "IC", &number);
	if (err)
		return err;
	db_write(ctx, incident_add, ARG(incident_id, id), ARG(store_id, store), ARG(number, number),
	         ARG(visit_id, visit), BODY_ARG(report_incident, in));
	event_add(ctx, "incident.reported", store, id);
	ctx->subject = id;
	return OK;
}

static enum err
begin(struct ctx *ctx, struct id id, enum op op, struct rows **rows)
{
	int to;
	enum err err = db_lock(ctx, incident_lock, id, rows);

	ctx->subject = id;
	return err ? err
	           : machine_check(ctx, &incident_machine, op,
	                           row_enum(*rows, 0, "status", &incident_status_enum), &to);
}

enum err
incident_update(struct ctx *ctx, struct id id, const struct update_incident *in)
{
	struct rows *rows = NULL;
	int status = 0, to = 0;
	enum err err = db_lock(ctx, incident_lock, id, &rows);

	if (err)
		return err;
	/* no verb of the machine's, so this tells state and verbs */
	status = row_enum(rows, 0, "status", &incident_status_enum);
	if (status != INCIDENT_STATUS_OPEN)
		return machine_check(ctx, &incident_machine, OP_updateIncident, status, &to);
	db_write(ctx, incident_update, ARG(id, id), BODY_ARG(update_incident, in));
	event_add(ctx, "incident.updated", row_id(rows, 0, "store_id"), id);
	ctx->subject = id;
	return OK;
}

enum err
incident_tell_owner(struct ctx *ctx, struct id id, const struct tell_incident_owner *in)
{
	struct rows *rows;
	enum err err = begin(ctx, id, OP_tellIncidentOwner, &rows);

	if (!err)
		err = check_past(ctx, in->has_at, in->at, "/at");
	if (err)
		return err;
	db_write(ctx, incident_tell_owner, ARG(id, id), BODY_ARG(tell_incident_owner, in));
	event_add(ctx, "incident.owner_told", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
incident_tell_insurer(struct ctx *ctx, struct id id, const struct tell_incident_insurer *in)
{
	struct rows *rows;
	enum err err = begin(ctx, id, OP_tellIncidentInsurer, &rows);

	if (!err)
		err = check_past(ctx, in->has_at, in->at, "/at");
	if (err)
		return err;
	db_write(ctx, incident_tell_insurer, ARG(id, id), BODY_ARG(tell_incident_insurer, in));
	event_add(ctx, "incident.insurer_told", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
incident_close(struct ctx *ctx, struct id id, const struct close_incident *in)
{
	struct rows *rows;
	enum err err = begin(ctx, id, OP_closeIncident, &rows);

	if (err)
		return err;
	if (row_bool(rows, 0, "has_owner") && row_is_null(rows, 0, "owner_told_at"))
		return fail_with(ctx, ERR_UNTOLD, NULL, "owner", NULL);
	if (row_enum(rows, 0, "severity", &incident_severity_enum) == INCIDENT_SEVERITY_SERIOUS &&
	    row_is_null(rows, 0, "insurer_told_at"))
		return fail_with(ctx, ERR_UNTOLD, NULL, "insurer", NULL);
	db_write(ctx, incident_close, ARG(id, id), BODY_ARG(close_incident, in));
	event_add(ctx, "incident.closed", row_id(rows, 0, "store_id"), id);
	return OK;
}
