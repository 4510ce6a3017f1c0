/* SPDX-License-Identifier: Apache-2.0 */
/* Cores and their deposits. */
#include "core_deposit/core_deposit.h"
#include "routes/routes.h"

static enum err
collect(struct request *req)
{
	return core_deposit_collect(&req->ctx, req->id, req->body);
}

static enum err
send_core(struct request *req)
{
	return core_deposit_send(&req->ctx, req->id, req->body);
}

static enum err
refund(struct request *req)
{
	return core_deposit_refund(&req->ctx, req->id, req->body);
}

static enum err
forgo(struct request *req)
{
	return core_deposit_forgo(&req->ctx, req->id, req->body);
}

static enum err
reopen(struct request *req)
{
	const struct reopen_core_deposit *in = req->body;

	return core_deposit_reopen(&req->ctx, req->id, in->reason);
}

/* clang-format off */
const struct route core_deposit_routes[] = {
	READ_ACTIONS(OP_listCoreDeposits, &core_deposit_machine, PAGE(core_deposit_list)),
	READ_ACTIONS(OP_getCoreDeposit, &core_deposit_machine,   ONE(core_deposit_get)),
	READ(OP_listCoreDepositBalances, PAGE(core_deposit_balances)),
	COMMAND(OP_collectCoreDeposit,   collect,   THEN(OP_getCoreDeposit)),
	COMMAND(OP_sendCoreDeposit,      send_core, THEN(OP_getCoreDeposit)),
	COMMAND(OP_refundCoreDeposit,    refund,    THEN(OP_getCoreDeposit)),
	COMMAND(OP_forgoCoreDeposit,     forgo,     THEN(OP_getCoreDeposit)),
	COMMAND(OP_reopenCoreDeposit,    reopen,    THEN(OP_getCoreDeposit)),
	ROUTES_END
};
/* clang-format on */
