/* SPDX-License-Identifier: Apache-2.0 */
/* What an import does is one transaction after another, each of which leaves it at a place to go on
 * from: killed at any moment, it loses nothing and writes nothing twice. */
#include "jobs/imports.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "complaint/complaint.h"
#include "core/buf.h"
#include "core/log.h"
#include "customer/customer.h"
#include "db/conn.h"
#include "db/principal.h"
#include "decode.h"
#include "event/search.h"
#include "import_file.h"
#include "import_source.h"
#include "integration/import.h"
#include "jobs/jobs.h"
#include "part/part.h"
#include "part/part_price.h"
#include "problem.h"
#include "vehicle/vehicle.h"

#define ROWS_MAX     1000
#define STAGE_OCTETS ((size_t)4194304) /* of JSON in one statement */
#define PIECE_US     250000            /* other jobs wait meanwhile */
#define CHUNK        1000              /* rows in one round trip, when none of them is wrong */
#define CLAIM_MAX    8
#define LOST_MS      600000 /* another daemon with its own data directory may have the file */
#define PROBLEMS_MAX ((size_t)65536)

/* ------------------------------------------------------------ what the kinds are */

static enum err
add_customer(struct ctx *ctx, const void *row)
{
	return customer_create(ctx, row);
}

static enum err
add_vehicle(struct ctx *ctx, const void *row)
{
	return vehicle_create(ctx, row);
}

static enum err
add_part(struct ctx *ctx, const void *row)
{
	return part_create(ctx, row);
}

static enum err
add_complaint(struct ctx *ctx, const void *row)
{
	return complaint_create(ctx, row);
}

static enum err
set_price(struct ctx *ctx, const void *row)
{
	return part_set_price(ctx, row);
}

static enum err
add_parts(struct ctx *ctx, const void *rows, size_t count, struct id *subjects,
          struct failure *wrong)
{
	return parts_create(ctx, rows, count, subjects, wrong);
}

static enum err
set_prices(struct ctx *ctx, const void *rows, size_t count, struct id *subjects,
           struct failure *wrong)
{
	return parts_set_prices(ctx, rows, count, subjects, wrong);
}

/* add_many: rows one behind the other, where that is quicker than one by one; it makes new objects, and
 * tells of each what is wrong with it alone. */
static const struct {
	enum op op;
	enum err (*add)(struct ctx *ctx, const void *row);
	enum err (*add_many)(struct ctx *ctx, const void *rows, size_t count, struct id *subjects,
	                     struct failure *wrong);
} kinds[] = {
	[IMPORT_KIND_CUSTOMERS] = { OP_createCustomer, add_customer, NULL },
	[IMPORT_KIND_VEHICLES] = { OP_createVehicle, add_vehicle, NULL },
	[IMPORT_KIND_PARTS] = { OP_createPart, add_part, add_parts },
	[IMPORT_KIND_PART_PRICES] = { OP_setPartPrice, set_price, set_prices },
	[IMPORT_KIND_COMPLAINTS] = { OP_createComplaint, add_complaint, NULL },
};

enum op
import_op(enum import_kind kind)
{
	return kinds[kind].op;
}

static struct import_results
results(struct arena *arena)
{
	return (struct import_results){
		.lines = arena_array(arena, ROWS_MAX, sizeof(int64_t)),
		.data = arena_array(arena, ROWS_MAX, sizeof(char *)),
		.subjects = arena_array(arena, ROWS_MAX, sizeof(struct id)),
		.problems = arena_array(arena, ROWS_MAX, sizeof(char *)),
	};
}

static const char *
problems_json(struct ctx *ctx, const struct failure *failures, size_t count)
{
	struct buf out;
	const char *text;

	buf_init(&out, 64 * PROBLEMS_MAX);
	buf_char(&out, '[');
	/* the first of very many say enough */
	for (size_t i = 0; i < count && out.len < PROBLEMS_MAX; i++) {
		if (i)
			buf_char(&out, ',');
		problem_write(&out, &failures[i], ctx->language);
	}
	buf_char(&out, ']');
	text = arena_copy(ctx->arena, out.data, out.len);
	buf_clear(&out);
	return text;
}

static void
fail_whole(struct ctx *ctx, const struct import_job *job, const struct failure *wrong)
{
	struct buf out;

	buf_init(&out, 64 * PROBLEMS_MAX);
	problem_write(&out, wrong, ctx->language);
	import_fail(ctx, job, arena_copy(ctx->arena, out.data, out.len));
	buf_clear(&out);
}

/* ------------------------------------------------------------ reading the file */

static enum csv_status
read_rows(struct ctx *ctx, struct import_source *source, struct import_results *rows)
{
	enum csv_status status = CSV_RECORD;

	for (size_t octets = 0; rows->count < ROWS_MAX && octets < STAGE_OCTETS;) {
		struct failure wrong = { 0 };
		const char *json;

		status = import_source_next(source, &json, &wrong);
		if (status != CSV_RECORD)
			break;
		rows->lines[rows->count] = (int64_t)source->csv.line;
		rows->data[rows->count] = json;
		if (!json)
			rows->problems[rows->count] = problems_json(ctx, &wrong, 1);
		octets += json ? strlen(json) : 0;
		rows->count++;
	}
	return status;
}

static enum err
stage(struct ctx *ctx, const struct import_job *job, int fd)
{
	struct import_results rows = results(ctx->arena);
	struct import_source *source = arena_alloc(ctx->arena, sizeof(*source));
	enum csv_status status = CSV_END;
	struct failure wrong = { 0 };

	if (import_source_open(source, ctx->arena, fd, job->format,
	                       operations[import_op(job->kind)].body, job->staged_octets,
	                       job->staged_line, &wrong)) {
		status = read_rows(ctx, source, &rows);
		if (status != CSV_READ_FAILED)
			import_stage(ctx, job, &rows, (int64_t)source->csv.offset,
			             (int64_t)source->csv.next_line, status == CSV_END);
	} else {
		fail_whole(ctx, job, &wrong);
	}
	import_source_close(source);
	return status == CSV_READ_FAILED ? ERR_UNAVAILABLE : OK;
}

/* ------------------------------------------------------------ writing the rows */

struct batch {
	const struct import_job *job;
	struct rows *staged;
	struct import_results rows;
};

/* A row is a row of the import's own store, whatever it says. */
static enum err
check_store(struct ctx *ctx, const struct shape *shape, const void *body, struct id store)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct member *m = &shape->members[i];
		const char *base = body;
		struct id named;

		if (strcmp(m->name, "store_id") != 0)
			continue;
		named = *(const struct id *)(base + m->offset);
		if (!id_is_none(named) && !id_equal(named, store))
			return fail(ctx, ERR_NOT_FOUND, "/store_id");
	}
	return OK;
}

static enum err
read_row(struct ctx *ctx, struct batch *batch, size_t i, void **body)
{
	const struct shape *shape = operations[import_op(batch->job->kind)].body;
	const char *text = row_text(batch->staged, i, "data");
	enum err err;

	ctx->failures_count = 0;
	ctx->subject = ctx->existing = (struct id){ 0 };
	err = decode_body(ctx, shape, text, strlen(text), body);
	return err ? err : check_store(ctx, shape, *body, batch->job->store);
}

/* The row is wrong, not the database. */
static bool
is_of_the_row(enum err err)
{
	return err_infos[err].status != 503;
}

static void
keep_problems(struct ctx *ctx, struct batch *batch, size_t i, enum err err)
{
	if (ctx->failures_count == 0)
		note_failure(ctx, err, NULL, NULL, NULL);
	batch->rows.problems[i] = problems_json(ctx, ctx->failures, ctx->failures_count);
	batch->rows.subjects[i] = (struct id){ 0 };
}

/* What can be read of rows, one behind the other; at[i] is the place of the i-th.  The others are wrong
 * whatever the database has. */
static size_t
read_bodies(struct ctx *ctx, struct batch *batch, size_t from, size_t to, char *bodies, size_t *at)
{
	size_t size = operations[import_op(batch->job->kind)].body->size, n = 0;

	for (size_t i = from; i < to; i++) {
		void *body;
		enum err err = read_row(ctx, batch, i, &body);

		if (err) {
			keep_problems(ctx, batch, i, err);
			continue;
		}
		batch->rows.problems[i] = NULL;
		memcpy(bodies + n * size, body, size);
		at[n++] = i;
	}
	ctx->failures_count = 0;
	return n;
}

static enum err
add_one_by_one(struct ctx *ctx, struct batch *batch, const char *bodies, const size_t *at, size_t n)
{
	size_t size = operations[import_op(batch->job->kind)].body->size;
	enum err err = OK;

	for (size_t i = 0; !err && i < n; i++) {
		ctx->failures_count = 0;
		ctx->subject = ctx->existing = (struct id){ 0 };
		err = kinds[batch->job->kind].add(ctx, bodies + i * size);
		batch->rows.subjects[at[i]] = ctx->subject;
	}
	if (!err)
		search_write(ctx);
	return err;
}

static enum err
add_together(struct ctx *ctx, struct batch *batch, const char *bodies, const size_t *at, size_t n)
{
	struct id *subjects = arena_array(ctx->arena, n, sizeof(*subjects));
	struct failure *wrong = arena_array(ctx->arena, n, sizeof(*wrong));
	enum err err = kinds[batch->job->kind].add_many(ctx, bodies, n, subjects, wrong);

	for (size_t i = 0; !err && i < n; i++) {
		batch->rows.subjects[at[i]] = subjects[i];
		if (wrong[i].err)
			batch->rows.problems[at[i]] = problems_json(ctx, &wrong[i], 1);
	}
	if (!err)
		search_write_new(ctx);
	return err;
}

/* Rows that are right go together in few trips; when one is wrong, they are done again by halves
 * until it stands alone. */
static enum err
write_rows(struct ctx *ctx, struct batch *batch, size_t from, size_t to)
{
	size_t size = operations[import_op(batch->job->kind)].body->size;
	size_t n, *at = arena_array(ctx->arena, to - from, sizeof(*at));
	char *bodies = arena_array(ctx->arena, to - from, size);
	enum err err;

	conn_savepoint(ctx);
	n = read_bodies(ctx, batch, from, to, bodies, at);
	err = n > 1 && kinds[batch->job->kind].add_many ? add_together(ctx, batch, bodies, at, n)
	                                                : add_one_by_one(ctx, batch, bodies, at, n);
	if (!err)
		err = db_flush(ctx);
	search_drop(ctx);
	if (err && !is_of_the_row(err))
		return err;
	if (err && to - from == 1)
		keep_problems(ctx, batch, from, err);
	if (err)
		conn_rollback_to_savepoint(ctx);
	conn_release_savepoint(ctx);
	if (!err || to - from == 1)
		return OK;
	err = write_rows(ctx, batch, from, from + (to - from) / 2);
	return err ? err : write_rows(ctx, batch, from + (to - from) / 2, to);
}

/* Row security is the creator's at the import's store from here to the end of the transaction. */
static void
narrow(struct ctx *ctx, const struct import_job *job, struct scope *scope)
{
	struct rows **none = arena_alloc(ctx->arena, sizeof(struct rows *));

	*scope = (struct scope){
		.kind = ACTOR_SYSTEM,
		.actor = job->created_by,
		.store = job->store,
	};
	ctx->scope = scope;
	db_read_later_args(ctx, SQL_principal_set, none,
	                   principal_values(ctx->arena, scope, ctx->request_id));
}

static enum err
apply(struct ctx *ctx, const struct import_job *job)
{
	struct batch batch = { .job = job, .rows = results(ctx->arena) };
	int64_t until = clock_monotonic_us() + PIECE_US;
	size_t count, to = 0;
	enum err err = db_read(ctx, import_rows_next, &batch.staged, ARG(id, job->id),
	                       ARG(max_rows, ROWS_MAX));

	if (err)
		return err;
	count = rows_count(batch.staged);
	search_gather(ctx);
	if (job->dry_run)
		conn_savepoint(ctx);
	for (size_t from = 0; !err && from < count && (from == 0 || clock_monotonic_us() < until);
	     from = to) {
		to = count - from > CHUNK ? from + CHUNK : count;
		err = write_rows(ctx, &batch, from, to);
	}
	if (err)
		return err;
	batch.rows.count = to;
	for (size_t i = 0; i < to; i++)
		batch.rows.lines[i] = row_int(batch.staged, i, "line");
	if (job->dry_run) {
		conn_rollback_to_savepoint(ctx);
		conn_release_savepoint(ctx);
		memset(batch.rows.subjects, 0, to * sizeof(struct id));
	}
	ctx->failures_count = 0;
	import_record(ctx, job, &batch.rows, to < count || count == ROWS_MAX);
	return OK;
}

/* ------------------------------------------------------------ the steps */

static enum err
take_piece(struct ctx *ctx, const struct import_job *job, bool *done)
{
	struct scope scope;
	char id[ID_TEXT];
	enum err err;
	int fd = -1;

	*done = true;
	ctx->language = job->language;
	ctx->request_id = arena_text(ctx->arena, id_format(job->id, id));
	if (job->status == IMPORT_STATUS_APPLYING) {
		narrow(ctx, job, &scope);
		err = apply(ctx, job);
		ctx->scope = &system_scope;
		return err;
	}
	fd = import_file_open(job->id);
	if (fd < 0 && ctx->now.us - job->created_at.us < LOST_MS * INT64_C(1000)) {
		*done = false;
		return OK;
	}
	if (fd < 0) {
		fail_whole(ctx, job, &(struct failure){ .err = ERR_IMPORT_FILE_LOST });
		return OK;
	}
	err = stage(ctx, job, fd);
	close(fd);
	return err;
}

enum err
import_step(struct ctx *ctx, struct id only, bool *more)
{
	struct import_job jobs[CLAIM_MAX];
	size_t count;
	enum err err = import_claim(ctx, only, jobs, CLAIM_MAX, &count);

	*more = false;
	for (size_t i = 0; !err && i < count && !*more; i++)
		err = take_piece(ctx, &jobs[i], more);
	return err;
}

enum err
job_run_imports(struct ctx *ctx, bool *more)
{
	return import_step(ctx, (struct id){ 0 }, more);
}

enum err
job_sweep_imports(struct ctx *ctx, bool *more)
{
	struct rows *needed;
	struct id *ids;
	size_t count = import_files_old(ctx->arena, &ids);
	enum err err;

	*more = false;
	if (count == 0)
		return OK;
	err = db_read(ctx, import_files_needed, &needed, IDS_ARG(ids, ids, count));
	for (size_t i = 0; !err && i < count; i++) {
		bool keep = false;

		for (size_t k = 0; k < rows_count(needed) && !keep; k++)
			keep = id_equal(row_id(needed, k, "id"), ids[i]);
		if (!keep)
			import_file_remove(ids[i]);
	}
	return err;
}
