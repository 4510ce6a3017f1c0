/* SPDX-License-Identifier: Apache-2.0 */
/* Inspections of received vehicles, from the draft to both signatures. */
#include "inspection/inspection.h"

#include "event/event.h"
#include "file/file.h"
#include "org/org.h"

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_submitInspection, FROM(INSPECTION_STATUS_DRAFT),     INSPECTION_STATUS_SUBMITTED },
	{ OP_signInspection,   FROM(INSPECTION_STATUS_SUBMITTED), INSPECTION_STATUS_SIGNED },
};
/* clang-format on */

const struct machine inspection_machine = MACHINE("status", inspection_status, moves);

/* ------------------------------------------------------------ findings */

static void
note_at(struct ctx *ctx, enum err err, size_t i, const char *member)
{
	note_failure(ctx, err, arena_printf(ctx->arena, "/findings/%zu/%s", i, member), NULL, NULL);
}

/* A finding is of a point of the template, which has one, or of a place of the body. */
static void
check_place(struct ctx *ctx, const struct rows *points, const struct new_finding *findings,
            size_t i)
{
	size_t at = 0;

	if (!findings[i].has_item_id) {
		if (!findings[i].has_body_position)
			note_at(ctx, ERR_REQUIRED, i, "body_position");
		return;
	}
	while (at < rows_count(points) && !id_equal(row_id(points, at, "id"), findings[i].item_id))
		at++;
	if (at == rows_count(points)) {
		note_at(ctx, ERR_NOT_FOUND, i, "item_id");
		return;
	}
	for (size_t k = 0; k < i; k++)
		if (findings[k].has_item_id && id_equal(findings[k].item_id, findings[i].item_id))
			note_at(ctx, ERR_NOT_UNIQUE, i, "item_id");
}

static enum err
check_files(struct ctx *ctx, struct id store, const struct new_finding *findings, size_t count)
{
	size_t n = 0, total = 0;
	const char **pointers;
	struct id *ids;

	for (size_t i = 0; i < count; i++)
		total += findings[i].file_ids_count;
	if (total == 0)
		return OK;
	ids = arena_array(ctx->arena, total, sizeof(*ids));
	pointers = arena_array(ctx->arena, total, sizeof(*pointers));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < findings[i].file_ids_count; k++, n++) {
			ids[n] = findings[i].file_ids[k];
			pointers[n] = arena_printf(ctx->arena, "/findings/%zu/file_ids/%zu", i, k);
		}
	return files_check(ctx, store, ids, pointers, total);
}

/* What is wrong with findings, all of it; ids of their own for those that were sent without. */
static enum err
take_findings(struct ctx *ctx, struct id store, const struct rows *points,
              const struct new_finding *findings, size_t count, struct id **ids)
{
	enum err err = OK;

	*ids = arena_array(ctx->arena, count + 1, sizeof(**ids));
	for (size_t i = 0; !err && i < count; i++) {
		err = new_id(ctx, findings[i].id, &(*ids)[i]);
		check_place(ctx, points, findings, i);
	}
	if (!err)
		err = check_files(ctx, store, findings, count);
	if (!err && ctx->failures_count > 0)
		err = ERR_VALIDATION_FAILED;
	return err;
}

/* ------------------------------------------------------------ drafts */

/* The points of a template; with a new inspection it must be the active revision. */
static enum err
read_points(struct ctx *ctx, struct id template, bool is_new, struct rows **points)
{
	enum err err = db_read(ctx, inspection_points, points, ARG(template_id, template));

	if (err || !is_new || id_is_none(template))
		return err;
	if (rows_count(*points) == 0 || !row_bool(*points, 0, "active"))
		return fail(ctx, ERR_NOT_FOUND, "/template_id");
	return OK;
}

enum err
inspection_read_reception(struct ctx *ctx, struct id reception, struct rows **rows)
{
	enum err err = db_read(ctx, inspection_reception, rows, ARG(reception_id, reception));

	if (err)
		return err;
	if (rows_count(*rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/reception_id");
	if (row_enum(*rows, 0, "status", &reception_status_enum) ==
	    RECEPTION_STATUS_LEFT_WITHOUT_SERVICE)
		return fail(ctx, ERR_CUSTOMER_LEFT, NULL);
	return OK;
}

enum err
inspection_create(struct ctx *ctx, const struct create_inspection *in)
{
	struct rows *reception = NULL, *points = NULL;
	const char *number = NULL;
	struct id id, store = { { 0 } }, *findings = NULL;
	enum err err = new_id(ctx, in->id, &id);

	if (!err)
		err = inspection_read_reception(ctx, in->reception_id, &reception);
	if (!err)
		err = read_points(ctx, in->template_id, true, &points);
	if (err)
		return err;
	store = row_id(reception, 0, "store_id");
	err = take_findings(ctx, store, points, in->findings, in->findings_count, &findings);
	if (!err)
		err = document_number(ctx, store, "IN", &number);
	if (err)
		return err;
	db_write(ctx, inspection_add, ARG(inspection_id, id), ARG(store_id, store),
	         ARG(number, number), ARG(vehicle_id, row_id(reception, 0, "vehicle_id")),
	         BODY_ARG(create_inspection, in));
	if (in->findings_count > 0) {
		db_write(ctx, inspection_findings_add, ARG(inspection_id, id), ARG(store_id, store),
		         IDS_ARG(finding_ids, findings, in->findings_count),
		         BODY_ARG(create_inspection, in));
		db_write(ctx, inspection_files_add, ARG(store_id, store),
		         IDS_ARG(finding_ids, findings, in->findings_count),
		         BODY_ARG(create_inspection, in));
	}
	event_add(ctx, "inspection.drafted", store, id);
	ctx->subject = id;
	return OK;
}

static enum err
begin(struct ctx *ctx, struct id id, enum op op, struct rows **rows)
{
	int to;
	enum err err = db_lock(ctx, inspection_lock, id, rows);

	return err ? err
	           : machine_check(ctx, &inspection_machine, op,
	                           row_enum(*rows, 0, "status", &inspection_status_enum), &to);
}

enum err
inspection_update(struct ctx *ctx, struct id id, const struct update_inspection *in)
{
	struct rows *rows = NULL, *points = NULL;
	struct id store = { { 0 } }, *findings = NULL;
	/* what can still be submitted can be changed */
	enum err err = begin(ctx, id, OP_submitInspection, &rows);

	if (err)
		return err;
	store = row_id(rows, 0, "store_id");
	if (in->has_findings) {
		err = read_points(ctx, row_id(rows, 0, "template_id"), false, &points);
		if (!err)
			err = take_findings(ctx, store, points, in->findings, in->findings_count,
			                    &findings);
		if (err)
			return err;
		db_write(ctx, inspection_files_remove, ARG(id, id));
		db_write(ctx, inspection_findings_remove, ARG(id, id));
		db_write(ctx, inspection_findings_add, ARG(inspection_id, id), ARG(store_id, store),
		         IDS_ARG(finding_ids, findings, in->findings_count),
		         BODY_ARG(update_inspection, in));
		db_write(ctx, inspection_files_add, ARG(store_id, store),
		         IDS_ARG(finding_ids, findings, in->findings_count),
		         BODY_ARG(update_inspection, in));
	}
	db_write(ctx, inspection_update, ARG(id, id), BODY_ARG(update_inspection, in));
	event_add(ctx, "inspection.updated", store, id);
	return OK;
}

/* ------------------------------------------------------------ verbs */

enum err
inspection_submit(struct ctx *ctx, struct id id)
{
	struct rows *rows = NULL, *missing = NULL;
	enum err err = begin(ctx, id, OP_submitInspection, &rows);

	if (!err)
		err = db_read(ctx, inspection_missing, &missing, ARG(id, id));
	if (!err && !row_is_null(missing, 0, "missing"))
		err = fail_with(ctx, ERR_INSPECTION_INCOMPLETE, NULL,
		                row_text(missing, 0, "missing"), NULL);
	if (err)
		return err;
	db_write(ctx, inspection_submit, ARG(id, id));
	event_add(ctx, "inspection.submitted", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
inspection_sign(struct ctx *ctx, struct id id, const struct sign_inspection *in)
{
	static const char *const pointers[] = { "/customer_signature_file_id",
		                                "/technician_signature_file_id" };
	const struct id files[] = { in->customer_signature_file_id,
		                    in->technician_signature_file_id };
	struct rows *rows = NULL, *signer = NULL;
	enum err err = begin(ctx, id, OP_signInspection, &rows);

	if (!err)
		err = files_check_visit(ctx, row_id(rows, 0, "store_id"),
		                        row_id(rows, 0, "reception_id"), files, pointers,
		                        COUNT_OF(files));
	if (!err && in->has_technician_id)
		err = db_read(ctx, staff_of_store, &signer, ARG(staff_id, in->technician_id));
	if (!err && in->has_technician_id && rows_count(signer) == 0)
		err = fail(ctx, ERR_NOT_FOUND, "/technician_id");
	if (err)
		return err;
	db_write(ctx, inspection_sign, ARG(id, id), BODY_ARG(sign_inspection, in));
	event_add(ctx, "inspection.signed", row_id(rows, 0, "store_id"), id);
	return OK;
}
