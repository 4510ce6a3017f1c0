/* SPDX-License-Identifier: Apache-2.0 */
/* Where the time of a visit goes: pauses and their reasons, promises, contacts, the washing. */
#include "event/event.h"
#include "work_order/work_order.h"

const char *
reason_code(const struct enumeration *reasons, const char *said)
{
	return said && enum_value(reasons, said) > 0 ? said : "other";
}

void
work_order_pause_begin(struct ctx *ctx, const struct work_order *wo, struct id line,
                       const char *reason, const char *note)
{
	db_write(ctx, work_order_pause_add, ARG(pause_id, id_new()), ARG(store_id, wo->store),
	         ARG(id, wo->id), ARG(line_id, line),
	         ARG(reason_code, reason_code(&pause_reason_enum, reason)), ARG(reason, reason),
	         ARG(note, note));
}

void
work_order_promise_add(struct ctx *ctx, const struct work_order *wo, struct utc promised_at,
                       const char *reason, const struct customer_told *told)
{
	db_write(ctx, work_order_promise_add, ARG(promise_id, id_new()), ARG(id, wo->id),
	         ARG(store_id, wo->store), ARG(promised_at, promised_at), ARG(reason, reason),
	         ARG(reason_code, reason_code(&promise_reason_enum, reason)),
	         ENUM_ARG(told_method, consent_method, told ? told->method : CONSENT_METHOD_NONE),
	         ARG(told_at, told ? told->at : (struct utc){ 0 }));
}

void
work_order_set_promise(struct ctx *ctx, const struct work_order *wo, struct utc promised_at,
                       const char *reason, const struct customer_told *told)
{
	db_write(ctx, work_order_set_promise, ARG(id, wo->id), ARG(promised_at, promised_at),
	         ENUM_ARG(told_method, consent_method, told ? told->method : CONSENT_METHOD_NONE),
	         ARG(told_at, told ? told->at : (struct utc){ 0 }));
	work_order_promise_add(ctx, wo, promised_at, reason, told);
	event_add(ctx, "work_order.promised", wo->store, wo->id);
}

enum err
work_order_wash(struct ctx *ctx, struct id id)
{
	struct work_order wo = { 0 };
	enum work_order_status same = WORK_ORDER_STATUS_NONE;
	enum err err = work_order_begin(ctx, id, OP_washWorkOrder, &wo, &same);

	if (err)
		return err;
	db_write(ctx, work_order_wash, ARG(id, id));
	event_add(ctx, "work_order.washed", wo.store, id);
	return OK;
}

enum err
work_order_contact(struct ctx *ctx, struct id id, const struct add_work_order_contact *in)
{
	struct work_order wo = { 0 };
	enum err err = work_order_lock(ctx, id, NULL, &wo);

	if (err)
		return err;
	db_write(ctx, work_order_contact_add, ARG(contact_id, id_new()), ARG(store_id, wo.store),
	         ARG(id, id), BODY_ARG(add_work_order_contact, in));
	db_write(ctx, work_order_contacted, ARG(id, id), BODY_ARG(add_work_order_contact, in));
	event_add(ctx, "work_order.contacted", wo.store, id);
	ctx->subject = id;
	return OK;
}
