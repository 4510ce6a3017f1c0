/* SPDX-License-Identifier: Apache-2.0 */
/* Background work: consumers of events and periodic chores, on one thread with one connection. */
#ifndef SERVER_JOBS_H
#define SERVER_JOBS_H

#include "db/conn.h"

struct jobs;

/* One kind of work.  run does a bounded piece in a transaction of its own and sets *more when there
 * is more to do at once; it is called again every every_ms otherwise. */
struct job {
	const char *name;
	enum err (*run)(struct ctx *ctx, bool *more);
	unsigned every_ms;
	/* writes what the process that serves has in memory: run there, whoever runs the others */
	bool of_serve;
};

enum err job_send_surveys(struct ctx *ctx, bool *more);
enum err job_expire_surveys(struct ctx *ctx, bool *more);
enum err job_write_key_uses(struct ctx *ctx, bool *more);
enum err job_fold_kpis(struct ctx *ctx, bool *more);

/* Open imports, a piece each time; files that no import needs any more. */
enum err job_run_imports(struct ctx *ctx, bool *more);
enum err job_sweep_imports(struct ctx *ctx, bool *more);

/* Contents of the file store that no file names, a piece of a shelf each time. */
enum err job_sweep_files(struct ctx *ctx, bool *more);

extern const struct job job_table[];
extern const size_t job_table_count;

/* All jobs, or those alone that are of_serve. */
struct jobs *jobs_open(const char *url, bool only_of_serve);
/* After the piece of work that is under way; NULL is nothing. */
void jobs_close(struct jobs *jobs);

/* Run every job until none has more to do: after the demo data is made. */
void jobs_run_all(struct conn *conn);

#endif
