/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing bay and technician, for appointments and holds alike. */
#include "appointment/slot.h"

enum err
slot_ask(struct ctx *ctx, const struct slot *slot, struct arg operation_ids, struct rows **rows)
{
	*rows = NULL;
	if (slot->starts_at.us < ctx->now.us)
		return fail_with(ctx, ERR_BAD_VALUE, "/starts_at", "must not be in the past", NULL);
	db_write(ctx, booking_wait, ARG(store_id, slot->store),
	         ARG(technician_id, slot->technician));
	return db_read(
		ctx, booking_choose, rows, ARG(store_id, slot->store), ARG(bay_id, slot->bay),
		ARG(technician_id, slot->technician), ARG(starts_at, slot->starts_at),
		IDS_ARG(but_for, slot->but_for, slot->but_for_count), ARG(numbered, slot->numbered),
		ARG(priority, slot->priority), ARG(channel, slot->channel), operation_ids);
}

static enum err
check_choice(struct ctx *ctx, const struct slot *slot, const struct rows *rows)
{
	if (!id_is_none(slot->bay) && !row_bool(rows, 0, "has_bay"))
		return fail(ctx, ERR_NOT_FOUND, "/bay_id");
	if (!id_is_none(slot->bay) && !row_bool(rows, 0, "has_fit_bay"))
		return fail_with(ctx, ERR_BAD_VALUE, "/bay_id",
		                 "is not a kind of bay on which all of this is done", NULL);
	if (!id_is_none(slot->technician) && !row_bool(rows, 0, "has_technician"))
		return fail(ctx, ERR_NOT_FOUND, "/technician_id");
	if (!row_bool(rows, 0, "is_open"))
		return fail(ctx,
		            row_bool(rows, 0, "too_long") ? ERR_TOO_LONG_FOR_A_DAY
		                                          : ERR_STORE_CLOSED,
		            NULL);
	if (row_bool(rows, 0, "has_bay") && !row_bool(rows, 0, "has_fit_bay"))
		return fail(ctx, ERR_BAY_KIND_MISSING, NULL);
	if (!row_is_null(rows, 0, "equipment_missing"))
		return fail_with(ctx, ERR_EQUIPMENT_OUT, NULL,
		                 row_text(rows, 0, "equipment_missing"), NULL);
	if (row_is_null(rows, 0, "bay_id") || row_is_null(rows, 0, "technician_id"))
		return fail(ctx, ERR_SLOT_TAKEN, NULL);
	if (!row_is_null(rows, 0, "equipment_taken"))
		return fail_with(ctx, ERR_EQUIPMENT_TAKEN, NULL,
		                 row_text(rows, 0, "equipment_taken"), NULL);
	if (row_is_null(rows, 0, "refusal"))
		return OK;
	switch (row_enum(rows, 0, "refusal", &availability_reason_enum)) {
	case AVAILABILITY_REASON_DAY_LIMIT:
		return fail(ctx, ERR_DAY_LIMIT, NULL);
	case AVAILABILITY_REASON_HOUR_LIMIT:
		return fail(ctx, ERR_HOUR_LIMIT, NULL);
	default:
		return fail(ctx, ERR_CAPACITY_KEPT, NULL);
	}
}

enum err
slot_take(struct ctx *ctx, struct slot *slot, const struct rows *rows, size_t known)
{
	enum err err;

	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/store_id");
	if (row_int(rows, 0, "operations") < (int64_t)known)
		return fail(ctx, ERR_NOT_FOUND, "/operation_ids");
	err = check_choice(ctx, slot, rows);
	if (err)
		return err;
	slot->bay = row_id(rows, 0, "bay_id");
	slot->technician = row_id(rows, 0, "technician_id");
	slot->ends_at = row_utc(rows, 0, "ends_at");
	slot->number = row_text(rows, 0, "number");
	db_write(ctx, booking_lapse, ARG(bay_id, slot->bay), ARG(technician_id, slot->technician),
	         ARG(starts_at, slot->starts_at), ARG(ends_at, slot->ends_at));
	return OK;
}
