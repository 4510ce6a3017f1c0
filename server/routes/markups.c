/* SPDX-License-Identifier: Apache-2.0 */
/* Mark-up matrices. */
#include "price/price.h"
#include "routes/routes.h"

static enum err
create(struct request *req)
{
	return markup_matrix_create(&req->ctx, req->body);
}

static enum err
update(struct request *req)
{
	return markup_matrix_update(&req->ctx, req->id, req->body);
}

static enum err delete (struct request *req) {
	const struct delete_markup_matrix_params *params = req->params;

		return markup_matrix_delete(&req->ctx, req->id, params->reason);
}

/* clang-format off */
const struct route markup_routes[] = {
	READ(OP_listMarkupMatrices,     PAGE(markup_matrix_list)),
	READ(OP_getMarkupMatrix,        ONE(markup_matrix_get), MANY(bands, markup_bands)),
	COMMAND(OP_createMarkupMatrix,  create, THEN(OP_getMarkupMatrix)),
	COMMAND(OP_updateMarkupMatrix,  update, THEN(OP_getMarkupMatrix)),
	COMMAND(OP_deleteMarkupMatrix,  delete, OP_NONE),
	ROUTES_END
};
/* clang-format on */
