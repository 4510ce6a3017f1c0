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
	{ "idempotency_expire", 60000, expire_keys },
	{ "close_paid_work_orders", 500, work_orders_close_paid },
	{ "send_surveys", 100, job_send_surveys },
	{ "expire_surveys", 60000, job_expire_surveys },
	{ "fold_kpis", 100, job_fold_kpis },
	{ "run_imports", 100, job_run_imports },
	{ "sweep_imports", 60000, job_sweep_imports },
	{ "sweep_files", 600000, job_sweep_files },
};
const size_t job_table_count = COUNT_OF(job_table);
