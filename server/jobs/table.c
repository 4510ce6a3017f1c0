/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs, and the smallest of them. */
#include "jobs/jobs.h"
#include "work_order/work_order.h"

#define KEYS_MAX 1000

static enum err
expire_keys(struct ctx *ctx, bool *more)
{
	struct rows *gone;
	enum err err = db_read(ctx, idempotency_expire, &gone, ARG(limit, KEYS_MAX));

	*more = !err && row_int(gone, 0, "n") == KEYS_MAX;
	return err;
}

const struct job job_table[] = {
	{ "idempotency_expire", 60000, expire_keys, false },
	{ "close_paid_work_orders", 500, work_orders_close_paid, false },
	{ "send_surveys", 100, job_send_surveys, false },
	{ "expire_surveys", 60000, job_expire_surveys, false },
	{ "fold_kpis", 100, job_fold_kpis, false },
	{ "run_imports", 100, job_run_imports, false },
	{ "sweep_imports", 60000, job_sweep_imports, false },
	{ "sweep_files", 600000, job_sweep_files, false },
	{ "write_key_uses", 1000, job_write_key_uses, true },
};
const size_t job_table_count = COUNT_OF(job_table);
