/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs, and the smallest of them. */
#include "appointment/hold.h"
#include "appointment/notice.h"
#include "appointment/waiting.h"
#include "estimate/estimate.h"
#include "part/price_adjustment.h"
#include "price/approval.h"
#include "jobs/jobs.h"
#include "reception/queue.h"
#include "sla/overdue.h"
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
	{ "idempotency_expire", expire_keys, 60000, false },
	{ "close_paid_work_orders", work_orders_close_paid, 500, false },
	{ "send_surveys", job_send_surveys, 100, false },
	{ "expire_surveys", job_expire_surveys, 60000, false },
	{ "expire_estimates", estimates_expire_due, 5000, false },
	{ "expire_approvals", approvals_expire_due, 5000, false },
	{ "begin_prices", price_adjustments_begin, 1000, false },
	{ "expire_holds", slot_holds_expire_due, 1000, false },
	{ "lapse_offers", waiting_lapse_due, 1000, false },
	{ "offer_what_is_free", waiting_offer_freed, 200, false },
	{ "plan_notices", appointment_notices_plan, 200, false },
	{ "tell_notices", appointment_notices_tell, 500, false },
	{ "mark_no_shows", appointments_miss_due, 5000, false },
	{ "tell_overdue", overdue_tell, 5000, false },
	{ "lapse_tickets", queue_tickets_lapse_due, 5000, false },
	{ "fold_kpis", job_fold_kpis, 100, false },
	{ "run_imports", job_run_imports, 100, false },
	{ "sweep_imports", job_sweep_imports, 60000, false },
	{ "sweep_files", job_sweep_files, 600000, false },
	{ "write_key_uses", job_write_key_uses, 1000, true },
};
const size_t job_table_count = COUNT_OF(job_table);
