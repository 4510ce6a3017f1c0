/* SPDX-License-Identifier: Apache-2.0 */
/* Price lists, how prices have changed, and packages. */
#include "price/price.h"
#include "routes/routes.h"

static enum err
create_list(struct request *req)
{
	return price_list_create(&req->ctx, req->body);
}

static enum err
update_list(struct request *req)
{
	return price_list_update(&req->ctx, req->id, req->body);
}

static enum err
delete_list(struct request *req)
{
	const struct delete_price_list_params *params = req->params;

	return price_list_delete(&req->ctx, req->id, params->reason);
}

static enum err
set_prices(struct request *req)
{
	return price_list_set_prices(&req->ctx, req->id, req->body);
}

static enum err
create_package(struct request *req)
{
	return package_create(&req->ctx, req->body);
}

static enum err
update_package(struct request *req)
{
	return package_update(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route price_routes[] = {
	READ(OP_listPriceLists,     PAGE(price_list_list)),
	READ(OP_getPriceList,       ONE(price_list_get)),
	COMMAND(OP_createPriceList, create_list, THEN(OP_getPriceList)),
	COMMAND(OP_updatePriceList, update_list, THEN(OP_getPriceList)),
	COMMAND(OP_deletePriceList, delete_list, OP_NONE),
	READ(OP_listListedPrices,   UNDER(price_list_visible), PAGE(listed_price_list)),
	COMMAND(OP_setListedPrices, set_prices,  THEN(OP_getPriceList)),
	READ(OP_listPriceChanges,   PAGE(price_change_list)),
	READ(OP_listPackages,       PAGE(package_list)),
	READ(OP_getPackage,         ONE(package_get), MANY(items, package_items)),
	COMMAND(OP_createPackage,   create_package, THEN(OP_getPackage)),
	COMMAND(OP_updatePackage,   update_package, THEN(OP_getPackage)),
	READ(OP_listPackageRevisions, UNDER(package_visible), PAGE(package_revision_list)),
	ROUTES_END
};
/* clang-format on */
