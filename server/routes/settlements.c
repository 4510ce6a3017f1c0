/* SPDX-License-Identifier: Apache-2.0 */
/* Settlements and payments. */
#include "routes/routes.h"
#include "settlement/deposit.h"
#include "settlement/settlement.h"

static enum err
create_settlement(struct request *req)
{
	return settlement_create(&req->ctx, req->body);
}

static enum err
issue_settlement(struct request *req)
{
	return settlement_issue(&req->ctx, req->id);
}

static enum err
discard_settlement(struct request *req)
{
	return settlement_discard(&req->ctx, req->id);
}

static enum err
void_settlement(struct request *req)
{
	return settlement_void(&req->ctx, req->id, req->body);
}

static enum err
create_payment(struct request *req)
{
	return payment_take(&req->ctx, req->body);
}

static enum err
refund_payment(struct request *req)
{
	return payment_refund(&req->ctx, req->id, req->body);
}

static enum err
create_deposit(struct request *req)
{
	return deposit_take(&req->ctx, req->body);
}

static enum err
refund_deposit(struct request *req)
{
	return deposit_refund(&req->ctx, req->id, req->body);
}

static enum err
explain_variance(struct request *req)
{
	return variance_explain(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route settlement_routes[] = {
	READ_ACTIONS(OP_listSettlements, &settlement_machine, PAGE(settlement_list)),
	READ_ACTIONS(OP_getSettlement,   &settlement_machine, ONE(settlement_get),
	  MANY(lines, settlement_lines)),
	COMMAND(OP_createSettlement,     create_settlement,   THEN(OP_getSettlement)),
	COMMAND(OP_issueSettlement,      issue_settlement,    THEN(OP_getSettlement)),
	COMMAND(OP_discardSettlement,    discard_settlement,  OP_NONE),
	COMMAND(OP_voidSettlement,       void_settlement,     THEN(OP_getSettlement)),
	READ_ACTIONS(OP_listPayments,    &payment_machine,    PAGE(payment_list)),
	READ_ACTIONS(OP_getPayment,      &payment_machine,    ONE(payment_get),
	  MANY(refunds, payment_refunds)),
	COMMAND(OP_createPayment,        create_payment,      THEN(OP_getPayment)),
	COMMAND(OP_refundPayment,        refund_payment,      THEN(OP_getPayment)),
	READ_ACTIONS(OP_listDeposits,    &deposit_machine,    PAGE(deposit_list)),
	READ_ACTIONS(OP_getDeposit,      &deposit_machine,    ONE(deposit_get),
	  MANY(payments, deposit_payments), MANY(refunds, deposit_refunds)),
	COMMAND(OP_createDeposit,        create_deposit,      THEN(OP_getDeposit)),
	COMMAND(OP_refundDeposit,        refund_deposit,      THEN(OP_getDeposit)),
	READ(OP_getWorkOrderVariance,    ONE(variance_get), MANY(lines, variance_lines)),
	COMMAND(OP_explainWorkOrderVariance, explain_variance, THEN(OP_getWorkOrderVariance)),
	ROUTES_END
};
/* clang-format on */
