/* SPDX-License-Identifier: Apache-2.0 */
/* Tablets of stores, and which PINs are too easily guessed. */
#include "staff/tablet.h"

#include <string.h>

#include "event/event.h"
#include "org/org.h"
#include "staff/staff.h"

#define PAIRING_MS INT64_C(600000)

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_revokeTablet, FROM(TABLET_STATUS_REGISTERED) | FROM(TABLET_STATUS_PAIRED), TABLET_STATUS_REVOKED },
	{ OP_unlockTablet, FROM(TABLET_STATUS_PAIRED),                                  0 },
};
/* clang-format on */

const struct machine tablet_machine = MACHINE("status", tablet_status, moves);

enum err
tablet_create(struct ctx *ctx, const struct create_tablet *in, const char *hash)
{
	struct id store = { { 0 } };
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (err)
		return err;
	db_write(ctx, tablet_add, ARG(tablet_id, ctx->subject), ARG(store_id, store),
	         ARG(expires_at, utc_add_ms(ctx->now, PAIRING_MS)), BODY_ARG(create_tablet, in));
	db_write(ctx, tablet_code_set, ARG(tablet_id, ctx->subject), ARG(token_hash, hash));
	event_add_new(ctx, "tablet.registered", store, ctx->subject);
	return OK;
}

static enum err
begin(struct ctx *ctx, struct id id, enum op op, struct rows **rows, int *to)
{
	enum err err = db_lock(ctx, tablet_lock, id, rows);

	if (err)
		return err;
	return machine_check(ctx, &tablet_machine, op,
	                     row_enum(*rows, 0, "status", &tablet_status_enum), to);
}

enum err
tablet_revoke(struct ctx *ctx, struct id id)
{
	struct rows *rows = NULL;
	int to = 0;
	enum err err = begin(ctx, id, OP_revokeTablet, &rows, &to);

	if (err)
		return err;
	db_write(ctx, tablet_revoke, ARG(id, id), ENUM_ARG(status, tablet_status, to));
	event_add(ctx, "tablet.revoked", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
tablet_unlock(struct ctx *ctx, struct id id)
{
	struct rows *rows = NULL;
	int same = 0;
	enum err err = begin(ctx, id, OP_unlockTablet, &rows, &same);

	if (err)
		return err;
	db_write(ctx, tablet_unlock, ARG(tablet_id, id));
	event_add(ctx, "tablet.unlocked", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
staff_unlock_pin(struct ctx *ctx, struct id staff, const struct unlock_staff_pin *in)
{
	struct id store = { { 0 } };
	struct rows *rows = NULL;
	enum err err = db_lock(ctx, staff_lock, staff, &rows);

	if (!err)
		err = ctx_store(ctx, in ? in->store_id : store, &store);
	if (!err)
		err = staff_check_worker(ctx, staff, store, "/store_id");
	if (err)
		return err;
	db_write(ctx, pin_unlock, ARG(staff_id, staff), ARG(store_id, store));
	event_add(ctx, "staff.pin_unlocked", store, staff);
	return OK;
}

/* 7777, 1234, 7890, 8765: each digit as far from the one before. */
static bool
is_run(const char *pin)
{
	int step = (pin[1] - pin[0] + 10) % 10;

	for (size_t i = 1; pin[i + 1]; i++)
		if ((pin[i + 1] - pin[i] + 10) % 10 != step)
			return false;
	return step == 0 || step == 1 || step == 9;
}

enum err
pin_check(struct ctx *ctx, const char *pin)
{
	return is_run(pin) ? fail(ctx, ERR_WEAK_PIN, "/pin") : OK;
}
