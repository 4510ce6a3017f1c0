/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to regions, stores and what belongs to them. */
#include "org/org.h"

#include <string.h>

#include "event/event.h"

enum err
new_id(struct ctx *ctx, struct id sent, struct id *id)
{
	*id = id_is_none(sent) ? id_new() : sent;
	if (id_version(*id) != 7)
		return fail_with(ctx, ERR_BAD_VALUE, "/id", "must be a UUIDv7", NULL);
	return OK;
}

enum err
region_create(struct ctx *ctx, const struct create_region *in)
{
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (err)
		return err;
	db_write(ctx, region_add, ARG(id, ctx->subject), BODY_ARG(create_region, in));
	event_add(ctx, "region.created", (struct id){ { 0 } }, ctx->subject);
	return OK;
}

enum err
region_update(struct ctx *ctx, struct id id, const struct update_region *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, region_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, region_update, ARG(id, id), BODY_ARG(update_region, in));
	event_add(ctx, "region.updated", (struct id){ { 0 } }, id);
	return OK;
}

enum err
region_delete(struct ctx *ctx, struct id id, const char *reason)
{
	struct rows *rows;
	enum err err = db_lock(ctx, region_lock_to_delete, id, &rows);

	if (err)
		return err;
	/* a statement of its own: it sees what was committed while the lock was waited for */
	err = db_read(ctx, region_first_store, &rows, ARG(id, id));
	if (err)
		return err;
	if (rows_count(rows) > 0)
		return fail_with(ctx, ERR_IN_USE, NULL, row_text(rows, 0, "code"), NULL);
	db_write(ctx, region_delete, ARG(id, id), ARG(reason, reason));
	event_add(ctx, "region.deleted", (struct id){ { 0 } }, id);
	return OK;
}

/* A region that was removed stays in the table, so the foreign key alone would let it through. */
static enum err
check_region(struct ctx *ctx, struct id region)
{
	struct rows *rows;
	enum err err = db_read(ctx, region_usable, &rows, ARG(region_id, region));

	if (err)
		return err;
	return rows_count(rows) == 1 ? OK : fail(ctx, ERR_NOT_FOUND, "/region_id");
}

static enum err
store_lock(struct ctx *ctx, struct id id)
{
	struct rows *rows;

	return db_lock(ctx, store_lock, id, &rows);
}

enum err
store_create(struct ctx *ctx, const struct create_store *in)
{
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (!err)
		err = check_region(ctx, in->region_id);
	if (err)
		return err;
	db_write(ctx, store_add, ARG(id, ctx->subject), BODY_ARG(create_store, in));
	db_write(ctx, store_policy_add, ARG(id, ctx->subject));
	db_write(ctx, store_hours_default, ARG(id, ctx->subject));
	db_write(ctx, store_warehouse_add, ARG(id, ctx->subject), ARG(warehouse_id, id_new()));
	event_add(ctx, "store.created", ctx->subject, ctx->subject);
	return OK;
}

enum err
store_update(struct ctx *ctx, struct id id, const struct update_store *in)
{
	enum err err = store_lock(ctx, id);

	/* they decide whose rights reach into the store, and whose prices it has */
	if (!err && (in->has_kind || in->has_region_id || in->has_store_class) && !ctx->scope->hq)
		err = fail_with(ctx, ERR_FORBIDDEN,
		                in->has_kind        ? "/kind"
		                : in->has_region_id ? "/region_id"
		                                    : "/store_class",
		                arena_printf(ctx->arena, "%s (chain)",
		                             enum_code(&permission_enum, PERMISSION_STORE_WRITE)),
		                NULL);
	if (!err && in->has_region_id)
		err = check_region(ctx, in->region_id);
	if (err)
		return err;
	db_write(ctx, store_update, ARG(id, id), BODY_ARG(update_store, in));
	event_add(ctx, "store.updated", id, id);
	return OK;
}

enum err
store_set_hours(struct ctx *ctx, struct id id, const struct set_store_hours *in)
{
	enum err err = store_lock(ctx, id);

	if (err)
		return err;
	for (size_t i = 0; i < in->hours_count; i++)
		if (strcmp(in->hours[i].opens, in->hours[i].closes) >= 0)
			return failf(ctx, ERR_BAD_VALUE, "/hours/%zu/closes", i);
	db_write(ctx, store_hours_clear, ARG(id, id));
	db_write(ctx, store_hours_set, ARG(id, id), BODY_ARG(set_store_hours, in));
	db_write(ctx, store_touch, ARG(id, id));
	event_add(ctx, "store.updated", id, id);
	return OK;
}

enum err
store_add_holiday(struct ctx *ctx, struct id id, const struct add_store_holiday *in)
{
	enum err err = store_lock(ctx, id);

	if (err)
		return err;
	if (in->has_opens != in->has_closes ||
	    (in->has_opens && strcmp(in->opens, in->closes) >= 0))
		return fail_with(ctx, ERR_BAD_VALUE, "/closes",
		                 "must be after opens, and both be given", NULL);
	db_write(ctx, store_holiday_add, ARG(id, id), BODY_ARG(add_store_holiday, in));
	db_write(ctx, store_touch, ARG(id, id));
	event_add(ctx, "store.updated", id, id);
	return OK;
}

enum err
store_remove_holiday(struct ctx *ctx, struct id id, struct date date)
{
	struct rows *removed;
	enum err err = store_lock(ctx, id);

	if (!err)
		err = db_read(ctx, store_holiday_remove, &removed, ARG(id, id), ARG(date, date));
	if (err)
		return err;
	if (rows_count(removed) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	db_write(ctx, store_touch, ARG(id, id));
	event_add(ctx, "store.updated", id, id);
	return OK;
}

enum err
store_update_policies(struct ctx *ctx, struct id id, const struct update_store_policies *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, store_policies_lock, id, &rows);

	for (size_t i = 0; !err && i < in->discount_limits_count; i++)
		for (size_t k = 0; !err && k < i; k++)
			if (in->discount_limits[k].role == in->discount_limits[i].role)
				err = failf(ctx, ERR_NOT_UNIQUE, "/discount_limits/%zu/role", i);
	for (size_t i = 0; !err && i < in->purchase_limits_count; i++)
		for (size_t k = 0; !err && k < i; k++)
			if (in->purchase_limits[k].role == in->purchase_limits[i].role)
				err = failf(ctx, ERR_NOT_UNIQUE, "/purchase_limits/%zu/role", i);
	if (err)
		return err;
	if (in->has_purchase_limits) {
		db_write(ctx, purchase_limits_clear, ARG(id, id));
		db_write(ctx, purchase_limits_set, ARG(id, id),
		         BODY_ARG(update_store_policies, in));
	}
	if (in->has_discount_limits) {
		db_write(ctx, discount_limits_clear, ARG(id, id));
		db_write(ctx, discount_limits_set, ARG(id, id),
		         BODY_ARG(update_store_policies, in));
	}
	db_write(ctx, store_policies_update, ARG(id, id), BODY_ARG(update_store_policies, in));
	if (in->has_booking_limits)
		db_write(ctx, store_booking_limits_remove, ARG(id, id));
	for (size_t i = 0; i < in->booking_limits_count; i++)
		db_write(ctx, store_booking_limit_add, ARG(id, id),
		         BODY_ARG(new_booking_limit, &in->booking_limits[i]));
	event_add(ctx, "store.updated", id, id);
	return OK;
}

enum err
bay_create(struct ctx *ctx, struct id store, const struct create_bay *in)
{
	struct id bay;
	enum err err = store_lock(ctx, store);

	if (!err)
		err = new_id(ctx, in->id, &bay);
	if (err)
		return err;
	db_write(ctx, bay_add, ARG(id, store), ARG(bay_id, bay), BODY_ARG(create_bay, in));
	event_add(ctx, "bay.created", store, bay);
	ctx->subject = bay;
	return OK;
}

enum err
bay_update(struct ctx *ctx, struct id id, const struct update_bay *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, bay_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, bay_update, ARG(id, id), BODY_ARG(update_bay, in));
	event_add(ctx, "bay.updated", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
bay_delete(struct ctx *ctx, struct id id, const char *reason)
{
	struct rows *rows, *users;
	enum err err;

	/* bookings of it stand in line here: each is seen by the look below, or sees it gone */
	db_write(ctx, bay_wait, ARG(id, id));
	err = db_lock(ctx, bay_lock, id, &rows);
	if (!err)
		err = db_read(ctx, bay_first_user, &users, ARG(id, id));
	if (err)
		return err;
	if (rows_count(users) > 0)
		return fail_with(ctx, ERR_IN_USE, NULL, row_text(users, 0, "number"), NULL);
	db_write(ctx, bay_delete, ARG(id, id), ARG(reason, reason));
	event_add(ctx, "bay.deleted", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
document_number(struct ctx *ctx, struct id store, const char *kind, const char **number)
{
	struct rows *rows;
	enum err err =
		db_read(ctx, document_number_next, &rows, ARG(store_id, store), ARG(kind, kind));

	if (err)
		return err;
	if (row_is_null(rows, 0, "number"))
		return fail(ctx, ERR_NOT_FOUND, "/store_id");
	*number = row_text(rows, 0, "number");
	return OK;
}
