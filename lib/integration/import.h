/* SPDX-License-Identifier: Apache-2.0 */
/* Imports: a file's rows wait in a table until each is judged and written, and keep what became of
 * them. */
#ifndef INTEGRATION_IMPORT_H
#define INTEGRATION_IMPORT_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine import_machine;

struct import_job {
	struct id id, store, created_by;
	enum import_kind kind;
	enum import_format format;
	enum import_status status;
	bool dry_run;
	int language;
	const char *sha256;
	struct utc created_at;
	int64_t staged_octets, staged_line; /* how far the file has been read */
};

/* What became of rows; problems are JSON arrays, NULL where there is none. */
struct import_results {
	size_t count;
	int64_t *lines;
	const char **data;   /* staging: the row as JSON, NULL when it failed */
	struct id *subjects; /* applying */
	const char **problems;
};

/* Queue the import of a file; job's id, store, kind, format, dry_run, language and sha256 are
 * read. */
MUSTCHECK enum err import_create(struct ctx *ctx, const struct import_job *job);

/* Stop it where it is.  ERR_ILLEGAL_TRANSITION once it has ended. */
MUSTCHECK enum err import_cancel(struct ctx *ctx, struct id id);

/* Lock up to max open imports that nobody else works on, longest untouched first; only `id` unless
 * it is none.  For the steps below. */
MUSTCHECK enum err import_claim(struct ctx *ctx, struct id id, struct import_job *jobs, size_t max,
                                size_t *count);

/* Rows were read from the file, up to octets and line; at its end they are ready to be written. */
void import_stage(struct ctx *ctx, const struct import_job *job, const struct import_results *rows,
                  int64_t octets, int64_t line, bool at_end);

/* Rows were judged and written; `left` says whether more wait.  The last ends the import. */
void import_record(struct ctx *ctx, const struct import_job *job, const struct import_results *rows,
                   bool left);

/* The import as a whole cannot be done; problem is a JSON object. */
void import_fail(struct ctx *ctx, const struct import_job *job, const char *problem);

#endif
