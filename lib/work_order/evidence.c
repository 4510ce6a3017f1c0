/* SPDX-License-Identifier: Apache-2.0 */
/* Photos and checklists of lines: what technicians show and measure, and what still lacks. */
#include "work_order/evidence.h"

#include <string.h>

#include "event/event.h"
#include "work_order/team.h"

/* A line that somebody of its team may still document: not before it is theirs, nor once it is done. */
static enum err
begin(struct ctx *ctx, enum op op, struct id id, struct work_order *wo)
{
	struct lines lines = { 0 };
	struct team team = { 0 };
	const struct line *line;
	int same = 0;
	enum err err = work_order_lock_by_line(ctx, id, NULL, wo);

	if (!err)
		err = lines_read(ctx, wo->id, &lines);
	if (err)
		return err;
	line = line_of(&lines, id);
	err = machine_check(ctx, &line_work_machine, op, (int)line->work_status, &same);
	if (!err)
		err = team_of_line(ctx, line, &team);
	if (!err && !team.member)
		err = fail(ctx, ERR_NOT_YOUR_LINE, NULL);
	if (!err && !(WORK_ORDER_TO_SHOW & FROM(wo->status)))
		err = work_order_refuse(ctx, wo);
	ctx->subject = id;
	return err;
}

static void
wrong(struct ctx *ctx, enum err err, size_t i, const char *member, const char *why)
{
	note_failure(ctx, err, arena_printf(ctx->arena, "/answers/%zu/%s", i, member), why, NULL);
}

/* An answer is of its item's kind; what is wrong is noted. */
static void
check_answer(struct ctx *ctx, const struct check_answer *in, size_t i, const struct rows *items)
{
	const struct {
		const char *name;
		bool sent;
		enum check_kind kind;
	} members[] = {
		{ "done", in->has_done, CHECK_KIND_TICK },
		{ "value", in->has_value, CHECK_KIND_MEASURE },
		{ "choice", in->has_choice, CHECK_KIND_CHOICE },
	};
	const char *out = row_text(items, i, "out_of_bounds");
	enum check_kind kind;

	if (row_is_null(items, i, "kind")) {
		wrong(ctx, ERR_NOT_FOUND, i, "code", NULL);
		return;
	}
	kind = (enum check_kind)row_enum(items, i, "kind", &check_kind_enum);
	for (size_t m = 0; m < COUNT_OF(members); m++)
		if (members[m].sent != (members[m].kind == kind))
			wrong(ctx, members[m].sent ? ERR_UNKNOWN_FIELD : ERR_REQUIRED, i,
			      members[m].name, NULL);
	if (kind == CHECK_KIND_CHOICE && in->has_choice && !row_bool(items, i, "known"))
		wrong(ctx, ERR_BAD_VALUE, i, "choice", "is none of its choices");
	if (kind == CHECK_KIND_MEASURE && in->has_value && !row_bool(items, i, "within") &&
	    strcmp(out, enum_code(&out_of_bounds_enum, OUT_OF_BOUNDS_NOTE)) == 0 && !in->has_note)
		wrong(ctx, ERR_REQUIRED, i, "note", NULL);
}

static enum err
check_answers(struct ctx *ctx, const struct tick_work_order_line *in, const struct rows *items,
              bool *within)
{
	for (size_t i = 0; i < in->answers_count; i++) {
		for (size_t k = 0; k < i; k++)
			if (strcmp(in->answers[k].code, in->answers[i].code) == 0)
				wrong(ctx, ERR_NOT_UNIQUE, i, "code", NULL);
		check_answer(ctx, &in->answers[i], i, items);
		within[i] = row_bool(items, i, "within");
	}
	return ctx->failures_count > 0 ? ERR_VALIDATION_FAILED : OK;
}

enum err
line_tick(struct ctx *ctx, struct id id, const struct tick_work_order_line *in)
{
	struct id *ids = arena_array(ctx->arena, in->answers_count, sizeof(*ids));
	bool *within = arena_array(ctx->arena, in->answers_count, sizeof(*within));
	struct work_order wo = { 0 };
	struct rows *items = NULL;
	enum err err = begin(ctx, OP_tickWorkOrderLine, id, &wo);

	if (!err)
		err = db_read(ctx, line_checks_asked, &items, ARG(line_id, id),
		              BODY_ARG(tick_work_order_line, in));
	if (!err)
		err = check_answers(ctx, in, items, within);
	if (err)
		return err;
	for (size_t i = 0; i < in->answers_count; i++)
		ids[i] = id_new();
	db_write(ctx, line_checks_add, ARG(store_id, wo.store), ARG(line_id, id),
	         IDS_ARG(check_ids, ids, in->answers_count),
	         BOOLS_ARG(within, within, in->answers_count), BODY_ARG(tick_work_order_line, in));
	event_add(ctx, "work_order.line_ticked", wo.store, wo.id);
	return OK;
}

enum err
line_attach_photos(struct ctx *ctx, struct id id, const struct attach_line_photos *in)
{
	struct work_order wo = { 0 };
	struct rows *files = NULL;
	enum err err = begin(ctx, OP_attachWorkOrderLinePhotos, id, &wo);

	if (!err)
		err = db_read(ctx, line_photos_asked, &files, ARG(line_id, id),
		              ARG(order_id, wo.id), BODY_ARG(attach_line_photos, in));
	if (err)
		return err;
	if (row_is_null(files, 0, "step"))
		note_failure(ctx, ERR_NOT_FOUND, "/code", NULL, NULL);
	else if (row_bool(files, 0, "again") &&
	         row_enum(files, 0, "step", &evidence_step_enum) == EVIDENCE_STEP_BEGIN)
		note_failure(ctx, ERR_BAD_VALUE, "/code",
		             "is of before the work, which has been finished once", NULL);
	for (size_t i = 0; i < in->file_ids_count; i++) {
		const char *pointer = arena_printf(ctx->arena, "/file_ids/%zu", i);

		if (!row_bool(files, i, "found"))
			note_failure(ctx, ERR_NOT_FOUND, pointer, NULL, NULL);
		else if (!row_bool(files, i, "image"))
			note_failure(ctx, ERR_BAD_VALUE, pointer, "must be an image", NULL);
		else if (row_bool(files, i, "shown"))
			note_failure(ctx, ERR_BAD_VALUE, pointer, "was shown before the rework",
			             NULL);
	}
	if (ctx->failures_count > 0)
		return ERR_VALIDATION_FAILED;
	db_write(ctx, line_photos_add, ARG(store_id, wo.store), ARG(line_id, id),
	         BODY_ARG(attach_line_photos, in));
	event_add(ctx, "work_order.line_photographed", wo.store, wo.id);
	return OK;
}

enum err
line_check_evidence(struct ctx *ctx, struct id line)
{
	struct rows *lacking = NULL;
	enum err err = db_read(ctx, line_lacking, &lacking, ARG(line_id, line));

	if (err || rows_count(lacking) == 0)
		return err;
	for (size_t i = 0; i < rows_count(lacking); i++) {
		const char *list = row_text(lacking, i, "list");
		bool photo = strcmp(list, "evidence") == 0,
		     failed = strcmp(row_text(lacking, i, "state"), "failed") == 0;

		note_failure(ctx,
		             photo    ? ERR_PHOTO_MISSING
		             : failed ? ERR_ITEM_FAILED
		                      : ERR_ITEM_OPEN,
		             arena_printf(ctx->arena, "/%s/%lld", list,
		                          (long long)row_int(lacking, i, "place")),
		             row_text(lacking, i, "what"), row_text(lacking, i, "wanted"));
	}
	return ERR_EVIDENCE_MISSING;
}
