/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to price lists and their prices; each price that changes leaves a row in the ledger. */
#include "price/price.h"

#include <stdlib.h>
#include <string.h>

#include "event/event.h"
#include "org/org.h"

static const struct id chain;

/* Prices of a body, one array for each column. */
struct prices {
	struct id *operations, *parts, *changes;
	const char **bases;
	int64_t *amounts;
	size_t count;
};

static enum err
check_days(struct ctx *ctx, struct date from, struct date to)
{
	if (to.set && to.days < from.days)
		return fail_with(ctx, ERR_BAD_VALUE, "/valid_to", "must not be before valid_from",
		                 NULL);
	return OK;
}

/* An operation by the hour or as a whole, a part by the piece. */
static enum err
check_price(struct ctx *ctx, const struct new_listed_price *in, size_t i, enum price_basis *basis)
{
	enum price_basis usual = in->has_part_id ? PRICE_BASIS_PIECE : PRICE_BASIS_HOUR;

	if (in->has_operation_id == in->has_part_id)
		return fail_with(ctx, ERR_ONE_OF,
		                 arena_printf(ctx->arena, "/prices/%zu/operation_id", i),
		                 "operation_id, part_id", NULL);
	*basis = in->has_basis ? in->basis : usual;
	if ((*basis == PRICE_BASIS_PIECE) != in->has_part_id)
		return fail_with(ctx, ERR_BAD_VALUE,
		                 arena_printf(ctx->arena, "/prices/%zu/basis", i),
		                 in->has_part_id ? "must be piece for a part"
		                                 : "must be hour or fixed for an operation",
		                 NULL);
	return OK;
}

static enum err
check_known(struct ctx *ctx, const struct prices *prices)
{
	struct rows *unknown;
	enum err err = db_read(ctx, listed_price_unknown, &unknown,
	                       IDS_ARG(operation_ids, prices->operations, prices->count),
	                       IDS_ARG(part_ids, prices->parts, prices->count));

	for (size_t i = 0; !err && i < rows_count(unknown); i++)
		note_failure(ctx, ERR_NOT_FOUND,
		             arena_printf(ctx->arena, "/prices/%lld/%s",
		                          (long long)row_int(unknown, i, "position"),
		                          row_bool(unknown, i, "is_operation") ? "operation_id"
		                                                               : "part_id"),
		             NULL, NULL);
	if (err)
		return err;
	return rows_count(unknown) ? ERR_NOT_FOUND : OK;
}

static int
compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct id));
}

static enum err
check_unique(struct ctx *ctx, const struct prices *prices)
{
	struct id *ids = arena_array(ctx->arena, prices->count + 1, sizeof(*ids));
	struct id twice = { { 0 } };
	size_t seen = 0;

	for (size_t i = 0; i < prices->count; i++)
		ids[i] = id_is_none(prices->parts[i]) ? prices->operations[i] : prices->parts[i];
	qsort(ids, prices->count, sizeof(*ids), compare_ids);
	for (size_t i = 1; i < prices->count; i++)
		if (id_equal(ids[i], ids[i - 1]))
			twice = ids[i];
	if (id_is_none(twice))
		return OK;
	for (size_t i = 0; i < prices->count; i++) {
		bool is_part = id_equal(prices->parts[i], twice);

		if ((is_part || id_equal(prices->operations[i], twice)) && ++seen == 2)
			return failf(ctx, ERR_NOT_UNIQUE, "/prices/%zu/%s", i,
			             is_part ? "part_id" : "operation_id");
	}
	return ERR_NOT_UNIQUE;
}

static enum err
take_prices(struct ctx *ctx, const struct new_listed_price *in, size_t count, struct prices *prices)
{
	enum err err = OK;

	*prices = (struct prices){
		.operations = arena_array(ctx->arena, count + 1, sizeof(*prices->operations)),
		.parts = arena_array(ctx->arena, count + 1, sizeof(*prices->parts)),
		.changes = arena_array(ctx->arena, count + 1, sizeof(*prices->changes)),
		.bases = arena_array(ctx->arena, count + 1, sizeof(*prices->bases)),
		.amounts = arena_array(ctx->arena, count + 1, sizeof(*prices->amounts)),
		.count = count,
	};
	for (size_t i = 0; !err && i < count; i++) {
		enum price_basis basis = PRICE_BASIS_NONE;

		err = check_price(ctx, &in[i], i, &basis);
		prices->operations[i] = in[i].operation_id;
		prices->parts[i] = in[i].part_id;
		prices->changes[i] = id_new();
		prices->bases[i] = enum_code(&price_basis_enum, (int)basis);
		prices->amounts[i] = in[i].price;
	}
	if (!err)
		err = check_unique(ctx, prices);
	return err || count == 0 ? err : check_known(ctx, prices);
}

static void
set_prices(struct ctx *ctx, struct id list, const struct prices *prices)
{
	size_t n = prices->count;

	if (n == 0)
		return;
	db_write(ctx, listed_price_changes_add, ARG(list_id, list),
	         IDS_ARG(change_ids, prices->changes, n),
	         IDS_ARG(operation_ids, prices->operations, n), IDS_ARG(part_ids, prices->parts, n),
	         TEXTS_ARG(bases, prices->bases, n), INTS_ARG(amounts, prices->amounts, n));
	db_write(ctx, listed_price_set, ARG(list_id, list),
	         IDS_ARG(operation_ids, prices->operations, n), IDS_ARG(part_ids, prices->parts, n),
	         TEXTS_ARG(bases, prices->bases, n), INTS_ARG(amounts, prices->amounts, n));
}

enum err
price_list_create(struct ctx *ctx, const struct create_price_list *in)
{
	struct prices prices = { 0 };
	struct id id;
	enum err err = new_id(ctx, in->id, &id);

	if (!err)
		err = check_days(ctx, in->valid_from, in->valid_to);
	if (!err)
		err = take_prices(ctx, in->prices, in->prices_count, &prices);
	if (err)
		return err;
	db_write(ctx, price_list_wait, NO_ARGS);
	db_write(ctx, price_list_add, ARG(list_id, id), BODY_ARG(create_price_list, in));
	set_prices(ctx, id, &prices);
	event_add(ctx, "price_list.created", chain, id);
	ctx->subject = id;
	return OK;
}

enum err
price_list_update(struct ctx *ctx, struct id id, const struct update_price_list *in)
{
	struct rows *rows;
	enum err err;

	db_write(ctx, price_list_wait, NO_ARGS);
	err = db_lock(ctx, price_list_lock, id, &rows);
	if (!err)
		err = check_days(
			ctx, in->has_valid_from ? in->valid_from : row_date(rows, 0, "valid_from"),
			in->has_valid_to ? in->valid_to : row_date(rows, 0, "valid_to"));
	if (err)
		return err;
	db_write(ctx, price_list_update, ARG(id, id), BODY_ARG(update_price_list, in));
	event_add(ctx, "price_list.updated", chain, id);
	return OK;
}

enum err
price_list_delete(struct ctx *ctx, struct id id, const char *reason)
{
	struct rows *rows;
	enum err err = db_lock(ctx, price_list_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, price_list_delete, ARG(id, id), ARG(reason, reason));
	event_add(ctx, "price_list.deleted", chain, id);
	return OK;
}

enum err
price_list_set_prices(struct ctx *ctx, struct id id, const struct set_listed_prices *in)
{
	struct prices prices = { 0 };
	struct rows *rows;
	enum err err = db_lock(ctx, price_list_lock, id, &rows);

	if (!err && in->prices_count + in->removed_count == 0)
		err = fail(ctx, ERR_REQUIRED, "/prices");
	if (!err)
		err = take_prices(ctx, in->prices, in->prices_count, &prices);
	if (err)
		return err;
	if (in->removed_count > 0) {
		struct id *changes = arena_array(ctx->arena, in->removed_count, sizeof(*changes));

		for (size_t i = 0; i < in->removed_count; i++)
			changes[i] = id_new();
		db_write(ctx, listed_price_removed_add, ARG(list_id, id),
		         IDS_ARG(change_ids, changes, in->removed_count),
		         IDS_ARG(subject_ids, in->removed, in->removed_count));
		db_write(ctx, listed_price_remove, ARG(list_id, id),
		         IDS_ARG(subject_ids, in->removed, in->removed_count));
	}
	set_prices(ctx, id, &prices);
	db_write(ctx, price_list_touch, ARG(id, id));
	event_add(ctx, "price_list.priced", chain, id);
	return OK;
}
