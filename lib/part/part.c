/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to the list of parts, and the keys it is searched by. */
#include "part/part.h"

#include "event/event.h"
#include "event/search.h"
#include "org/org.h"
#include "part/key_part.h"
#include "part/part_number.h"
#include "part/part_scheme.h"
#include "part/price_adjustment.h"

static const struct id chain;

static void
add_keys(struct ctx *ctx, struct id part, const char *number_norm, const char *name)
{
	search_add(ctx, "part_number", number_norm, "part", part, chain);
	search_add_name(ctx, name, false, "part", part, chain);
}

/* The part that stands in the way of a number and brand. */
static enum err
refuse_duplicate(struct ctx *ctx, const char *number_norm, const char *brand)
{
	struct rows *rows;
	enum err err = db_read(ctx, part_by_number, &rows, ARG(number_norm, number_norm),
	                       ARG(brand, brand));

	if (err)
		return err;
	return rows_count(rows) ? fail_existing(ctx, "/number", "part", row_id(rows, 0, "id"))
	                        : fail(ctx, ERR_DUPLICATE, "/number");
}

static const char *
either(const char *told, const char *read)
{
	return told ? told : read;
}

/* What the number says, and over it what was told. */
static void
write_fields(struct ctx *ctx, struct id part, const char *number,
             const struct tell_number_fields *told)
{
	static const struct tell_number_fields nothing;
	struct part_scheme read;
	bool any;

	told = told ? told : &nothing;
	any = told->company || told->source || told->group || told->subgroup || told->piece ||
	      told->structure || told->change || told->repair;
	part_scheme_parse(ctx->arena, number, &read);
	db_write(ctx, part_fields_told, ARG(id, part), ARG(told, any),
	         ARG(company, either(told->company, read.company)),
	         ARG(source, either(told->source, read.source)),
	         ARG(group, either(told->group, read.group)),
	         ARG(subgroup, either(told->subgroup, read.subgroup)),
	         ARG(piece, either(told->piece, read.piece)),
	         ARG(structure, either(told->structure, read.structure)),
	         ARG(change, either(told->change, read.change)), ARG(repair, told->repair));
}

enum err
part_create(struct ctx *ctx, const struct create_part *in)
{
	const char *norm = part_number_normalise(ctx->arena, in->number);
	int64_t class_of_kind = 0;
	struct rows *rows;
	enum err err = new_id(ctx, in->id, &ctx->subject);

	if (!err)
		err = key_part_class(ctx, in->key_part_kind_id, true,
		                     in->has_key_class ? in->key_class : -1, &class_of_kind);
	if (!err)
		err = db_read(ctx, part_add, &rows, ARG(part_id, ctx->subject),
		              ARG(number_norm, norm), ARG(class_of_kind, class_of_kind),
		              BODY_ARG(create_part, in));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return refuse_duplicate(ctx, norm, in->brand);
	add_keys(ctx, ctx->subject, norm, in->name);
	write_fields(ctx, ctx->subject, in->number, in->number_fields);
	if (in->barcodes_count > 0)
		db_write(ctx, part_barcodes_add, ARG(part_id, ctx->subject),
		         TEXTS_ARG(barcodes, in->barcodes, in->barcodes_count));
	event_add(ctx, "part.created", chain, ctx->subject);
	return OK;
}

/* By hand, and at once. */
static enum err
change_price(struct ctx *ctx, struct id id, int64_t price, bool audited)
{
	enum err err = audited ? fail(ctx, ERR_PRICE_AUDITED, "/sale_price")
	                       : price_adjustments_supersede(ctx, &id, 1);

	if (!err)
		db_write(ctx, part_price_changed, ARG(change_id, id_new()), ARG(id, id),
		         ARG(sale_price, price));
	return err;
}

enum err
part_update(struct ctx *ctx, struct id id, const struct update_part *in)
{
	const char *norm = in->has_number ? part_number_normalise(ctx->arena, in->number) : NULL;
	int64_t class_of_kind = 0;
	struct rows *rows;
	enum err err = db_lock(ctx, part_lock, id, &rows);

	if (!err)
		err = key_part_class(ctx,
		                     in->has_key_part_kind_id ? in->key_part_kind_id
		                                              : row_id(rows, 0, "key_part_kind_id"),
		                     in->has_key_part_kind_id,
		                     in->has_key_class ? in->key_class : -1, &class_of_kind);
	if (!err && in->has_sale_price && in->sale_price != row_int(rows, 0, "sale_price"))
		err = change_price(ctx, id, in->sale_price, row_bool(rows, 0, "price_audited"));
	if (err)
		return err;
	db_write(ctx, part_update, ARG(id, id), ARG(number_norm, norm),
	         ARG(class_of_kind, class_of_kind), BODY_ARG(update_part, in));
	if (in->has_number || in->has_name) {
		search_clear(ctx, id, NULL);
		add_keys(ctx, id, norm ? norm : row_text(rows, 0, "number_norm"),
		         in->has_name ? in->name : row_text(rows, 0, "name"));
	}
	if (in->has_number || in->has_number_fields)
		write_fields(ctx, id, in->has_number ? in->number : row_text(rows, 0, "number"),
		             in->number_fields);
	if (in->has_barcodes) {
		db_write(ctx, part_barcodes_clear, ARG(id, id));
		db_write(ctx, part_barcodes_add, ARG(part_id, id),
		         TEXTS_ARG(barcodes, in->barcodes, in->barcodes_count));
	}
	event_add(ctx, "part.updated", chain, id);
	return OK;
}

enum err
part_replacement_create(struct ctx *ctx, struct id id, const struct add_part_replacement *in)
{
	struct rows *rows, *found;
	struct id replacement;
	enum err err = db_lock(ctx, part_lock, id, &rows);

	if (!err)
		err = new_id(ctx, in->id, &replacement);
	if (!err && id_equal(id, in->part_id))
		err = fail_with(ctx, ERR_BAD_VALUE, "/part_id", "must be another part", NULL);
	if (!err)
		err = db_read(ctx, part_replacement_turn, &rows, NO_ARGS);
	if (!err)
		err = db_read(ctx, part_replacement_check, &found, ARG(of_part_id, id),
		              BODY_ARG(add_part_replacement, in));
	if (err)
		return err;
	if (!row_bool(found, 0, "known"))
		return fail(ctx, ERR_NOT_FOUND, "/part_id");
	if (in->kind == PART_REPLACEMENT_KIND_SUCCESSOR && row_bool(found, 0, "circle"))
		return fail(ctx, ERR_REPLACEMENT_CIRCLE, "/part_id");
	db_write(ctx, part_replacement_add, ARG(replacement_id, replacement), ARG(of_part_id, id),
	         BODY_ARG(add_part_replacement, in));
	event_add(ctx, "part.replaced", chain, id);
	ctx->subject = replacement;
	return OK;
}

enum err
part_replacement_end(struct ctx *ctx, struct id id, const struct end_part_replacement *in)
{
	struct rows *rows;
	enum err err = db_read(ctx, part_replacement_lock, &rows, ARG(id, id),
	                       BODY_ARG(end_part_replacement, in));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, NULL);
	if (row_bool(rows, 0, "over"))
		return fail_with(ctx, ERR_BAD_VALUE, "/valid_to", "must not be after its end",
		                 NULL);
	ctx->subject = id;
	db_write(ctx, part_replacement_end, ARG(id, id), BODY_ARG(end_part_replacement, in));
	event_add(ctx, "part.replaced", chain, row_id(rows, 0, "of_part_id"));
	return OK;
}

enum err
part_fitments_replace(struct ctx *ctx, struct id id, const struct set_part_fitments *in)
{
	struct id *ids;
	struct rows *rows;
	enum err err = db_lock(ctx, part_lock, id, &rows);

	for (size_t i = 0; !err && i < in->fitments_count; i++)
		if (in->fitments[i].year_from > in->fitments[i].year_to &&
		    in->fitments[i].has_year_to)
			err = fail_with(ctx, ERR_BAD_VALUE,
			                arena_printf(ctx->arena, "/fitments/%zu/year_to", i),
			                "must not be before year_from", NULL);
	if (err)
		return err;
	ids = arena_array(ctx->arena, in->fitments_count + 1, sizeof(*ids));
	for (size_t i = 0; i < in->fitments_count; i++)
		ids[i] = id_new();
	db_write(ctx, part_fitments_clear, ARG(id, id));
	db_write(ctx, part_fitments_set, ARG(part_id, id),
	         IDS_ARG(fitment_ids, ids, in->fitments_count), BODY_ARG(set_part_fitments, in));
	db_write(ctx, part_touch, ARG(id, id));
	event_add(ctx, "part.updated", chain, id);
	return OK;
}

enum err
parts_check(struct ctx *ctx, const struct id *parts, size_t count)
{
	struct rows *unknown;
	enum err err = db_read(ctx, part_unknown, &unknown, IDS_ARG(part_ids, parts, count));

	for (size_t i = 0; !err && i < rows_count(unknown); i++)
		note_failure(ctx, ERR_NOT_FOUND,
		             arena_printf(ctx->arena, "/lines/%lld/part_id",
		                          (long long)row_int(unknown, i, "position")),
		             NULL, NULL);
	if (err)
		return err;
	return rows_count(unknown) ? ERR_NOT_FOUND : OK;
}
