/* SPDX-License-Identifier: Apache-2.0 */
/* The states of imports, and the record of their rows. */
#include "integration/import.h"

#include "event/event.h"

static const struct machine_move moves[] = {
	{ OP_cancelImport,
	  FROM(IMPORT_STATUS_QUEUED) | FROM(IMPORT_STATUS_STAGING) | FROM(IMPORT_STATUS_APPLYING),
	  IMPORT_STATUS_CANCELLED },
};
const struct machine import_machine = MACHINE("status", import_status, moves);

enum err
import_create(struct ctx *ctx, const struct import_job *job)
{
	db_write(ctx, import_add, ARG(id, job->id), ARG(store_id, job->store),
	         ENUM_ARG(kind, import_kind, job->kind),
	         ENUM_ARG(format, import_format, job->format), ARG(dry_run, job->dry_run),
	         ARG(sha256, job->sha256), ARG(language, job->language));
	event_add(ctx, "import.created", job->store, job->id);
	ctx->subject = job->id;
	return OK;
}

static void
end(struct ctx *ctx, struct id id, struct id store, enum import_status status, const char *problem,
    const char *event)
{
	db_write(ctx, import_end, ARG(id, id), ENUM_ARG(status, import_status, status),
	         ARG(problem, problem));
	db_write(ctx, import_forget_data, ARG(id, id));
	event_add(ctx, event, store, id);
}

enum err
import_cancel(struct ctx *ctx, struct id id)
{
	struct rows *rows;
	int to;
	enum err err = db_lock(ctx, import_lock, id, &rows);

	if (err)
		return err;
	err = machine_check(ctx, &import_machine, OP_cancelImport,
	                    row_enum(rows, 0, "status", &import_status_enum), &to);
	if (err)
		return err;
	end(ctx, id, row_id(rows, 0, "store_id"), IMPORT_STATUS_CANCELLED, NULL,
	    "import.cancelled");
	return OK;
}

enum err
import_claim(struct ctx *ctx, struct id id, struct import_job *jobs, size_t max, size_t *count)
{
	struct rows *rows;
	enum err err = db_read(ctx, import_claim, &rows, ARG(id, id), ARG(max_jobs, (int64_t)max));

	if (err)
		return err;
	*count = rows_count(rows);
	for (size_t i = 0; i < *count; i++)
		jobs[i] = (struct import_job){
			.id = row_id(rows, i, "id"),
			.store = row_id(rows, i, "store_id"),
			.created_by = row_id(rows, i, "created_by"),
			.kind = (enum import_kind)row_enum(rows, i, "kind", &import_kind_enum),
			.format = (enum import_format)row_enum(rows, i, "format",
			                                       &import_format_enum),
			.status = (enum import_status)row_enum(rows, i, "status",
			                                       &import_status_enum),
			.dry_run = row_bool(rows, i, "dry_run"),
			.language = (int)row_int(rows, i, "language"),
			.sha256 = row_text(rows, i, "sha256"),
			.created_at = row_utc(rows, i, "created_at"),
			.staged_octets = row_int(rows, i, "staged_octets"),
			.staged_line = row_int(rows, i, "staged_line"),
		};
	return OK;
}

static size_t
failed(const struct import_results *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < rows->count; i++)
		n += rows->problems[i] != NULL;
	return n;
}

void
import_stage(struct ctx *ctx, const struct import_job *job, const struct import_results *rows,
             int64_t octets, int64_t line, bool at_end)
{
	db_write(ctx, import_rows_add, ARG(id, job->id), INTS_ARG(lines, rows->lines, rows->count),
	         TEXTS_ARG(data, rows->data, rows->count),
	         TEXTS_ARG(problems, rows->problems, rows->count));
	db_write(ctx, import_staged, ARG(id, job->id),
	         ENUM_ARG(status, import_status,
	                  at_end ? IMPORT_STATUS_APPLYING : IMPORT_STATUS_STAGING),
	         ARG(octets, octets), ARG(line, line), ARG(total, (int64_t)rows->count),
	         ARG(failed, (int64_t)failed(rows)));
}

void
import_record(struct ctx *ctx, const struct import_job *job, const struct import_results *rows,
              bool left)
{
	size_t wrong = failed(rows);

	db_write(ctx, import_rows_set, ARG(id, job->id), INTS_ARG(lines, rows->lines, rows->count),
	         IDS_ARG(subjects, rows->subjects, rows->count),
	         TEXTS_ARG(problems, rows->problems, rows->count));
	db_write(
		ctx, import_applied, ARG(id, job->id),
		ENUM_ARG(status, import_status, left ? IMPORT_STATUS_APPLYING : IMPORT_STATUS_DONE),
		ARG(done, (int64_t)(rows->count - wrong)), ARG(failed, (int64_t)wrong));
	if (!left)
		event_add(ctx, "import.done", job->store, job->id);
}

void
import_fail(struct ctx *ctx, const struct import_job *job, const char *problem)
{
	end(ctx, job->id, job->store, IMPORT_STATUS_FAILED, problem, "import.failed");
}
