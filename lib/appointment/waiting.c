/* SPDX-License-Identifier: Apache-2.0 */
/* The waiting list, and offers of what has become free. */
#include "appointment/waiting.h"

#include <string.h>

#include "appointment/appointment.h"
#include "appointment/hold.h"
#include "customer/customer.h"
#include "event/event.h"
#include "link/link.h"
#include "org/org.h"
#include "vehicle/vehicle.h"

#define EVENTS_MAX 100

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_offerWaitingEntry,  FROM(WAITING_STATUS_WAITING), WAITING_STATUS_OFFERED },
	{ OP_acceptWaitingEntry, FROM(WAITING_STATUS_OFFERED), WAITING_STATUS_BOOKED },
	{ OP_leaveWaitingEntry,
	  FROM(WAITING_STATUS_WAITING) | FROM(WAITING_STATUS_OFFERED), WAITING_STATUS_LEFT },
};
/* clang-format on */

const struct machine waiting_entry_machine = MACHINE("status", waiting_status, moves);

static enum err
check_wishes(struct ctx *ctx, struct id store, const struct create_waiting_entry *in)
{
	struct rows *rows;
	enum err err;

	if (in->starts_to.us <= ctx->now.us)
		return fail_with(ctx, ERR_BAD_VALUE, "/starts_to", "must not be in the past", NULL);
	if (in->starts_to.us <= in->starts_from.us)
		return fail_with(ctx, ERR_BAD_VALUE, "/starts_to", "must be after starts_from",
		                 NULL);
	err = db_read(ctx, waiting_entry_check, &rows, ARG(store_id, store),
	              ARG(technician_id, in->technician_id),
	              IDS_ARG(operation_ids, in->operation_ids, in->operation_ids_count));
	if (err)
		return err;
	if (!row_bool(rows, 0, "has_technician"))
		return fail(ctx, ERR_NOT_FOUND, "/technician_id");
	if (row_int(rows, 0, "operations") < (int64_t)in->operation_ids_count)
		return fail(ctx, ERR_NOT_FOUND, "/operation_ids");
	return OK;
}

enum err
waiting_add(struct ctx *ctx, const struct create_waiting_entry *in)
{
	struct id customer = in->customer_id, store, id;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &id);
	if (!err)
		err = customer_resolve(ctx, &customer, "/customer_id");
	if (!err)
		err = vehicle_check_visible(ctx, in->vehicle_id, "/vehicle_id");
	if (!err)
		err = check_wishes(ctx, store, in);
	if (err)
		return err;
	ctx->subject = id;
	db_write(ctx, waiting_entry_add, ARG(entry_id, id), ARG(store_id, store),
	         ARG(customer_id, customer), BODY_ARG(create_waiting_entry, in));
	customer_link(ctx, customer, store, "document");
	vehicle_link(ctx, in->vehicle_id, store, "document");
	event_add_new(ctx, "waiting_entry.added", store, id);
	return OK;
}

static enum err
lock(struct ctx *ctx, enum op op, struct id id, struct rows **rows, int *status)
{
	enum err err = db_lock(ctx, waiting_entry_lock, id, rows);

	if (err)
		return err;
	return machine_check(ctx, &waiting_entry_machine, op,
	                     row_enum(*rows, 0, "status", &waiting_status_enum), status);
}

/* Hold the slot that begins then for the locked entry.  Bay and technician are wishes. */
static enum err
offer(struct ctx *ctx, struct id id, const struct rows *rows, struct utc starts_at, struct id bay,
      struct id technician)
{
	struct slot slot = {
		.store = row_id(rows, 0, "store_id"),
		.bay = bay,
		.technician =
			id_is_none(technician) ? row_id(rows, 0, "technician_id") : technician,
		.starts_at = starts_at,
		.channel = row_text(rows, 0, "channel"),
	};
	struct arg wanted = ARG(operation_ids, row_text(rows, 0, "operation_ids"));
	struct id hold = id_new();
	struct rows *choice = NULL, *told = NULL;
	enum err err = slot_ask(ctx, &slot, wanted, &choice);

	if (!err)
		err = slot_take(ctx, &slot, choice, 0);
	if (err)
		return err;
	hold_add(ctx, hold, &slot, wanted, row_id(rows, 0, "created_by"), true);
	db_write(ctx, waiting_entry_offer, ARG(id, id), ARG(hold_id, hold));
	err = db_read(ctx, waiting_offer_told, &told, ARG(id, id));
	if (!err)
		event_add_data(ctx, "waiting_entry.offered", slot.store, id,
		               row_text(told, 0, "data"));
	return err;
}

/* The first slot that fits; none: there is none. */
static enum err
first(struct ctx *ctx, struct id id, struct utc *starts_at)
{
	struct rows *rows;
	enum err err = db_read(ctx, waiting_entry_first, &rows, ARG(id, id));

	if (!err)
		*starts_at = row_utc(rows, 0, "starts_at");
	return err;
}

enum err
waiting_offer(struct ctx *ctx, struct id id, const struct offer_waiting_entry *in)
{
	struct utc starts_at = in->starts_at;
	struct rows *rows;
	int status = 0;
	enum err err = lock(ctx, OP_offerWaitingEntry, id, &rows, &status);

	if (!err && !in->has_starts_at)
		err = first(ctx, id, &starts_at);
	if (err)
		return err;
	if (starts_at.us == 0)
		return fail(ctx, ERR_SLOT_TAKEN, NULL);
	return offer(ctx, id, rows, starts_at, in->bay_id, in->technician_id);
}

/* What the entry wants, as a booking with its hold. */
static enum err
make_booking(struct ctx *ctx, struct id id, const struct rows *rows,
             struct create_appointment *booking)
{
	struct rows *hold, *things;
	struct id *wanted;
	const char **concerns;
	enum err err = db_read(ctx, slot_hold_lock, &hold, ARG(id, row_id(rows, 0, "hold_id")));

	if (!err)
		err = db_read(ctx, waiting_entry_things, &things, ARG(id, id));
	if (err)
		return err;
	wanted = arena_array(ctx->arena, rows_count(things) + 1, sizeof(*wanted));
	concerns = arena_array(ctx->arena, rows_count(things) + 1, sizeof(*concerns));
	for (size_t i = 0; i < rows_count(things); i++) {
		if (!row_is_null(things, i, "operation_id"))
			wanted[booking->operation_ids_count++] = row_id(things, i, "operation_id");
		if (!row_is_null(things, i, "concern"))
			concerns[booking->concerns_count++] = row_text(things, i, "concern");
	}
	booking->operation_ids = wanted;
	booking->concerns = concerns;
	booking->has_operation_ids = booking->has_concerns = true;
	booking->store_id = row_id(rows, 0, "store_id");
	booking->customer_id = row_id(rows, 0, "customer_id");
	booking->vehicle_id = row_id(rows, 0, "vehicle_id");
	booking->channel =
		(enum appointment_channel)row_enum(rows, 0, "channel", &appointment_channel_enum);
	booking->starts_at = row_utc(hold, 0, "starts_at");
	booking->hold_id = row_id(rows, 0, "hold_id");
	booking->has_hold_id = true;
	return OK;
}

enum err
waiting_accept(struct ctx *ctx, struct id id)
{
	struct create_appointment booking = { 0 };
	struct rows *rows;
	int status = 0;
	enum err err = lock(ctx, OP_acceptWaitingEntry, id, &rows, &status);

	if (!err)
		err = make_booking(ctx, id, rows, &booking);
	if (!err)
		err = appointment_book_held(ctx, &booking, row_id(rows, 0, "created_by"));
	if (err)
		return err;
	ctx->subject = id; /* which was booked with its hold */
	return OK;
}

enum err
waiting_leave(struct ctx *ctx, struct id id, const struct leave_waiting_entry *in)
{
	struct rows *rows;
	int status = 0, was;
	enum err err = lock(ctx, OP_leaveWaitingEntry, id, &rows, &status);

	if (err)
		return err;
	was = row_enum(rows, 0, "status", &waiting_status_enum);
	/* before its hold, which would let it wait on */
	db_write(ctx, waiting_entry_move, ARG(id, id), ENUM_ARG(status, waiting_status, status),
	         NULL_ARG(appointment_id), ENUM_ARG(reason, appointment_reason, in->reason),
	         ARG(note, in->note));
	link_end(ctx, LINK_PURPOSE_WAITING, id);
	event_add(ctx, "waiting_entry.left", row_id(rows, 0, "store_id"), id);
	if (was == WAITING_STATUS_OFFERED)
		err = hold_let_go(ctx, row_id(rows, 0, "hold_id"));
	ctx->subject = id;
	return err;
}

enum err
waiting_lapse_due(struct ctx *ctx, bool *more)
{
	struct rows *lapsed, *over;
	enum err err = db_read(ctx, waiting_entries_lapse, &lapsed, NO_ARGS);

	if (!err)
		err = db_read(ctx, waiting_entries_end, &over, NO_ARGS);
	if (err)
		return err;
	for (size_t i = 0; i < rows_count(lapsed); i++)
		event_add(ctx, "waiting_entry.lapsed", row_id(lapsed, i, "store_id"),
		          row_id(lapsed, i, "id"));
	for (size_t i = 0; i < rows_count(over); i++)
		event_add(ctx, "waiting_entry.left", row_id(over, i, "store_id"),
		          row_id(over, i, "id"));
	*more = rows_count(lapsed) + rows_count(over) > 0;
	return OK;
}

/* After the first of these the subject's slot may be free; after the others a store may have more to offer,
 * nobody says when: hours, people, bays, equipment. */
#define FREEING 8
static const char *const offering[] = {
	"appointment.cancelled", "appointment.declined",
	"appointment.no_show",   "appointment.rescheduled",
	"appointment.left",      "appointment.released",
	"slot_hold.released",    "slot_hold.expired",
	"store.updated",         "bay.created",
	"bay.updated",           "shift.planned",
	"shift.changed",         "absence.changed",
	"absence.cancelled",     "equipment.created",
	"equipment.updated",     "equipment.serviced",
	"equipment.put_back",
};

static bool
frees(const char *type)
{
	for (size_t i = 0; i < FREEING; i++)
		if (strcmp(type, offering[i]) == 0)
			return true;
	return false;
}

/* Offer the first slot that fits, if there is one: somebody else may have changed the entry, or taken
 * the slot, meanwhile. */
static enum err
offer_first(struct ctx *ctx, struct id id)
{
	struct utc starts_at = { 0 };
	struct rows *rows = NULL;
	enum err err = db_read(ctx, waiting_entry_lock, &rows, ARG(id, id));

	if (err || rows_count(rows) == 0 ||
	    row_enum(rows, 0, "status", &waiting_status_enum) != WAITING_STATUS_WAITING)
		return err;
	err = first(ctx, id, &starts_at);
	if (err || starts_at.us == 0 || starts_at.us == row_utc(rows, 0, "declined_starts_at").us)
		return err;
	err = offer(ctx, id, rows, starts_at, (struct id){ { 0 } }, (struct id){ { 0 } });
	if (err && ctx->failures_count > 0) {
		ctx->failures_count = 0; /* refused: the store's next event comes back to it */
		return OK;
	}
	return err;
}

enum err
waiting_offer_freed(struct ctx *ctx, bool *more)
{
	static const struct event_wish wish = { "waiting_list", offering, COUNT_OF(offering),
		                                EVENTS_MAX };
	struct id widening[EVENTS_MAX], subjects[EVENTS_MAX];
	size_t n = 0, wide = 0, count;
	struct rows *events, *entries;
	enum err err = event_take(ctx, &wish, &events, &count, more);

	if (err || count == 0)
		return err;
	for (size_t i = 0; i < count; i++)
		if (frees(row_text(events, i, "type")))
			subjects[n++] = row_id(events, i, "subject_id");
		else
			widening[wide++] = row_id(events, i, "id");
	err = db_read(ctx, waiting_entries_to_offer, &entries, IDS_ARG(event_ids, widening, wide),
	              IDS_ARG(subject_ids, subjects, n));
	for (size_t i = 0; !err && i < rows_count(entries); i++)
		err = offer_first(ctx, row_id(entries, i, "id"));
	return err;
}
