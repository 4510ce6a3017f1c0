/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to suppliers and their offers. */
#include "purchase/supplier.h"

#include "event/event.h"
#include "event/search.h"
#include "org/org.h"

static const struct id chain;

static void
add_keys(struct ctx *ctx, struct id supplier, const char *code, const char *name)
{
	search_add(ctx, "number", code, "supplier", supplier, chain);
	search_add_name(ctx, name, false, "supplier", supplier, chain);
}

static enum err
check_days(struct ctx *ctx, const struct new_supplier_qualification *qualifications, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (qualifications[i].has_valid_from && qualifications[i].has_valid_to &&
		    qualifications[i].valid_to.days < qualifications[i].valid_from.days)
			return fail_with(
				ctx, ERR_BAD_VALUE,
				arena_printf(ctx->arena, "/qualifications/%zu/valid_to", i),
				"must not be before valid_from", NULL);
	return OK;
}

enum err
supplier_create(struct ctx *ctx, const struct create_supplier *in)
{
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (!err)
		err = check_days(ctx, in->qualifications, in->qualifications_count);
	if (err)
		return err;
	db_write(ctx, supplier_add, ARG(supplier_id, ctx->subject), BODY_ARG(create_supplier, in));
	db_write(ctx, supplier_qualifications_add, ARG(supplier_id, ctx->subject),
	         BODY_ARG(create_supplier, in));
	add_keys(ctx, ctx->subject, in->code, in->name);
	event_add(ctx, "supplier.created", chain, ctx->subject);
	return OK;
}

enum err
supplier_update(struct ctx *ctx, struct id id, const struct update_supplier *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, supplier_lock, id, &rows);

	if (!err)
		err = check_days(ctx, in->qualifications, in->qualifications_count);
	if (err)
		return err;
	db_write(ctx, supplier_update, ARG(id, id), BODY_ARG(update_supplier, in));
	if (in->has_qualifications) {
		db_write(ctx, supplier_qualifications_clear, ARG(supplier_id, id));
		db_write(ctx, supplier_qualifications_add, ARG(supplier_id, id),
		         BODY_ARG(update_supplier, in));
	}
	if (in->has_code || in->has_name) {
		search_clear(ctx, id, NULL);
		add_keys(ctx, id, in->has_code ? in->code : row_text(rows, 0, "code"),
		         in->has_name ? in->name : row_text(rows, 0, "name"));
	}
	event_add(ctx, "supplier.updated", chain, id);
	return OK;
}

enum err
supplier_offer_create(struct ctx *ctx, struct id id, const struct create_supplier_offer *in)
{
	struct rows *rows;
	struct id offer;
	enum err err = db_lock(ctx, supplier_lock, id, &rows);

	if (!err)
		err = new_id(ctx, in->id, &offer);
	if (!err)
		err = db_read(ctx, part_visible, &rows, ARG(id, in->part_id));
	if (!err && rows_count(rows) == 0)
		err = fail(ctx, ERR_NOT_FOUND, "/part_id");
	if (!err && in->has_valid_to && in->has_valid_from &&
	    in->valid_to.days <= in->valid_from.days)
		err = fail_with(ctx, ERR_BAD_VALUE, "/valid_to", "must be after valid_from", NULL);
	if (err)
		return err;
	db_write(ctx, supplier_offer_end_before, ARG(supplier_id, id),
	         BODY_ARG(create_supplier_offer, in));
	db_write(ctx, supplier_offer_add, ARG(offer_id, offer), ARG(supplier_id, id),
	         BODY_ARG(create_supplier_offer, in));
	event_add(ctx, "supplier.offered", chain, id);
	ctx->subject = offer;
	return OK;
}

enum err
supplier_offer_end(struct ctx *ctx, struct id id, const struct end_supplier_offer *in)
{
	struct rows *rows;
	enum err err = db_read(ctx, supplier_offer_lock, &rows, ARG(id, id),
	                       BODY_ARG(end_supplier_offer, in));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	if (row_bool(rows, 0, "over"))
		return fail_with(ctx, ERR_BAD_VALUE, "/valid_to", "must not be after its end",
		                 NULL);
	if (row_bool(rows, 0, "early"))
		return fail_with(ctx, ERR_BAD_VALUE, "/valid_to",
		                 "must not be before it begins to hold", NULL);
	ctx->subject = id;
	db_write(ctx, supplier_offer_end, ARG(id, id), BODY_ARG(end_supplier_offer, in));
	event_add(ctx, "supplier.offered", chain, row_id(rows, 0, "supplier_id"));
	return OK;
}
