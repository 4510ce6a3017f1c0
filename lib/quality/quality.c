/* SPDX-License-Identifier: Apache-2.0 */
/* Checks are decided under the lock of their order. */
#include "quality/quality.h"

#include "event/event.h"
#include "org/org.h"
#include "work_order/work_order.h"

static const struct machine_move moves[] = {
	{ OP_passQualityCheck, FROM(QUALITY_STATUS_OPEN), QUALITY_STATUS_PASSED },
	{ OP_failQualityCheck, FROM(QUALITY_STATUS_OPEN), QUALITY_STATUS_FAILED },
};

const struct machine quality_check_machine = MACHINE("status", quality_status, moves);

/* A check and the order it is about, locked, with the lines that were worked on. */
struct check {
	struct id id;
	struct work_order wo;
	enum quality_level level;
	struct rows *lines;
};

/* A final check waits for all the work; the others may be made while it goes on. */
static enum err
check_order(struct ctx *ctx, const struct check *check)
{
	if (check->wo.status == WORK_ORDER_STATUS_AWAITING_QC ||
	    (check->level != QUALITY_LEVEL_FINAL &&
	     check->wo.status == WORK_ORDER_STATUS_IN_PROGRESS))
		return OK;
	return work_order_refuse(ctx, &check->wo);
}

static enum err
read_lines(struct ctx *ctx, struct check *check)
{
	return db_read(ctx, quality_worked_lines, &check->lines, ARG(id, check->wo.id),
	               ENUM_ARG(level, quality_level, check->level));
}

/* Only the check by oneself is made by who has worked on it, and there it must be one's own. */
static enum err
check_own(struct ctx *ctx, const struct check *check)
{
	bool is_self = check->level == QUALITY_LEVEL_SELF, own = false;

	for (size_t i = 0; i < rows_count(check->lines); i++)
		if (row_bool(check->lines, i, "own"))
			own = true;
	if (own != is_self)
		return fail(ctx, is_self ? ERR_NOTHING_TO_CHECK : ERR_OWN_WORK, NULL);
	return OK;
}

static bool
is_done(const struct check *check, size_t i)
{
	return row_enum(check->lines, i, "work_status", &line_work_status_enum) ==
	       LINE_WORK_STATUS_DONE;
}

/* What is checked has passed the lower levels that the order requires. */
static enum err
check_lower_levels(struct ctx *ctx, const struct check *check)
{
	for (size_t i = 0; i < rows_count(check->lines); i++)
		if (is_done(check, i) && !row_is_null(check->lines, i, "lacking"))
			return fail_with(ctx, ERR_LEVEL_MISSING, NULL,
			                 row_text(check->lines, i, "position"),
			                 row_text(check->lines, i, "lacking"));
	return OK;
}

enum err
quality_check_open(struct ctx *ctx, const struct create_quality_check *in)
{
	struct check check = { .level = in->level };
	enum err err = new_id(ctx, in->id, &check.id);

	if (!err)
		err = work_order_lock(ctx, in->work_order_id, "/work_order_id", &check.wo);
	if (!err)
		err = check_order(ctx, &check);
	if (!err)
		err = read_lines(ctx, &check);
	if (!err)
		err = check_own(ctx, &check);
	if (!err)
		err = check_lower_levels(ctx, &check);
	if (err)
		return err;
	db_write(ctx, quality_check_add, ARG(check_id, check.id), ARG(store_id, check.wo.store),
	         ARG(id, check.wo.id), BODY_ARG(create_quality_check, in));
	event_add(ctx, "quality_check.opened", check.wo.store, check.id);
	ctx->subject = check.id;
	return OK;
}

/* Who may decide it: see the header. */
static enum err
check_decider(struct ctx *ctx, const struct check *check, struct id inspector)
{
	if (check->level != QUALITY_LEVEL_FINAL)
		return id_equal(inspector, ctx->scope->actor) ? OK
		                                              : fail(ctx, ERR_NOT_YOUR_CHECK, NULL);
	if (!scope_covers(ctx->beyond, check->wo.store))
		return fail_with(ctx, ERR_FORBIDDEN, NULL,
		                 enum_code(&permission_enum, PERMISSION_QUALITY_FINAL), NULL);
	return OK;
}

static enum err
begin(struct ctx *ctx, struct id id, enum op op, struct check *check)
{
	struct rows *rows;
	int to;
	enum err err = work_order_lock_by_check(ctx, id, &check->wo);

	if (!err)
		err = db_lock(ctx, quality_check_state, id, &rows);
	if (err)
		return err;
	check->id = id;
	check->level = (enum quality_level)row_enum(rows, 0, "level", &quality_level_enum);
	err = check_decider(ctx, check, row_id(rows, 0, "inspector_id"));
	if (!err)
		err = machine_check(ctx, &quality_check_machine, op,
		                    row_enum(rows, 0, "status", &quality_status_enum), &to);
	if (!err)
		err = check_order(ctx, check);
	if (!err)
		err = read_lines(ctx, check);
	return err ? err : check_own(ctx, check);
}

/* The work that asks for one leaves with a certificate, whose number is given once. */
static enum err
certify(struct ctx *ctx, const struct check *check)
{
	const char *number;
	bool needed = false;
	enum err err;

	for (size_t i = 0; i < rows_count(check->lines); i++)
		if (row_bool(check->lines, i, "certificate"))
			needed = true;
	if (!needed)
		return OK;
	err = document_number(ctx, check->wo.store, "CC", &number);
	if (!err)
		db_write(ctx, work_order_certify, ARG(id, check->wo.id), ARG(number, number));
	return err;
}

enum err
quality_check_pass(struct ctx *ctx, struct id id, const struct pass_quality_check *in)
{
	struct check check;
	enum err err = begin(ctx, id, OP_passQualityCheck, &check);

	if (!err)
		err = check_lower_levels(ctx, &check);
	if (err)
		return err;
	db_write(ctx, quality_check_decide, ARG(check_id, id),
	         ENUM_ARG(status, quality_status, QUALITY_STATUS_PASSED),
	         BODY_ARG(pass_quality_check, in));
	event_add(ctx, "quality_check.passed", check.wo.store, id);
	db_write(ctx, work_order_lines_passed_level, ARG(id, check.wo.id),
	         ENUM_ARG(level, quality_level, check.level));
	if (check.level != QUALITY_LEVEL_FINAL)
		return OK;
	db_write(ctx, work_order_lines_passed, ARG(id, check.wo.id));
	work_order_move(ctx, &check.wo, WORK_ORDER_STATUS_COMPLETED, "work_order.completed", NULL,
	                NULL);
	return certify(ctx, &check);
}

/* Each failed line must be done; who answers for it is the technician named, else the line's
 * own. */
static enum err
take_failures(struct ctx *ctx, const struct check *check, const struct fail_quality_check *in,
              struct id *technicians)
{
	for (size_t i = 0; i < in->lines_count; i++) {
		size_t k = 0;

		for (size_t j = 0; j < i; j++)
			if (id_equal(in->lines[j].line_id, in->lines[i].line_id))
				return failf(ctx, ERR_NOT_UNIQUE, "/lines/%zu/line_id", i);
		while (k < rows_count(check->lines) &&
		       !id_equal(row_id(check->lines, k, "id"), in->lines[i].line_id))
			k++;
		if (k == rows_count(check->lines))
			return failf(ctx, ERR_NOT_FOUND, "/lines/%zu/line_id", i);
		if (!is_done(check, k))
			return fail_with(ctx, ERR_LINE_STATUS,
			                 arena_printf(ctx->arena, "/lines/%zu/line_id", i),
			                 row_text(check->lines, k, "work_status"), NULL);
		technicians[i] = in->lines[i].technician_id;
	}
	/* a line's own technician may have left since: only those named are looked up */
	return technicians_check(ctx, check->wo.store, technicians, in->lines_count, "/lines");
}

static struct id
technician_of(const struct rows *lines, struct id line)
{
	for (size_t i = 0; i < rows_count(lines); i++)
		if (id_equal(row_id(lines, i, "id"), line))
			return row_id(lines, i, "technician_id");
	return (struct id){ { 0 } };
}

enum err
quality_check_fail(struct ctx *ctx, struct id id, const struct fail_quality_check *in)
{
	struct id *technicians = arena_array(ctx->arena, in->lines_count, sizeof(*technicians));
	struct id *failures = arena_array(ctx->arena, in->lines_count, sizeof(*failures));
	struct check check;
	enum err err = begin(ctx, id, OP_failQualityCheck, &check);

	if (!err)
		err = take_failures(ctx, &check, in, technicians);
	if (err)
		return err;
	for (size_t i = 0; i < in->lines_count; i++) {
		failures[i] = id_new();
		if (id_is_none(technicians[i]))
			technicians[i] = technician_of(check.lines, in->lines[i].line_id);
	}
	db_write(ctx, quality_check_decide, ARG(check_id, id),
	         ENUM_ARG(status, quality_status, QUALITY_STATUS_FAILED), NULL_ARG(road_test_km),
	         BODY_ARG(fail_quality_check, in));
	db_write(ctx, quality_check_failures_add, ARG(check_id, id), ARG(store_id, check.wo.store),
	         IDS_ARG(failure_ids, failures, in->lines_count),
	         IDS_ARG(technician_ids, technicians, in->lines_count),
	         BODY_ARG(fail_quality_check, in));
	db_write(ctx, work_order_lines_failed, ARG(id, check.wo.id),
	         BODY_ARG(fail_quality_check, in));
	event_add(ctx, "quality_check.failed", check.wo.store, id);
	if (check.wo.status == WORK_ORDER_STATUS_AWAITING_QC)
		work_order_move(ctx, &check.wo, WORK_ORDER_STATUS_IN_PROGRESS, "work_order.rework",
		                NULL, NULL);
	return OK;
}
