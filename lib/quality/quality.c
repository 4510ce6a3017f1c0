/* SPDX-License-Identifier: Apache-2.0 */
/* Checks are decided under the lock of their order. */
#include "quality/quality.h"

#include "event/event.h"
#include "org/org.h"
#include "work_order/sublet.h"

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

static bool
is_done(const struct check *check, size_t i)
{
	return row_enum(check->lines, i, "work_status", &line_work_status_enum) ==
	       LINE_WORK_STATUS_DONE;
}

/* Only the check by oneself is made by who has worked on it, and there it must be one's own.  Where
 * there is work some of it is done by then. */
static enum err
check_work(struct ctx *ctx, const struct check *check)
{
	bool is_self = check->level == QUALITY_LEVEL_SELF;
	bool own = false, any = !is_self && rows_count(check->lines) == 0;

	for (size_t i = 0; i < rows_count(check->lines); i++) {
		bool mine = row_bool(check->lines, i, "own");

		own = own || mine;
		any = any || (is_done(check, i) && (mine || !is_self));
	}
	if (own && !is_self)
		return fail(ctx, ERR_OWN_WORK, NULL);
	return any ? OK : fail(ctx, ERR_NOTHING_TO_CHECK, NULL);
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
		err = check_work(ctx, &check);
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
	if (!err && !row_is_null(rows, 0, "uncertified"))
		err = fail_with(ctx, ERR_INSPECTOR_UNCERTIFIED, NULL,
		                row_text(rows, 0, "uncertified"), NULL);
	if (!err)
		err = check_order(ctx, check);
	if (!err)
		err = read_lines(ctx, check);
	return err ? err : check_work(ctx, check);
}

/* The work that asks for one leaves with a certificate, whose number is given once. */
static enum err
certify(struct ctx *ctx, const struct check *check)
{
	const char *number;
	struct rows *rows = NULL;
	enum err err = db_read(ctx, quality_certificate, &rows, ARG(id, check->wo.id));

	if (err || !row_bool(rows, 0, "needed"))
		return err;
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

static size_t
find(const struct rows *rows, struct id line)
{
	size_t k = 0;

	while (k < rows_count(rows) && !id_equal(row_id(rows, k, "id"), line))
		k++;
	return k;
}

static const char *
at(struct ctx *ctx, size_t i, const char *member)
{
	return arena_printf(ctx->arena, "/lines/%zu/%s", i, member);
}

/* Labour that goes back to work; it must be done. */
static enum err
take_labour(struct ctx *ctx, const struct check *check, struct id line, const char *pointer)
{
	size_t k = find(check->lines, line);

	if (k == rows_count(check->lines))
		return fail(ctx, ERR_NOT_FOUND, pointer);
	return is_done(check, k) ? OK
	                         : fail_with(ctx, ERR_LINE_STATUS, pointer,
	                                     row_text(check->lines, k, "work_status"), NULL);
}

/* The labour that fits a part: as told, or the order's only one; none where other labour fails anyway. */
static enum err
labour_of_part(struct ctx *ctx, const struct check *check, const struct fail_quality_check *in,
               size_t i, struct id *labour)
{
	const struct failed_line *failed = &in->lines[i];

	*labour = failed->labour_line_id;
	if (failed->has_labour_line_id)
		return take_labour(ctx, check, *labour, at(ctx, i, "labour_line_id"));
	for (size_t j = 0; j < in->lines_count; j++)
		if (find(check->lines, in->lines[j].line_id) < rows_count(check->lines))
			return OK;
	if (rows_count(check->lines) > 1)
		return fail(ctx, ERR_REQUIRED, at(ctx, i, "labour_line_id"));
	if (rows_count(check->lines) == 1 && is_done(check, 0))
		*labour = row_id(check->lines, 0, "id");
	return OK;
}

/* What a check fails: by line of the call the labour that is done again, and who answers for it;
 * and the lines of outside work. */
struct failures {
	struct id *labour, *technicians, *outside;
	size_t outside_count;
};

static enum err
take_failure(struct ctx *ctx, const struct check *check, const struct rows *others,
             const struct fail_quality_check *in, size_t i, struct failures *out)
{
	struct id line = in->lines[i].line_id;
	const char *pointer = at(ctx, i, "line_id");
	size_t k = find(others, line);
	bool part =
		k < rows_count(others) && row_enum(others, k, "kind", &work_order_line_kind_enum) ==
						  WORK_ORDER_LINE_KIND_PART;

	out->technicians[i] = in->lines[i].technician_id;
	if (in->lines[i].has_labour_line_id && !part)
		return fail(ctx, ERR_UNKNOWN_FIELD, at(ctx, i, "labour_line_id"));
	if (k == rows_count(others)) {
		out->labour[i] = line;
		return take_labour(ctx, check, line, pointer);
	}
	if (!row_is_null(others, k, "hindered_by"))
		return fail_with(ctx, ERR_LINE_STATUS, pointer, row_text(others, k, "hindered_by"),
		                 NULL);
	if (part)
		return labour_of_part(ctx, check, in, i, &out->labour[i]);
	out->outside[out->outside_count++] = line;
	return OK;
}

/* Who answers for a line is the technician named, else the labour's own. */
static enum err
take_failures(struct ctx *ctx, const struct check *check, const struct fail_quality_check *in,
              struct failures *out)
{
	struct rows *others = NULL;
	enum err err = db_read(ctx, quality_other_lines, &others, ARG(id, check->wo.id));

	out->labour = arena_array(ctx->arena, in->lines_count, sizeof(*out->labour));
	out->technicians = arena_array(ctx->arena, in->lines_count, sizeof(*out->technicians));
	out->outside = arena_array(ctx->arena, in->lines_count, sizeof(*out->outside));
	for (size_t i = 0; !err && i < in->lines_count; i++) {
		for (size_t j = 0; j < i; j++)
			if (id_equal(in->lines[j].line_id, in->lines[i].line_id))
				return fail(ctx, ERR_NOT_UNIQUE, at(ctx, i, "line_id"));
		err = take_failure(ctx, check, others, in, i, out);
	}
	/* a line's own technician may have left since: only those named are looked up */
	return err ? err
	           : technicians_check(ctx, check->wo.store, out->technicians, in->lines_count,
	                               "/lines");
}

static struct id
technician_of(const struct rows *lines, struct id line)
{
	for (size_t i = 0; i < rows_count(lines); i++)
		if (id_equal(row_id(lines, i, "id"), line))
			return row_id(lines, i, "technician_id");
	return (struct id){ { 0 } };
}

/* The code that was sent, or the one that the words are, or NULL. */
static const char *
code_of(const struct failed_line *failed)
{
	int code = failed->has_reason_code ? (int)failed->reason_code
	                                   : enum_value(&quality_fail_reason_enum, failed->reason);

	return code > 0 ? enum_code(&quality_fail_reason_enum, code) : NULL;
}

enum err
quality_check_fail(struct ctx *ctx, struct id id, const struct fail_quality_check *in)
{
	struct id *failures = arena_array(ctx->arena, in->lines_count, sizeof(*failures));
	const char **codes = arena_array(ctx->arena, in->lines_count, sizeof(*codes));
	struct failures failed = { 0 };
	struct check check;
	enum err err = begin(ctx, id, OP_failQualityCheck, &check);

	if (!err)
		err = take_failures(ctx, &check, in, &failed);
	if (err)
		return err;
	for (size_t i = 0; i < in->lines_count; i++) {
		failures[i] = id_new();
		codes[i] = code_of(&in->lines[i]);
		if (id_is_none(failed.technicians[i]))
			failed.technicians[i] = technician_of(check.lines, failed.labour[i]);
	}
	db_write(ctx, quality_check_decide, ARG(check_id, id),
	         ENUM_ARG(status, quality_status, QUALITY_STATUS_FAILED), NULL_ARG(road_test_km),
	         BODY_ARG(fail_quality_check, in));
	db_write(ctx, quality_check_failures_add, ARG(check_id, id), ARG(store_id, check.wo.store),
	         IDS_ARG(failure_ids, failures, in->lines_count),
	         IDS_ARG(technician_ids, failed.technicians, in->lines_count),
	         TEXTS_ARG(reason_codes, codes, in->lines_count), BODY_ARG(fail_quality_check, in));
	db_write(ctx, work_order_lines_failed, ARG(id, check.wo.id),
	         IDS_ARG(labour_ids, failed.labour, in->lines_count),
	         BODY_ARG(fail_quality_check, in));
	if (failed.outside_count > 0)
		err = sublets_fail(ctx, &check.wo, failed.outside, failed.outside_count);
	if (err)
		return err;
	event_add(ctx, "quality_check.failed", check.wo.store, id);
	if (check.wo.status == WORK_ORDER_STATUS_AWAITING_QC)
		work_order_move(ctx, &check.wo, WORK_ORDER_STATUS_IN_PROGRESS, "work_order.rework",
		                NULL, NULL);
	return OK;
}
