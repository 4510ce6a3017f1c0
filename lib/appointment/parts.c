/* SPDX-License-Identifier: Apache-2.0 */
/* What an appointment wants in parts. */
#include "appointment/parts.h"

#include "appointment/appointment.h"
#include "event/event.h"

/* Each part once; what comes in packages may come beside it. */
static enum err
check_unique(struct ctx *ctx, const struct wanted_part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			if (id_equal(parts[k].part_id, parts[i].part_id))
				return failf(ctx, ERR_NOT_UNIQUE, "/parts/%zu/part_id", i);
	return OK;
}

/* The next line: a part of the body, or of a package. */
static void
take(struct booked_parts *found, struct id part, struct qty quantity, struct id package)
{
	size_t at = found->count++;

	found->ids[at] = id_new();
	found->parts[at] = part;
	found->quantities[at] = quantity;
	found->packages[at] = package;
}

enum err
booked_parts_ask(struct ctx *ctx, const struct wanted_part *parts, size_t count,
                 const struct id *packages, size_t packages_count, struct booked_parts *found)
{
	struct id *wanted = arena_array(ctx->arena, count + 1, sizeof(*wanted));
	struct rows *rows;
	size_t n;
	enum err err = check_unique(ctx, parts, count);

	for (size_t i = 0; i < count; i++)
		wanted[i] = parts[i].part_id;
	if (!err)
		err = db_read(ctx, appointment_parts_asked, &rows, IDS_ARG(part_ids, wanted, count),
		              IDS_ARG(package_ids, packages, packages_count));
	if (err)
		return err;
	n = rows_count(rows);
	*found = (struct booked_parts){
		.ids = arena_array(ctx->arena, n + 1, sizeof(*found->ids)),
		.parts = arena_array(ctx->arena, n + 1, sizeof(*found->parts)),
		.packages = arena_array(ctx->arena, n + 1, sizeof(*found->packages)),
		.quantities = arena_array(ctx->arena, n + 1, sizeof(*found->quantities)),
	};
	for (size_t i = 0; i < n; i++) {
		size_t place = (size_t)row_int(rows, i, "place");
		bool of_package = row_bool(rows, i, "of_package");

		if (row_is_null(rows, i, "part_id"))
			return failf(ctx, ERR_NOT_FOUND,
			             of_package ? "/package_ids/%zu" : "/parts/%zu/part_id", place);
		take(found, row_id(rows, i, "part_id"),
		     of_package ? row_qty(rows, i, "quantity") : parts[place].quantity,
		     of_package ? packages[place] : (struct id){ { 0 } });
	}
	return OK;
}

void
booked_parts_add(struct ctx *ctx, struct id store, struct id appointment,
                 const struct booked_parts *found)
{
	if (found->count > 0)
		db_write(ctx, appointment_parts_add, ARG(store_id, store), ARG(id, appointment),
		         IDS_ARG(part_line_ids, found->ids, found->count),
		         IDS_ARG(part_ids, found->parts, found->count),
		         QTYS_ARG(quantity, found->quantities, found->count),
		         IDS_ARG(package_ids, found->packages, found->count));
}

enum err
appointment_set_parts(struct ctx *ctx, struct id id, const struct set_appointment_parts *in)
{
	const uint64_t to_come = FROM(APPOINTMENT_STATUS_PENDING) |
	                         FROM(APPOINTMENT_STATUS_CONFIRMED) |
	                         FROM(APPOINTMENT_STATUS_ARRIVED);
	struct booked_parts found = { 0 };
	struct rows *rows;
	enum err err = db_lock(ctx, appointment_lock, id, &rows);

	if (err)
		return err;
	if (!(to_come & FROM(row_enum(rows, 0, "status", &appointment_status_enum))))
		return fail_with(ctx, ERR_ILLEGAL_TRANSITION, NULL, row_text(rows, 0, "status"),
		                 NULL);
	err = booked_parts_ask(ctx, in->parts, in->parts_count, in->package_ids,
	                       in->package_ids_count, &found);
	if (err)
		return err;
	db_write(ctx, appointment_parts_drop, ARG(id, id));
	booked_parts_add(ctx, row_id(rows, 0, "store_id"), id, &found);
	db_write(ctx, appointment_touch, ARG(id, id));
	event_add(ctx, "appointment.parts_set", row_id(rows, 0, "store_id"), id);
	return OK;
}
