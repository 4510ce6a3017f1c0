/* SPDX-License-Identifier: Apache-2.0 */
/* Operations and parts. */
#include "catalog/catalog.h"
#include "part/key_part.h"
#include "part/part.h"
#include "part/part_media.h"
#include "part/part_price.h"
#include "routes/routes.h"

static enum err
create_operation(struct request *req)
{
	return operation_create(&req->ctx, req->body);
}

static enum err
update_operation(struct request *req)
{
	return operation_update(&req->ctx, req->id, req->body);
}

static enum err
create_part(struct request *req)
{
	return part_create(&req->ctx, req->body);
}

static enum err
update_part(struct request *req)
{
	return part_update(&req->ctx, req->id, req->body);
}

static enum err
set_part_price(struct request *req)
{
	return part_set_price(&req->ctx, req->body);
}

static enum err
add_part_replacement(struct request *req)
{
	return part_replacement_create(&req->ctx, req->id, req->body);
}

static enum err
end_part_replacement(struct request *req)
{
	return part_replacement_end(&req->ctx, req->id, req->body);
}

static enum err
set_part_fitments(struct request *req)
{
	return part_fitments_replace(&req->ctx, req->id, req->body);
}

static enum err
create_key_part_kind(struct request *req)
{
	return key_part_kind_create(&req->ctx, req->body);
}

static enum err
update_key_part_kind(struct request *req)
{
	return key_part_kind_update(&req->ctx, req->id, req->body);
}

static enum err
set_part_files(struct request *req)
{
	return part_files_replace(&req->ctx, req->id, req->body);
}

static enum err
set_part_epc_references(struct request *req)
{
	return part_epc_references_replace(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route catalog_routes[] = {
	READ(OP_listOperations,   PAGE(operation_list)),
	READ(OP_getOperation,     ONE(operation_get),
	  MANY(evidence, operation_evidence), MANY(checklist, operation_checklist)),
	COMMAND(OP_createOperation, create_operation, THEN(OP_getOperation)),
	COMMAND(OP_updateOperation, update_operation, THEN(OP_getOperation)),
	READ(OP_listParts,        PAGE(part_list)),
	READ(OP_getPart,          ONE(part_get)),
	COMMAND(OP_createPart,    create_part,        THEN(OP_getPart)),
	COMMAND(OP_updatePart,    update_part,        THEN(OP_getPart)),
	COMMAND(OP_setPartPrice,  set_part_price,     THEN(OP_getPart)),
	READ(OP_listPartPrices,         UNDER(part_visible), PAGE(part_prices)),
	READ(OP_listPartReplacements,   UNDER(part_visible), PAGE(part_replacements)),
	READ(OP_getPartReplacement,     ONE(part_replacement_get)),
	COMMAND(OP_addPartReplacement,  add_part_replacement,  THEN(OP_getPartReplacement)),
	COMMAND(OP_endPartReplacement,  end_part_replacement,  THEN(OP_getPartReplacement)),
	READ(OP_listPartFitments,       UNDER(part_visible), PAGE(part_fitments)),
	COMMAND(OP_setPartFitments,     set_part_fitments,     THEN(OP_getPart)),
	READ_EXTRA(OP_listPartFiles,    file_write_url, UNDER(part_visible), PAGE(part_files)),
	COMMAND(OP_setPartFiles,        set_part_files,        THEN(OP_getPart)),
	READ(OP_listPartEpcReferences,  UNDER(part_visible), PAGE(part_epc_references)),
	COMMAND(OP_setPartEpcReferences, set_part_epc_references, THEN(OP_getPart)),
	READ(OP_listKeyPartKinds,       PAGE(key_part_kind_list)),
	READ(OP_getKeyPartKind,         ONE(key_part_kind_get)),
	READ(OP_listKeyPartKindParts,   UNDER(key_part_kind_visible), PAGE(key_part_kind_parts)),
	COMMAND(OP_createKeyPartKind,   create_key_part_kind,  THEN(OP_getKeyPartKind)),
	COMMAND(OP_updateKeyPartKind,   update_key_part_kind,  THEN(OP_getKeyPartKind)),
	ROUTES_END
};
/* clang-format on */
