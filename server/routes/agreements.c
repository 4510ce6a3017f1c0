/* SPDX-License-Identifier: Apache-2.0 */
/* Repair agreements. */
#include "agreement/agreement.h"

#include "routes/routes.h"

static enum err
create(struct request *req)
{
	return agreement_create(&req->ctx, req->body);
}

static enum err
update(struct request *req)
{
	return agreement_update(&req->ctx, req->id, req->body);
}

static enum err
sign(struct request *req)
{
	return agreement_sign(&req->ctx, req->id, req->body);
}

static enum err
make_void(struct request *req)
{
	return agreement_void(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route agreement_routes[] = {
	READ_ACTIONS(OP_listAgreements, &agreement_machine, PAGE(agreement_list)),
	READ_ACTIONS(OP_getAgreement,   &agreement_machine, ONE(agreement_get)),
	COMMAND(OP_createAgreement,     create,    THEN(OP_getAgreement)),
	COMMAND(OP_updateAgreement,     update,    THEN(OP_getAgreement)),
	COMMAND(OP_signAgreement,       sign,      THEN(OP_getAgreement)),
	COMMAND(OP_voidAgreement,       make_void, THEN(OP_getAgreement)),
	ROUTES_END
};
/* clang-format on */
