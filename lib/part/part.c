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
refuse_duplicate(struct ctx *ctx, const struct create_part *in)
{
	struct rows *rows;
	enum err err = db_read(ctx, part_by_number, &rows,
	                       ARG(number_norm, part_number_normalise(ctx->arena, in->number)),
	                       ARG(brand, in->brand));

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

/* What a number says, and over it what was told. */
struct told {
	struct part_scheme says;
	const char *scheme, *repair;
};

static struct told
tell_fields(struct ctx *ctx, const char *number, const struct tell_number_fields *told)
{
	static const struct tell_number_fields nothing;
	struct told t;
	bool any;

	told = told ? told : &nothing;
	any = told->company || told->source || told->group || told->subgroup || told->piece ||
	      told->structure || told->change || told->repair;
	part_scheme_parse(ctx->arena, number, &t.says);
	t.says.company = either(told->company, t.says.company);
	t.says.source = either(told->source, t.says.source);
	t.says.group = either(told->group, t.says.group);
	t.says.subgroup = either(told->subgroup, t.says.subgroup);
	t.says.piece = either(told->piece, t.says.piece);
	t.says.structure = either(told->structure, t.says.structure);
	t.says.change = either(told->change, t.says.change);
	t.repair = told->repair;
	t.scheme = any ? "told" : t.says.group ? "qc_t_265" : NULL;
	return t;
}

static void
write_fields(struct ctx *ctx, struct id part, const char *number,
             const struct tell_number_fields *told)
{
	struct told t = tell_fields(ctx, number, told);

	db_write(ctx, part_fields_told, ARG(id, part), ARG(scheme, t.scheme),
	         ARG(company, t.says.company), ARG(source, t.says.source), ARG(group, t.says.group),
	         ARG(subgroup, t.says.subgroup), ARG(piece, t.says.piece),
	         ARG(structure, t.says.structure), ARG(change, t.says.change),
	         ARG(repair, t.repair));
}

/* Barcodes of parts, gathered for one statement. */
struct codes {
	size_t count;
	const char **codes;
	struct id *parts;
};

static void
codes_init(struct ctx *ctx, struct codes *c, size_t most)
{
	*c = (struct codes){ 0 };
	c->codes = arena_array(ctx->arena, most + 1, sizeof(*c->codes));
	c->parts = arena_array(ctx->arena, most + 1, sizeof(*c->parts));
}

static void
codes_add(struct codes *c, struct id part, const char *const *codes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		c->codes[c->count] = codes[i];
		c->parts[c->count++] = part;
	}
}

static void
codes_write(struct ctx *ctx, const struct codes *c)
{
	if (c->count > 0)
		db_write(ctx, part_barcodes_add, TEXTS_ARG(barcodes, c->codes, c->count),
		         IDS_ARG(part_ids, c->parts, c->count));
}

/* Beside the bodies, what is told of each part: columns of one statement. */
enum {
	NORM,
	SCHEME,
	COMPANY,
	SOURCE,
	GROUP,
	SUBGROUP,
	PIECE,
	STRUCTURE,
	CHANGE,
	REPAIR,
	TEXTS
};

enum err
parts_create(struct ctx *ctx, const struct create_part *in, size_t count, struct id *ids,
             struct failure *wrong)
{
	int64_t *classes = arena_array(ctx->arena, count, sizeof(*classes));
	const char **texts[TEXTS];
	size_t codes_count = 0;
	struct codes codes;
	struct rows *rows;
	enum err err = OK;

	for (size_t k = 0; k < TEXTS; k++)
		texts[k] = arena_array(ctx->arena, count, sizeof(*texts[k]));
	for (size_t i = 0; !err && i < count; i++) {
		struct told t = tell_fields(ctx, in[i].number, in[i].number_fields);
		const char *of_part[TEXTS] = { part_number_normalise(ctx->arena, in[i].number),
			                       t.scheme,
			                       t.says.company,
			                       t.says.source,
			                       t.says.group,
			                       t.says.subgroup,
			                       t.says.piece,
			                       t.says.structure,
			                       t.says.change,
			                       t.repair };

		for (size_t k = 0; k < TEXTS; k++)
			texts[k][i] = of_part[k];
		err = new_id(ctx, in[i].id, &ids[i]);
		if (!err)
			err = key_part_class(ctx, in[i].key_part_kind_id, true,
			                     in[i].has_key_class ? in[i].key_class : -1,
			                     &classes[i]);
	}
	if (!err)
		err = db_read(ctx, part_add, &rows, BODIES_ARG(parts, create_part, in, count),
		              IDS_ARG(part_ids, ids, count),
		              TEXTS_ARG(numbers_norm, texts[NORM], count),
		              INTS_ARG(classes_of_kind, classes, count),
		              TEXTS_ARG(schemes, texts[SCHEME], count),
		              TEXTS_ARG(companies, texts[COMPANY], count),
		              TEXTS_ARG(sources, texts[SOURCE], count),
		              TEXTS_ARG(groups, texts[GROUP], count),
		              TEXTS_ARG(subgroups, texts[SUBGROUP], count),
		              TEXTS_ARG(pieces, texts[PIECE], count),
		              TEXTS_ARG(structures, texts[STRUCTURE], count),
		              TEXTS_ARG(changes, texts[CHANGE], count),
		              TEXTS_ARG(repairs, texts[REPAIR], count));
	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		codes_count += in[i].barcodes_count;
	codes_init(ctx, &codes, codes_count);
	event_gather(ctx);
	for (size_t i = 0, added = 0; i < count; i++) {
		/* they come back in their order, without those that are there already */
		if (added == rows_count(rows) || !id_equal(row_id(rows, added, "id"), ids[i])) {
			ids[i] = (struct id){ { 0 } };
			wrong[i] = (struct failure){ .err = ERR_DUPLICATE, .pointer = "/number" };
			continue;
		}
		added++;
		wrong[i] = (struct failure){ 0 };
		add_keys(ctx, ids[i], texts[NORM][i], in[i].name);
		codes_add(&codes, ids[i], in[i].barcodes, in[i].barcodes_count);
		event_add_new(ctx, "part.created", chain, ids[i]);
	}
	event_write(ctx);
	codes_write(ctx, &codes);
	return OK;
}

enum err
part_create(struct ctx *ctx, const struct create_part *in)
{
	struct failure wrong;
	enum err err = parts_create(ctx, in, 1, &ctx->subject, &wrong);

	return err || !wrong.err ? err : refuse_duplicate(ctx, in);
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

/* The value of what is there would not follow. */
static enum err
check_costing(struct ctx *ctx, struct id id)
{
	struct rows *rows;
	enum err err = db_read(ctx, part_stocked, &rows, ARG(id, id));

	if (err)
		return err;
	return row_bool(rows, 0, "in_stock") ? fail(ctx, ERR_PART_IN_STOCK, "/costing") : OK;
}

enum err
part_update(struct ctx *ctx, struct id id, const struct update_part *in)
{
	const char *norm = in->has_number ? part_number_normalise(ctx->arena, in->number) : NULL;
	int64_t class_of_kind = 0;
	struct codes codes;
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
	if (!err && in->has_costing &&
	    (int)in->costing != row_enum(rows, 0, "costing", &part_costing_enum))
		err = check_costing(ctx, id);
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
		codes_init(ctx, &codes, in->barcodes_count);
		codes_add(&codes, id, in->barcodes, in->barcodes_count);
		codes_write(ctx, &codes);
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
