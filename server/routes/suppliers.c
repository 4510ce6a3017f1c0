/* SPDX-License-Identifier: Apache-2.0 */
/* Suppliers and their offers. */
#include "purchase/supplier.h"
#include "routes/routes.h"

static enum err
create_supplier(struct request *req)
{
	return supplier_create(&req->ctx, req->body);
}

static enum err
update_supplier(struct request *req)
{
	return supplier_update(&req->ctx, req->id, req->body);
}

static enum err
create_supplier_offer(struct request *req)
{
	return supplier_offer_create(&req->ctx, req->id, req->body);
}

static enum err
end_supplier_offer(struct request *req)
{
	return supplier_offer_end(&req->ctx, req->id, req->body);
}

/* The days of a scorecard; api-spec/suppliers.yaml tells it. */
#define SCORECARD_DAYS_MAX 366

static enum err
check_days(struct request *req)
{
	const struct get_supplier_scorecard_params *in = req->params;
	int64_t days = (int64_t)in->to.days - in->from.days;

	if (days < 0)
		return fail_parameter(&req->ctx, ERR_BAD_VALUE, "to", "must not be before from");
	if (days > SCORECARD_DAYS_MAX)
		return fail_parameter(&req->ctx, ERR_RANGE_TOO_LONG, "to",
		                      arena_printf(&req->arena, "%d", SCORECARD_DAYS_MAX));
	return OK;
}

/* clang-format off */
const struct route supplier_routes[] = {
	READ(OP_listSuppliers,         PAGE(supplier_list)),
	READ(OP_getSupplier,           ONE(supplier_get), MANY(qualifications, supplier_qualifications)),
	READ(OP_listSupplierOffers,    PAGE(supplier_offer_list)),
	READ(OP_getSupplierOffer,      ONE(supplier_offer_get)),
	READ_PREPARED(OP_getSupplierScorecard, check_days, NULL, ONE(supplier_scorecard)),
	COMMAND(OP_createSupplier,      create_supplier,       THEN(OP_getSupplier)),
	COMMAND(OP_updateSupplier,      update_supplier,       THEN(OP_getSupplier)),
	COMMAND(OP_createSupplierOffer, create_supplier_offer, THEN(OP_getSupplierOffer)),
	COMMAND(OP_endSupplierOffer,    end_supplier_offer,    THEN(OP_getSupplierOffer)),
	ROUTES_END
};
/* clang-format on */
