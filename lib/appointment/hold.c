/* SPDX-License-Identifier: Apache-2.0 */
/* Holding a slot, letting it go, and booking what is held. */
#include "appointment/hold.h"

#include "event/event.h"
#include "link/link.h"
#include "org/org.h"

static const struct machine_move moves[] = {
	{ OP_releaseSlotHold, FROM(SLOT_HOLD_STATUS_HELD), SLOT_HOLD_STATUS_RELEASED },
};

const struct machine slot_hold_machine = MACHINE("status", slot_hold_status, moves);

void
hold_add(struct ctx *ctx, struct id id, const struct slot *slot, struct arg operation_ids,
         struct id holder, bool for_offer)
{
	db_write(ctx, slot_hold_add, ARG(hold_id, id), ARG(store_id, slot->store),
	         ARG(starts_at, slot->starts_at), ARG(ends_at, slot->ends_at),
	         ARG(bay_id, slot->bay), ARG(technician_id, slot->technician),
	         ARG(priority, slot->priority), ARG(channel, slot->channel), ARG(held_by, holder),
	         ARG(for_offer, for_offer), operation_ids);
	db_write(ctx, slot_hold_occupy, ARG(hold_id, id));
	event_add_new(ctx, "slot_hold.held", slot->store, id);
}

enum err
slot_hold_create(struct ctx *ctx, const struct create_slot_hold *in)
{
	struct slot slot = {
		.bay = in->bay_id,
		.technician = in->technician_id,
		.starts_at = in->starts_at,
		.priority = in->has_priority ? enum_code(&booking_priority_enum, (int)in->priority)
		                             : NULL,
		.channel = in->has_channel ? enum_code(&appointment_channel_enum, (int)in->channel)
		                           : NULL,
	};
	struct rows *choice;
	enum err err = ctx_store(ctx, in->store_id, &slot.store);

	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (!err)
		err = slot_ask(ctx, &slot,
		               IDS_ARG(operation_ids, in->operation_ids, in->operation_ids_count),
		               &choice);
	if (!err)
		err = slot_take(ctx, &slot, choice, in->operation_ids_count);
	if (err)
		return err;
	hold_add(ctx, ctx->subject, &slot,
	         IDS_ARG(operation_ids, in->operation_ids, in->operation_ids_count),
	         ctx->scope->actor, false);
	return OK;
}

/* named: the call is of the hold, and may say which version of it is meant. */
static enum err
let_go(struct ctx *ctx, struct id id, bool named)
{
	struct rows *rows = NULL, *entry = NULL;
	int status = 0;
	enum err err = db_read(ctx, slot_hold_entry, &entry, ARG(id, id));

	if (!err)
		err = named ? db_lock(ctx, slot_hold_lock, id, &rows)
		            : db_read(ctx, slot_hold_lock, &rows, ARG(id, id));
	if (!err)
		err = machine_check(ctx, &slot_hold_machine, OP_releaseSlotHold,
		                    row_enum(rows, 0, "status", &slot_hold_status_enum), &status);
	if (err)
		return err;
	hold_give_way(ctx, id);
	db_write(ctx, slot_hold_move, ARG(id, id), ENUM_ARG(status, slot_hold_status, status),
	         NULL_ARG(appointment_id));
	event_add(ctx, "slot_hold.released", row_id(rows, 0, "store_id"), id);
	if (rows_count(entry) > 0) {
		db_write(ctx, slot_hold_entry_waits, ARG(id, row_id(entry, 0, "id")));
		event_add(ctx, "waiting_entry.lapsed", row_id(entry, 0, "store_id"),
		          row_id(entry, 0, "id"));
	}
	return OK;
}

enum err
slot_hold_release(struct ctx *ctx, struct id id)
{
	return let_go(ctx, id, true);
}

enum err
hold_let_go(struct ctx *ctx, struct id id)
{
	return let_go(ctx, id, false);
}

/* What was said beside the hold is what is held. */
static enum err
check_same(struct ctx *ctx, const struct slot *slot, const struct rows *rows)
{
	static const char other[] = "is not that of the hold";

	if (row_utc(rows, 0, "starts_at").us != slot->starts_at.us)
		return fail_with(ctx, ERR_BAD_VALUE, "/starts_at", other, NULL);
	if (!id_is_none(slot->bay) && !id_equal(slot->bay, row_id(rows, 0, "bay_id")))
		return fail_with(ctx, ERR_BAD_VALUE, "/bay_id", other, NULL);
	if (!id_is_none(slot->technician) &&
	    !id_equal(slot->technician, row_id(rows, 0, "technician_id")))
		return fail_with(ctx, ERR_BAD_VALUE, "/technician_id", other, NULL);
	return OK;
}

enum err
hold_take(struct ctx *ctx, struct id hold, struct id holder, struct slot *slot)
{
	struct rows *rows, *entry;
	const char *status;
	enum err err = db_read(ctx, slot_hold_entry, &entry, ARG(id, hold));

	if (!err)
		err = db_read(ctx, slot_hold_lock, &rows, ARG(id, hold));
	if (err)
		return err;
	if (rows_count(rows) == 0 || !id_equal(row_id(rows, 0, "store_id"), slot->store))
		return fail(ctx, ERR_NOT_FOUND, "/hold_id");
	if (!id_equal(row_id(rows, 0, "created_by"), holder))
		return fail(ctx, ERR_HOLD_OF_ANOTHER, "/hold_id");
	status = row_text(rows, 0, "status");
	if (row_enum(rows, 0, "status", &slot_hold_status_enum) != SLOT_HOLD_STATUS_HELD)
		return fail_with(ctx, ERR_HOLD_ENDED, "/hold_id", status, NULL);
	err = check_same(ctx, slot, rows);
	if (err)
		return err;
	slot->bay = row_id(rows, 0, "bay_id");
	slot->technician = row_id(rows, 0, "technician_id");
	slot->but_for[slot->but_for_count++] = hold;
	if (rows_count(entry) > 0) {
		slot->entry = row_id(entry, 0, "id");
		slot->wanted_by = row_id(entry, 0, "customer_id");
	}
	return OK;
}

enum err
hold_check_customer(struct ctx *ctx, const struct slot *slot, struct id customer)
{
	if (id_is_none(slot->entry) || id_equal(slot->wanted_by, customer))
		return OK;
	return fail(ctx, ERR_HOLD_OF_ANOTHER, "/hold_id");
}

void
hold_give_way(struct ctx *ctx, struct id hold)
{
	db_write(ctx, occupation_free, ARG(id, hold));
}

void
hold_used(struct ctx *ctx, struct id hold, const struct slot *slot, struct id appointment)
{
	db_write(ctx, slot_hold_move, ARG(id, hold),
	         ENUM_ARG(status, slot_hold_status, SLOT_HOLD_STATUS_BOOKED),
	         ARG(appointment_id, appointment));
	event_add(ctx, "slot_hold.booked", slot->store, hold);
	if (id_is_none(slot->entry))
		return;
	db_write(ctx, waiting_entry_move, ARG(id, slot->entry),
	         ENUM_ARG(status, waiting_status, WAITING_STATUS_BOOKED),
	         ARG(appointment_id, appointment), NULL_ARG(reason), NULL_ARG(note));
	link_end(ctx, LINK_PURPOSE_WAITING, slot->entry);
	event_add(ctx, "waiting_entry.booked", slot->store, slot->entry);
}

enum err
slot_holds_expire_due(struct ctx *ctx, bool *more)
{
	struct rows *rows;
	enum err err = db_read(ctx, slot_hold_expire_due, &rows, NO_ARGS);

	for (size_t i = 0; !err && i < rows_count(rows); i++)
		event_add(ctx, "slot_hold.expired", row_id(rows, i, "store_id"),
		          row_id(rows, i, "id"));
	*more = !err && rows_count(rows) > 0;
	return err;
}
