/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to departments, to who belongs to them, and to the rules that send work there. */
#include "staff/department.h"

#include "event/event.h"
#include "org/org.h"
#include "staff/staff.h"

static const struct id none;

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_retireDepartment,    FROM(DEPARTMENT_STATUS_IN_USE),  DEPARTMENT_STATUS_RETIRED },
	{ OP_reinstateDepartment, FROM(DEPARTMENT_STATUS_RETIRED), DEPARTMENT_STATUS_IN_USE },
};
/* clang-format on */

const struct machine department_machine = MACHINE("status", department_status, moves);

enum err
department_create(struct ctx *ctx, const struct create_department *in)
{
	struct id store = none;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (!err && in->has_lead_id)
		err = staff_check_worker(ctx, in->lead_id, store, "/lead_id");
	if (err)
		return err;
	db_write(ctx, department_add, ARG(department_id, ctx->subject), ARG(store_id, store),
	         BODY_ARG(create_department, in));
	event_add_new(ctx, "department.created", store, ctx->subject);
	return OK;
}

enum err
department_update(struct ctx *ctx, struct id id, const struct update_department *in)
{
	struct rows *rows = NULL;
	enum err err = db_lock(ctx, department_lock, id, &rows);

	if (!err && !id_is_none(in->lead_id))
		err = staff_check_worker(ctx, in->lead_id, row_id(rows, 0, "store_id"), "/lead_id");
	if (err)
		return err;
	db_write(ctx, department_update, ARG(id, id), BODY_ARG(update_department, in));
	event_add(ctx, "department.updated", row_id(rows, 0, "store_id"), id);
	return OK;
}

/* Where the lines of a department that goes are to go. */
static enum err
check_into(struct ctx *ctx, struct id store, struct id id, struct id into)
{
	struct rows *rows = NULL;
	enum err err;

	if (id_equal(id, into))
		return fail_with(ctx, ERR_BAD_VALUE, "/into_id", "must be another one", NULL);
	err = db_read(ctx, department_target, &rows, ARG(into_id, into), ARG(store_id, store));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/into_id");
	if (row_enum(rows, 0, "status", &department_status_enum) != DEPARTMENT_STATUS_IN_USE)
		return fail(ctx, ERR_DEPARTMENT_RETIRED, "/into_id");
	return OK;
}

static enum err
check_idle(struct ctx *ctx, struct id store, struct id id)
{
	struct rows *rows = NULL;
	/* a statement of its own: it sees what was committed while the lock was waited for */
	enum err err =
		db_read(ctx, department_open_lines, &rows, ARG(store_id, store), ARG(id, id));

	if (err || row_int(rows, 0, "n") == 0)
		return err;
	return fail_with(ctx, ERR_DEPARTMENT_BUSY, NULL, row_text(rows, 0, "n"), NULL);
}

enum err
department_retire(struct ctx *ctx, struct id id, const struct retire_department *in)
{
	const bool hands_over = in && in->has_into_id;
	struct id store = none;
	struct rows *rows = NULL;
	int to = 0;
	enum err err = db_lock(ctx, department_lock_to_retire, id, &rows);

	if (err)
		return err;
	store = row_id(rows, 0, "store_id");
	err = machine_check(ctx, &department_machine, OP_retireDepartment,
	                    row_enum(rows, 0, "status", &department_status_enum), &to);
	if (!err && hands_over)
		err = check_into(ctx, store, id, in->into_id);
	else if (!err)
		err = check_idle(ctx, store, id);
	if (err)
		return err;
	if (hands_over)
		db_write(ctx, department_hand_over, ARG(id, id), ARG(store_id, store),
		         ARG(into_id, in->into_id));
	db_write(ctx, department_set_status, ARG(id, id), ENUM_ARG(status, department_status, to));
	event_add(ctx, "department.retired", store, id);
	return OK;
}

enum err
department_reinstate(struct ctx *ctx, struct id id)
{
	struct rows *rows = NULL;
	int to = 0;
	enum err err = db_lock(ctx, department_lock, id, &rows);

	if (!err)
		err = machine_check(ctx, &department_machine, OP_reinstateDepartment,
		                    row_enum(rows, 0, "status", &department_status_enum), &to);
	if (err)
		return err;
	db_write(ctx, department_set_status, ARG(id, id), ENUM_ARG(status, department_status, to));
	event_add(ctx, "department.reinstated", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
staff_set_departments(struct ctx *ctx, struct id staff, const struct set_staff_departments *in)
{
	struct id store = none;
	struct rows *rows = NULL;
	enum err err = db_lock(ctx, staff_lock, staff, &rows);

	if (!err)
		err = ctx_store(ctx, in->store_id, &store);
	if (!err)
		err = staff_check_worker(ctx, staff, store, "/store_id");
	if (!err)
		err = db_read(ctx, departments_wrong, &rows, ARG(store_id, store),
		              BODY_ARG(set_staff_departments, in));
	if (err)
		return err;
	if (rows_count(rows) > 0)
		return failf(ctx,
		             row_bool(rows, 0, "retired") ? ERR_DEPARTMENT_RETIRED : ERR_NOT_FOUND,
		             "/department_ids/%lld", (long long)row_int(rows, 0, "place"));
	db_write(ctx, staff_departments_clear, ARG(id, staff), ARG(store_id, store));
	db_write(ctx, staff_departments_set, ARG(id, staff), ARG(store_id, store),
	         BODY_ARG(set_staff_departments, in));
	db_write(ctx, staff_touch, ARG(id, staff));
	event_add(ctx, "staff.departments_set", store, staff);
	return OK;
}

/* ------------------------------------------------------------ rules */

/* The chain's rules are headquarters'. */
static enum err
check_may_write(struct ctx *ctx, struct id store)
{
	if (!id_is_none(store) || ctx->scope->hq)
		return OK;
	return fail_with(ctx, ERR_FORBIDDEN, NULL,
	                 arena_printf(ctx->arena, "%s (chain)",
	                              enum_code(&permission_enum, PERMISSION_STORE_WRITE)),
	                 NULL);
}

/* A store's rule names a department, and no kind; one of the chain a kind, and no department. */
static enum err
check_target(struct ctx *ctx, struct id store, struct id department, bool department_told,
             bool kind_told, bool is_new)
{
	const bool chain = id_is_none(store), told = chain ? kind_told : department_told;
	struct rows *rows = NULL;
	enum err err = OK;

	if (chain ? department_told : kind_told)
		return fail(ctx, ERR_UNKNOWN_FIELD, chain ? "/department_id" : "/department_kind");
	if (is_new && !told)
		return fail(ctx, ERR_REQUIRED, chain ? "/department_kind" : "/department_id");
	if (chain || !told)
		return OK;
	err = db_read(ctx, department_target, &rows, ARG(into_id, department),
	              ARG(store_id, store));
	if (!err && rows_count(rows) == 0)
		err = fail(ctx, ERR_NOT_FOUND, "/department_id");
	if (!err &&
	    row_enum(rows, 0, "status", &department_status_enum) != DEPARTMENT_STATUS_IN_USE)
		err = fail(ctx, ERR_DEPARTMENT_RETIRED, "/department_id");
	return err;
}

enum err
routing_rule_create(struct ctx *ctx, const struct create_routing_rule *in)
{
	struct id store = none;
	enum err err = new_id(ctx, in->id, &ctx->subject);

	/* what names a kind is meant for the chain */
	if (!err && (in->has_store_id || !in->has_department_kind))
		err = ctx_store(ctx, in->store_id, &store);
	if (!err)
		err = check_may_write(ctx, store);
	if (!err)
		err = check_target(ctx, store, in->department_id, in->has_department_id,
		                   in->has_department_kind, true);
	if (err)
		return err;
	db_write(ctx, routing_rule_add, ARG(rule_id, ctx->subject), ARG(store_id, store),
	         BODY_ARG(create_routing_rule, in));
	event_add_new(ctx, "routing_rule.created", store, ctx->subject);
	return OK;
}

enum err
routing_rule_update(struct ctx *ctx, struct id id, const struct update_routing_rule *in)
{
	struct rows *rows = NULL;
	struct id store = none;
	enum err err = db_lock(ctx, routing_rule_lock, id, &rows);

	if (err)
		return err;
	store = row_id(rows, 0, "store_id");
	err = check_may_write(ctx, store);
	if (!err)
		err = check_target(ctx, store, in->department_id, in->has_department_id,
		                   in->has_department_kind, false);
	if (err)
		return err;
	db_write(ctx, routing_rule_update, ARG(id, id), BODY_ARG(update_routing_rule, in));
	event_add(ctx, "routing_rule.updated", store, id);
	return OK;
}

enum err
routing_rule_delete(struct ctx *ctx, struct id id, const char *reason)
{
	struct rows *rows = NULL;
	enum err err = db_lock(ctx, routing_rule_lock, id, &rows);

	if (!err)
		err = check_may_write(ctx, row_id(rows, 0, "store_id"));
	if (err)
		return err;
	db_write(ctx, routing_rule_delete, ARG(id, id), ARG(reason, reason));
	event_add(ctx, "routing_rule.deleted", row_id(rows, 0, "store_id"), id);
	return OK;
}
