/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnoses, from the draft to the signature or to a second person's consent. */
#include "inspection/diagnosis.h"

#include "event/event.h"
#include "inspection/inspection.h"
#include "org/org.h"

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_submitDiagnosis,        FROM(DIAGNOSIS_STATUS_DRAFT),     DIAGNOSIS_STATUS_SUBMITTED },
	{ OP_signDiagnosis,          FROM(DIAGNOSIS_STATUS_SUBMITTED), DIAGNOSIS_STATUS_SIGNED },
	{ OP_requestDiagnosisReview, FROM(DIAGNOSIS_STATUS_SUBMITTED), DIAGNOSIS_STATUS_IN_REVIEW },
	{ OP_agreeDiagnosis,         FROM(DIAGNOSIS_STATUS_IN_REVIEW), DIAGNOSIS_STATUS_AGREED },
	{ OP_objectDiagnosis,        FROM(DIAGNOSIS_STATUS_IN_REVIEW), DIAGNOSIS_STATUS_DRAFT },
};
/* clang-format on */

const struct machine diagnosis_machine = MACHINE("status", diagnosis_status, moves);

/* ------------------------------------------------------------ drafts */

static enum err
check_concern(struct ctx *ctx, const struct create_diagnosis *in)
{
	struct rows *rows;
	enum err err;

	if (!in->has_concern_id)
		return OK;
	err = db_read(ctx, diagnosis_concern, &rows, ARG(concern_id, in->concern_id),
	              ARG(reception_id, in->reception_id));
	return !err && rows_count(rows) == 0 ? fail(ctx, ERR_NOT_FOUND, "/concern_id") : err;
}

enum err
diagnosis_create(struct ctx *ctx, const struct create_diagnosis *in)
{
	struct rows *reception = NULL;
	const char *number = NULL;
	struct id id, store = { { 0 } };
	enum err err = new_id(ctx, in->id, &id);

	if (!err)
		err = inspection_read_reception(ctx, in->reception_id, &reception);
	if (!err)
		err = check_concern(ctx, in);
	if (err)
		return err;
	store = row_id(reception, 0, "store_id");
	err = document_number(ctx, store, "DG", &number);
	if (err)
		return err;
	db_write(ctx, diagnosis_add, ARG(diagnosis_id, id), ARG(store_id, store),
	         ARG(number, number), ARG(vehicle_id, row_id(reception, 0, "vehicle_id")),
	         BODY_ARG(create_diagnosis, in));
	if (in->fault_codes_count > 0)
		db_write(ctx, diagnosis_codes_add, ARG(diagnosis_id, id),
		         BODY_ARG(create_diagnosis, in));
	event_add(ctx, "diagnosis.drafted", store, id);
	ctx->subject = id;
	return OK;
}

static enum err
begin(struct ctx *ctx, struct id id, enum op op, struct rows **rows, int *to)
{
	enum err err = db_lock(ctx, diagnosis_lock, id, rows);

	return err ? err
	           : machine_check(ctx, &diagnosis_machine, op,
	                           row_enum(*rows, 0, "status", &diagnosis_status_enum), to);
}

/* What a second person was once asked of is agreed, not signed alone. */
static enum err
check_complex(struct ctx *ctx, const struct rows *rows, const struct update_diagnosis *in)
{
	bool lowers = in->has_complex && !in->complex;

	return lowers && row_bool(rows, 0, "reviewed") ? fail(ctx, ERR_STAYS_COMPLEX, "/complex")
	                                               : OK;
}

enum err
diagnosis_update(struct ctx *ctx, struct id id, const struct update_diagnosis *in)
{
	struct rows *rows = NULL;
	int same;
	/* what can still be submitted can be changed */
	enum err err = begin(ctx, id, OP_submitDiagnosis, &rows, &same);

	if (!err)
		err = check_complex(ctx, rows, in);
	if (err)
		return err;
	if (in->has_fault_codes) {
		db_write(ctx, diagnosis_codes_remove, ARG(diagnosis_id, id));
		db_write(ctx, diagnosis_codes_add, ARG(diagnosis_id, id),
		         BODY_ARG(update_diagnosis, in));
	}
	db_write(ctx, diagnosis_update, ARG(id, id), BODY_ARG(update_diagnosis, in));
	event_add(ctx, "diagnosis.updated", row_id(rows, 0, "store_id"), id);
	return OK;
}

/* ------------------------------------------------------------ verbs */

static enum err
check_complete(struct ctx *ctx, const struct rows *rows)
{
	bool cause = row_is_null(rows, 0, "cause"), correction = row_is_null(rows, 0, "correction");

	if (!cause && !correction)
		return OK;
	return fail_with(ctx, ERR_DIAGNOSIS_INCOMPLETE, NULL,
	                 !correction ? "cause"
	                 : cause     ? "cause, correction"
	                             : "correction",
	                 NULL);
}

enum err
diagnosis_advance(struct ctx *ctx, enum op op, struct id id)
{
	const char *event = op == OP_submitDiagnosis ? "diagnosis.submitted"
	                    : op == OP_signDiagnosis ? "diagnosis.signed"
	                                             : "diagnosis.review_requested";
	struct rows *rows = NULL;
	int to = 0;
	enum err err = begin(ctx, id, op, &rows, &to);

	if (!err && op == OP_submitDiagnosis)
		err = check_complete(ctx, rows);
	if (!err && op == OP_signDiagnosis && row_bool(rows, 0, "complex"))
		err = fail(ctx, ERR_REVIEW_NEEDED, NULL);
	if (err)
		return err;
	db_write(ctx, diagnosis_move, ARG(id, id), ENUM_ARG(status, diagnosis_status, to));
	event_add(ctx, event, row_id(rows, 0, "store_id"), id);
	return OK;
}

static enum err
review(struct ctx *ctx, enum op op, struct id id, enum diagnosis_outcome outcome,
       const char *reason, const char *note)
{
	struct rows *rows = NULL;
	int to = 0;
	enum err err = begin(ctx, id, op, &rows, &to);

	if (!err && (id_equal(row_id(rows, 0, "submitted_by"), ctx->scope->actor) ||
	             id_equal(row_id(rows, 0, "created_by"), ctx->scope->actor) ||
	             row_bool(rows, 0, "edited")))
		err = fail(ctx, ERR_OWN_DIAGNOSIS, NULL);
	if (err)
		return err;
	db_write(ctx, diagnosis_move, ARG(id, id), ENUM_ARG(status, diagnosis_status, to));
	db_write(ctx, diagnosis_review_add, ARG(id, id), ARG(review_id, id_new()),
	         ARG(store_id, row_id(rows, 0, "store_id")),
	         ENUM_ARG(outcome, diagnosis_outcome, outcome), ARG(reason, reason),
	         ARG(note, note));
	event_add(ctx,
	          outcome == DIAGNOSIS_OUTCOME_AGREED ? "diagnosis.agreed" : "diagnosis.objected",
	          row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
diagnosis_agree(struct ctx *ctx, struct id id, const struct agree_diagnosis *in)
{
	return review(ctx, OP_agreeDiagnosis, id, DIAGNOSIS_OUTCOME_AGREED, NULL,
	              in ? in->note : NULL);
}

enum err
diagnosis_object(struct ctx *ctx, struct id id, const struct object_diagnosis *in)
{
	return review(ctx, OP_objectDiagnosis, id, DIAGNOSIS_OUTCOME_OBJECTED,
	              enum_code(&objection_reason_enum, (int)in->reason), in->note);
}

enum err
diagnosis_check_agreed(struct ctx *ctx, struct id store, struct id reception, struct id work_order,
                       const char *pointer)
{
	struct arg order = NULL_ARG(work_order_id);
	struct rows *rows;
	enum err err;

	if (!id_is_none(work_order))
		order = ARG(work_order_id, work_order);
	err = db_read(ctx, diagnosis_lacking, &rows, ARG(store_id, store),
	              ARG(reception_id, reception), order);
	return !err && row_bool(rows, 0, "lacking") ? fail(ctx, ERR_DIAGNOSIS_REQUIRED, pointer)
	                                            : err;
}
