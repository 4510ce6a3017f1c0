/* SPDX-License-Identifier: Apache-2.0 */
/* Skills and certificates. */
#include <string.h>

#include "event/event.h"
#include "org/org.h"
#include "staff/roster.h"
#include "staff/staff.h"

enum err
staff_set_skills(struct ctx *ctx, struct id staff, const struct set_staff_skills *in)
{
	struct id *ids = arena_array(ctx->arena, in->skills_count + 1, sizeof(*ids));
	struct id store = { { 0 } };
	enum err err = staff_home(ctx, staff, &store);

	for (size_t i = 0; !err && i < in->skills_count; i++) {
		ids[i] = id_new();
		for (size_t k = 0; k < i; k++)
			if (strcmp(in->skills[k].skill, in->skills[i].skill) == 0)
				return failf(ctx, ERR_NOT_UNIQUE, "/skills/%zu/skill", i);
	}
	if (err)
		return err;
	db_write(ctx, skills_drop, ARG(id, staff), BODY_ARG(set_staff_skills, in));
	db_write(ctx, skills_set, ARG(id, staff), ARG(store_id, store),
	         IDS_ARG(skill_ids, ids, in->skills_count), BODY_ARG(set_staff_skills, in));
	db_write(ctx, staff_touch, ARG(id, staff));
	event_add(ctx, "staff.skills_set", store, staff);
	return OK;
}

/* Its last day may be the first one; without one it does not expire. */
static enum err
check_days(struct ctx *ctx, struct date valid_from, struct date expires_on)
{
	if (expires_on.set && expires_on.days < valid_from.days)
		return fail_with(ctx, ERR_BAD_VALUE, "/expires_on", "must not be before valid_from",
		                 NULL);
	return OK;
}

enum err
certificate_create(struct ctx *ctx, struct id staff, const struct create_certificate *in)
{
	struct id store = { { 0 } }, id = { { 0 } };
	enum err err = new_id(ctx, in->id, &id);

	if (!err)
		err = staff_home(ctx, staff, &store);
	if (!err)
		err = check_days(ctx, in->valid_from, in->expires_on);
	if (err)
		return err;
	ctx->subject = id;
	db_write(ctx, certificate_add, ARG(certificate_id, id), ARG(store_id, store),
	         ARG(staff_id, staff), BODY_ARG(create_certificate, in));
	event_add_new(ctx, "certificate.recorded", store, id);
	return OK;
}

enum err
certificate_update(struct ctx *ctx, struct id id, const struct update_certificate *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, certificate_lock, id, &rows);

	if (!err)
		err = check_days(
			ctx, in->has_valid_from ? in->valid_from : row_date(rows, 0, "valid_from"),
			in->has_expires_on ? in->expires_on : row_date(rows, 0, "expires_on"));
	if (err)
		return err;
	db_write(ctx, certificate_update, ARG(id, id), BODY_ARG(update_certificate, in));
	event_add(ctx, "certificate.changed", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
certificate_delete(struct ctx *ctx, struct id id, const char *reason)
{
	struct rows *rows;
	enum err err = db_lock(ctx, certificate_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, certificate_delete, ARG(id, id), ARG(reason, reason));
	event_add(ctx, "certificate.deleted", row_id(rows, 0, "store_id"), id);
	return OK;
}
