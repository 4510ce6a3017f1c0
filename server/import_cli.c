/* SPDX-License-Identifier: Apache-2.0 */
/* The same steps as the daemon's job, one after another, with somebody watching. */
#include "import_cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"
#include "db/conn.h"
#include "import_file.h"
#include "integration/import.h"
#include "jobs/imports.h"

#define BAR     30
#define STEP_US 30000000

struct run {
	struct conn *conn;
	struct import_job job;
	const char *store_code;
	bool more;
	enum import_status status;
	int64_t total, done, failed;
	char problem[512];
	FILE *rejected;
	const char *rejected_name;
	int64_t rejected_line;
	size_t rejected_count;
};

static enum err
create_tx(struct ctx *ctx, void *arg)
{
	struct run *run = arg;
	struct rows *rows;
	enum err err = db_read(ctx, import_store, &rows, ARG(code, run->store_code));

	if (err)
		return err;
	if (rows_count(rows) == 0)
		return ERR_NOT_FOUND;
	run->job.store = row_id(rows, 0, "id");
	return import_create(ctx, &run->job);
}

static enum err
step_tx(struct ctx *ctx, void *arg)
{
	struct run *run = arg;

	return import_step(ctx, run->job.id, &run->more);
}

static enum err
progress_tx(struct ctx *ctx, void *arg)
{
	struct run *run = arg;
	struct rows *rows;
	enum err err = db_read(ctx, import_progress, &rows, ARG(id, run->job.id));

	if (err)
		return err;
	run->status = (enum import_status)row_enum(rows, 0, "status", &import_status_enum);
	run->total = row_int(rows, 0, "rows_total");
	run->done = row_int(rows, 0, "rows_done");
	run->failed = row_int(rows, 0, "rows_failed");
	if (!row_is_null(rows, 0, "problem"))
		snprintf(run->problem, sizeof(run->problem), "%s", row_text(rows, 0, "problem"));
	return OK;
}

static enum err
rejected_tx(struct ctx *ctx, void *arg)
{
	struct run *run = arg;
	struct rows *rows;
	enum err err = db_read(ctx, import_rejected, &rows, ARG(id, run->job.id),
	                       ARG(line, run->rejected_line));

	if (err)
		return err;
	run->rejected_count = rows_count(rows);
	for (size_t i = 0; i < run->rejected_count; i++) {
		fprintf(run->rejected, "%s\n", row_text(rows, i, "text"));
		run->rejected_line = row_int(rows, i, "line");
	}
	return OK;
}

static enum err
in_transaction(struct run *run, enum err (*fn)(struct ctx *ctx, void *arg))
{
	struct arena arena;
	struct ctx ctx = {
		.arena = &arena, .now = utc_now(), .scope = &system_scope, .if_match = -1
	};
	enum err err;

	arena_init(&arena);
	conn_set_deadline(run->conn, clock_monotonic_us() + STEP_US);
	err = conn_run(run->conn, &ctx, fn, run);
	arena_clear(&arena);
	return err;
}

/* A bar that is drawn over itself on a terminal, a line for every tenth elsewhere. */
static void
show(const struct run *run, int64_t started_us, int *shown)
{
	int64_t seconds = (clock_monotonic_us() - started_us) / 1000000,
		at = run->done + run->failed;
	int percent = run->total > 0 && run->status != IMPORT_STATUS_STAGING
	                      ? (int)(at * 100 / run->total)
	                      : 0;
	char bar[BAR + 1];

	if (!isatty(STDERR_FILENO)) {
		if (percent / 10 != *shown / 10)
			fprintf(stderr, "%d %% of %lld rows, %lld refused\n", percent,
			        (long long)run->total, (long long)run->failed);
		*shown = percent;
		return;
	}
	memset(bar, ' ', BAR);
	memset(bar, '#', (size_t)(percent * BAR / 100));
	bar[BAR] = '\0';
	fprintf(stderr, "\r[%s] %3d %%  %lld of %lld rows, %lld refused, %lld s ", bar, percent,
	        (long long)at, (long long)run->total, (long long)run->failed, (long long)seconds);
}

static bool
is_over(enum import_status status)
{
	return status == IMPORT_STATUS_DONE || status == IMPORT_STATUS_FAILED ||
	       status == IMPORT_STATUS_CANCELLED;
}

static enum err
work(struct run *run)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	int64_t started_us = clock_monotonic_us();
	int shown = 0;
	enum err err;

	for (;;) {
		err = in_transaction(run, step_tx);
		if (!err)
			err = in_transaction(run, progress_tx);
		if (err)
			break;
		show(run, started_us, &shown);
		if (is_over(run->status))
			break;
		if (!run->more) /* a daemon of the same data directory is at it */
			nanosleep(&pause, NULL);
	}
	if (isatty(STDERR_FILENO))
		fputc('\n', stderr);
	return err;
}

static enum err
write_rejected(struct run *run, const char *file)
{
	char name[4096];
	enum err err;

	if (run->failed == 0)
		return OK;
	snprintf(name, sizeof(name), "%s.problems.ndjson", file);
	run->rejected = strcmp(file, "-") == 0 ? stdout : fopen(name, "w");
	if (!run->rejected) {
		fprintf(stderr, "fettled: %s: %s\n", name, strerrordesc_np(errno));
		run->rejected = stdout;
	}
	do
		err = in_transaction(run, rejected_tx);
	while (!err && run->rejected_count > 0);
	if (run->rejected != stdout) {
		fprintf(stderr, "what is wrong with them is in %s\n", name);
		if (fclose(run->rejected) != 0)
			err = ERR_UNAVAILABLE;
	}
	return err;
}

static int
complain(int status, const char *what, const char *why)
{
	fprintf(stderr, "fettled: %s: %s\n", what, why);
	return status;
}

static bool
ends_with(const char *text, const char *end)
{
	return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

static int
import_into(struct run *run, const char *file)
{
	enum err err = in_transaction(run, create_tx);

	if (err == ERR_NOT_FOUND)
		return complain(EX_DATAERR, run->store_code, "no store has this code");
	if (!err)
		err = work(run);
	if (!err)
		err = write_rejected(run, file);
	if (err)
		return complain(EX_UNAVAILABLE, file, err_infos[err].title[0]);
	if (run->status != IMPORT_STATUS_DONE)
		return complain(1, file,
		                run->problem[0] ? run->problem
		                                : enum_code(&import_status_enum, (int)run->status));
	fprintf(stderr, "%lld rows %s, %lld refused\n", (long long)run->done,
	        run->job.dry_run ? "would be taken" : "taken", (long long)run->failed);
	return run->failed ? 1 : 0;
}

int
import_cli(const char *url, const char *data_dir, const struct import_options *options,
           const char *file)
{
	const char *format = options->format              ? options->format
	                     : ends_with(file, ".ndjson") ? "ndjson"
	                                                  : "csv";
	struct run run = {
		.job = { .id = id_new(), .dry_run = options->dry_run },
		.store_code = options->store,
	};
	char sha256[SHA256_TEXT];
	int fd, status;

	run.job.kind = (enum import_kind)enum_value(&import_kind_enum, options->kind);
	run.job.format = (enum import_format)enum_value(&import_format_enum, format);
	if (run.job.kind == 0 || run.job.format == 0)
		return complain(
			EX_USAGE, "import",
			"--kind customers|vehicles|parts|part_prices|complaints, --format csv|ndjson");
	fd = strcmp(file, "-") == 0 ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return complain(EX_NOINPUT, file, strerrordesc_np(errno));
	if (!import_files_set(data_dir) || !import_file_keep(run.job.id, fd, sha256))
		return complain(EX_CANTCREAT, data_dir, strerrordesc_np(errno));
	run.job.sha256 = sha256;
	run.conn = conn_open(url);
	status = import_into(&run, file);
	conn_close(run.conn);
	import_file_remove(run.job.id);
	close(fd);
	return status;
}
