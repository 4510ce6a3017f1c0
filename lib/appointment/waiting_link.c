/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody who waits for a slot does by a link. */
#include "appointment/waiting_link.h"

#include <string.h>

#include "appointment/hold.h"
#include "appointment/waiting.h"
#include "event/event.h"
#include "link/link.h"

#define WAITS (FROM(WAITING_STATUS_WAITING) | FROM(WAITING_STATUS_OFFERED))

static const struct machine_move moves[] = {
	{ OP_acceptOfferByLink, FROM(WAITING_STATUS_OFFERED), WAITING_STATUS_BOOKED },
	{ OP_declineOfferByLink, FROM(WAITING_STATUS_OFFERED), WAITING_STATUS_WAITING },
	{ OP_leaveWaitingListByLink, WAITS, WAITING_STATUS_LEFT },
};

const struct machine waiting_link_machine = MACHINE("status", waiting_status, moves);

enum err
waiting_share(struct ctx *ctx, struct id id)
{
	struct rows *rows = NULL;
	struct id store;
	enum err err = db_lock(ctx, waiting_entry_lock, id, &rows);

	if (err)
		return err;
	if (!(WAITS & FROM(row_enum(rows, 0, "status", &waiting_status_enum))) ||
	    row_utc(rows, 0, "starts_to").us <= ctx->now.us)
		return fail_with(ctx, ERR_ILLEGAL_TRANSITION, NULL, row_text(rows, 0, "status"),
		                 NULL);
	store = row_id(rows, 0, "store_id");
	link_end(ctx, LINK_PURPOSE_WAITING, id);
	link_add(ctx, LINK_PURPOSE_WAITING, store, id, row_utc(rows, 0, "starts_to"));
	event_add(ctx, "waiting_entry.shared", store, id);
	return OK;
}

enum err
waiting_stop_sharing(struct ctx *ctx, struct id id)
{
	struct rows *rows = NULL;
	enum err err = db_lock(ctx, waiting_entry_lock, id, &rows);

	if (!err)
		err = link_stop(ctx, LINK_PURPOSE_WAITING, id);
	if (!err)
		event_add(ctx, "waiting_entry.hidden", row_id(rows, 0, "store_id"), id);
	return err;
}

/* The link's entry, locked; its link may have ended while the lock was waited for. */
static enum err
begin(struct ctx *ctx, enum op op, struct id *id, struct rows **rows)
{
	int status = 0;
	enum err err = link_subject(ctx, LINK_PURPOSE_WAITING, id);

	if (!err)
		err = db_lock(ctx, waiting_entry_lock, *id, rows);
	if (!err)
		err = link_check_open(ctx);
	if (err)
		return err;
	return machine_check(ctx, &waiting_link_machine, op,
	                     row_enum(*rows, 0, "status", &waiting_status_enum), &status);
}

enum err
waiting_accept_by_link(struct ctx *ctx)
{
	struct rows *rows = NULL;
	struct id id = { { 0 } };
	enum err err = begin(ctx, OP_acceptOfferByLink, &id, &rows);

	return err ? err : waiting_accept(ctx, id);
}

enum err
waiting_decline_by_link(struct ctx *ctx)
{
	struct rows *rows = NULL;
	struct id id = { { 0 } };
	enum err err = begin(ctx, OP_declineOfferByLink, &id, &rows);

	if (err)
		return err;
	db_write(ctx, waiting_entry_declined, ARG(id, id));
	err = hold_let_go(ctx, row_id(rows, 0, "hold_id"));
	ctx->subject = id;
	return err;
}

enum err
waiting_leave_by_link(struct ctx *ctx, const struct customer_cancel *in)
{
	const struct leave_waiting_entry wanted = {
		.reason = in->reason,
		.note = in->note,
		.has_note = in->has_note,
	};
	const char *reason = enum_code(&appointment_reason_enum, (int)in->reason);
	struct rows *rows = NULL;
	struct id id = { { 0 } };
	enum err err = begin(ctx, OP_leaveWaitingListByLink, &id, &rows);

	if (!err && strncmp(reason, "store_", strlen("store_")) == 0)
		err = fail_with(ctx, ERR_BAD_VALUE, "/reason", "is a reason of the store's", NULL);
	return err ? err : waiting_leave(ctx, id, &wanted);
}
