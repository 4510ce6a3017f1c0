/* SPDX-License-Identifier: Apache-2.0 */
/* Shifts, absences, skills, certificates. */
#include "staff/roster.h"

#include "reply.h"
#include "routes/routes.h"

static enum err
create_shift(struct request *req)
{
	return shift_create(&req->ctx, req->id, req->body);
}

static enum err
update_shift(struct request *req)
{
	return shift_update(&req->ctx, req->id, req->body);
}

static enum err
cancel_shift(struct request *req)
{
	const struct cancel_rostered *in = req->body;

	return shift_cancel(&req->ctx, req->id, in ? in->reason : NULL);
}

static enum err
create_absence(struct request *req)
{
	return absence_create(&req->ctx, req->id, req->body);
}

static enum err
update_absence(struct request *req)
{
	return absence_update(&req->ctx, req->id, req->body);
}

static enum err
cancel_absence(struct request *req)
{
	return absence_cancel(&req->ctx, req->id);
}

static enum err
set_skills(struct request *req)
{
	return staff_set_skills(&req->ctx, req->id, req->body);
}

static enum err
create_certificate(struct request *req)
{
	return certificate_create(&req->ctx, req->id, req->body);
}

static enum err
update_certificate(struct request *req)
{
	return certificate_update(&req->ctx, req->id, req->body);
}

static enum err
delete_certificate(struct request *req)
{
	const struct delete_certificate_params *params = req->params;

	return certificate_delete(&req->ctx, req->id, params->reason);
}

/* A person's list is everybody's with the person of the path as a filter. */
enum err
route_of_person(struct request *req)
{
	req->args[0] = ARG(staff_id, req->id);
	req->args_count = 1;
	return OK;
}

static void
write_shift_actions(struct buf *out, const struct rows *rows, size_t row, void *req)
{
	reply_actions(out, rows, row, req, &shift_machine);
}

static void
write_absence_actions(struct buf *out, const struct rows *rows, size_t row, void *req)
{
	reply_actions(out, rows, row, req, &absence_machine);
}

/* clang-format off */
const struct route roster_routes[] = {
	READ_ACTIONS(OP_listShifts,           &shift_machine,     PAGE(shift_list)),
	READ_PREPARED(OP_listStaffShifts,     route_of_person,          write_shift_actions,
	  UNDER(staff_visible), PAGE(shift_list)),
	READ_ACTIONS(OP_getShift,             &shift_machine,     ONE(shift_get),
	  MANY(broken_appointments, shift_broken)),
	COMMAND(OP_createShift,               create_shift,       THEN(OP_getShift)),
	COMMAND(OP_updateShift,               update_shift,       THEN(OP_getShift)),
	COMMAND(OP_cancelShift,               cancel_shift,       THEN(OP_getShift)),
	READ_ACTIONS(OP_listAbsences,         &absence_machine,   PAGE(absence_list)),
	READ_PREPARED(OP_listStaffAbsences,   route_of_person,          write_absence_actions,
	  UNDER(staff_visible), PAGE(absence_list)),
	READ_ACTIONS(OP_getAbsence,           &absence_machine,   ONE(absence_get),
	  MANY(broken_appointments, absence_broken)),
	COMMAND(OP_createAbsence,             create_absence,     THEN(OP_getAbsence)),
	COMMAND(OP_updateAbsence,             update_absence,     THEN(OP_getAbsence)),
	COMMAND(OP_cancelAbsence,             cancel_absence,     THEN(OP_getAbsence)),
	READ(OP_listSkills,                   PAGE(skill_list)),
	READ_PREPARED(OP_listStaffSkills,     route_of_person,          NULL,
	  UNDER(staff_visible), PAGE(skill_list)),
	COMMAND(OP_setStaffSkills,            set_skills,         THEN(OP_getStaff)),
	READ(OP_listCertificates,             PAGE(certificate_list)),
	READ_PREPARED(OP_listStaffCertificates, route_of_person,        NULL,
	  UNDER(staff_visible), PAGE(certificate_list)),
	READ(OP_getCertificate,               ONE(certificate_get)),
	COMMAND(OP_createCertificate,         create_certificate, THEN(OP_getCertificate)),
	COMMAND(OP_updateCertificate,         update_certificate, THEN(OP_getCertificate)),
	COMMAND(OP_deleteCertificate,         delete_certificate, OP_NONE),
	READ(OP_getStaffing,                  ONE(staffing)),
	READ(OP_listBrokenAppointments,       PAGE(broken_list)),
	ROUTES_END
};
/* clang-format on */
