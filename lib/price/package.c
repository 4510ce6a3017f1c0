/* SPDX-License-Identifier: Apache-2.0 */
/* Packages and their revisions: what is in one never changes under a line that was made of it. */
#include "event/event.h"
#include "org/org.h"
#include "price/price.h"

static const struct id chain;

/* An operation, or a part with its quantity; *labour_count counts the former. */
static enum err
check_item(struct ctx *ctx, const struct new_package_item *in, size_t i, size_t *labour_count)
{
	const struct {
		const char *name;
		bool sent, fits;
	} members[] = {
		{ "hours", in->has_hours, in->has_operation_id },
		{ "quantity", in->has_quantity, in->has_part_id },
	};

	if (in->has_operation_id == in->has_part_id)
		return fail_with(ctx, ERR_ONE_OF,
		                 arena_printf(ctx->arena, "/items/%zu/operation_id", i),
		                 "operation_id, part_id", NULL);
	for (size_t m = 0; m < COUNT_OF(members); m++)
		if (members[m].sent && !members[m].fits)
			return failf(ctx, ERR_UNKNOWN_FIELD, "/items/%zu/%s", i, members[m].name);
	if (in->has_part_id && !in->has_quantity)
		return failf(ctx, ERR_REQUIRED, "/items/%zu/quantity", i);
	*labour_count += in->has_operation_id;
	return OK;
}

static enum err
check_items(struct ctx *ctx, const struct new_package_item *in, size_t count, size_t *labour_count)
{
	struct id *labour = arena_array(ctx->arena, count + 1, sizeof(*labour));
	struct id *parts = arena_array(ctx->arena, count + 1, sizeof(*parts));
	struct rows *unknown = NULL;
	enum err err = OK;

	*labour_count = 0;
	for (size_t i = 0; !err && i < count; i++) {
		err = check_item(ctx, &in[i], i, labour_count);
		labour[i] = in[i].operation_id;
		parts[i] = in[i].part_id;
	}
	if (!err)
		err = db_read(ctx, package_items_unknown, &unknown,
		              IDS_ARG(operation_ids, labour, count),
		              IDS_ARG(part_ids, parts, count));
	for (size_t i = 0; !err && i < rows_count(unknown); i++)
		note_failure(ctx, ERR_NOT_FOUND,
		             arena_printf(ctx->arena, "/items/%lld/%s",
		                          (long long)row_int(unknown, i, "position"),
		                          row_bool(unknown, i, "is_operation") ? "operation_id"
		                                                               : "part_id"),
		             NULL, NULL);
	if (err)
		return err;
	return rows_count(unknown) ? ERR_NOT_FOUND : OK;
}

/* The first operation takes what rounding leaves of a fixed price. */
static enum err
check_price(struct ctx *ctx, int64_t price, size_t labour_count)
{
	if (price > 0 && labour_count == 0)
		return fail_with(ctx, ERR_BAD_VALUE, "/price", "needs an operation among the items",
		                 NULL);
	return OK;
}

enum err
package_create(struct ctx *ctx, const struct create_package *in)
{
	size_t labour_count = 0;
	struct id id;
	enum err err = new_id(ctx, in->id, &id);

	if (!err)
		err = check_items(ctx, in->items, in->items_count, &labour_count);
	if (!err)
		err = check_price(ctx, in->price, labour_count);
	if (err)
		return err;
	db_write(ctx, package_add, ARG(package_id, id), BODY_ARG(create_package, in));
	db_write(ctx, package_revision_add, ARG(package_id, id), ARG(revision, 1),
	         ARG(package_price, in->price));
	db_write(ctx, package_items_add, ARG(package_id, id), ARG(revision, 1),
	         BODY_ARG(create_package, in));
	event_add(ctx, "package.created", chain, id);
	ctx->subject = id;
	return OK;
}

enum err
package_update(struct ctx *ctx, struct id id, const struct update_package *in)
{
	struct rows *rows, *was;
	int64_t revision, price;
	size_t labour_count;
	enum err err = db_lock(ctx, package_lock, id, &rows);

	if (err)
		return err;
	revision = row_int(rows, 0, "revision");
	err = db_read(ctx, package_revision_now, &was, ARG(id, id), ARG(revision, revision));
	if (err)
		return err;
	price = in->has_price ? in->price : row_int(was, 0, "price");
	if (price == INT_NULL)
		price = 0; /* none is fixed */
	labour_count = (size_t)row_int(was, 0, "operations");
	if (in->has_items)
		err = check_items(ctx, in->items, in->items_count, &labour_count);
	if (!err)
		err = check_price(ctx, price, labour_count);
	if (err)
		return err;
	if (in->has_price || in->has_items) {
		revision++;
		db_write(ctx, package_revision_add, ARG(package_id, id), ARG(revision, revision),
		         ARG(package_price, price));
		if (in->has_items)
			db_write(ctx, package_items_add, ARG(package_id, id),
			         ARG(revision, revision), BODY_ARG(update_package, in));
		else
			db_write(ctx, package_items_copy, ARG(package_id, id),
			         ARG(revision, revision));
	}
	db_write(ctx, package_update, ARG(id, id), ARG(revision, revision),
	         BODY_ARG(update_package, in));
	event_add(ctx, "package.updated", chain, id);
	return OK;
}
