/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to equipment. */
#include "org/equipment.h"

#include "event/event.h"
#include "org/org.h"

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_takeEquipmentOut, FROM(EQUIPMENT_STATUS_IN_SERVICE),
	  EQUIPMENT_STATUS_OUT_OF_SERVICE },
	{ OP_putEquipmentBack, FROM(EQUIPMENT_STATUS_OUT_OF_SERVICE),
	  EQUIPMENT_STATUS_IN_SERVICE },
};
/* clang-format on */

const struct machine equipment_machine = MACHINE("status", equipment_status, moves);

enum err
equipment_create(struct ctx *ctx, const struct create_equipment *in)
{
	struct id store = { { 0 } };
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (err)
		return err;
	db_write(ctx, equipment_add, ARG(equipment_id, ctx->subject), ARG(store_id, store),
	         BODY_ARG(create_equipment, in));
	event_add_new(ctx, "equipment.created", store, ctx->subject);
	return OK;
}

enum err
equipment_update(struct ctx *ctx, struct id id, const struct update_equipment *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, equipment_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, equipment_update, ARG(id, id), BODY_ARG(update_equipment, in));
	event_add(ctx, "equipment.updated", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
equipment_delete(struct ctx *ctx, struct id id, const char *reason)
{
	struct rows *rows;
	enum err err = db_lock(ctx, equipment_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, equipment_delete, ARG(id, id), ARG(reason, reason));
	event_add(ctx, "equipment.deleted", row_id(rows, 0, "store_id"), id);
	return OK;
}

static enum err
move(struct ctx *ctx, struct id id, enum op op, const char *reason, const char *note,
     const char *event)
{
	struct rows *rows;
	int to = 0;
	enum err err = db_lock(ctx, equipment_lock, id, &rows);

	if (!err)
		err = machine_check(ctx, &equipment_machine, op,
		                    row_enum(rows, 0, "status", &equipment_status_enum), &to);
	if (err)
		return err;
	db_write(ctx, equipment_set_status, ARG(id, id), ENUM_ARG(status, equipment_status, to),
	         ARG(reason, reason), ARG(note, note));
	event_add(ctx, event, row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
equipment_take_out(struct ctx *ctx, struct id id, const struct take_equipment_out *in)
{
	return move(ctx, id, OP_takeEquipmentOut,
	            enum_code(&equipment_reason_enum, (int)in->reason), in->note,
	            "equipment.taken_out");
}

enum err
equipment_put_back(struct ctx *ctx, struct id id)
{
	return move(ctx, id, OP_putEquipmentBack, NULL, NULL, "equipment.put_back");
}

enum err
equipment_service(struct ctx *ctx, struct id id, const struct service_equipment *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, equipment_lock, id, &rows);

	if (err)
		return err;
	if (in->date.days > row_date(rows, 0, "today").days)
		return fail_with(ctx, ERR_BAD_VALUE, "/date", "must not be in the future", NULL);
	if (in->has_next_due && in->next_due.days <= in->date.days)
		return fail_with(ctx, ERR_BAD_VALUE, "/next_due", "must be after date", NULL);
	db_write(ctx, equipment_serviced, ARG(id, id), BODY_ARG(service_equipment, in));
	event_add(ctx, "equipment.serviced", row_id(rows, 0, "store_id"), id);
	return OK;
}
