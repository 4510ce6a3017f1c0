/* SPDX-License-Identifier: Apache-2.0 */
/* Regions, stores, hours, holidays, bays, house rules. */
#include "org/org.h"
#include "routes/routes.h"

static enum err
create_region(struct request *req)
{
	return region_create(&req->ctx, req->body);
}

static enum err
update_region(struct request *req)
{
	return region_update(&req->ctx, req->id, req->body);
}

static enum err
create_store(struct request *req)
{
	return store_create(&req->ctx, req->body);
}

static enum err
update_store(struct request *req)
{
	return store_update(&req->ctx, req->id, req->body);
}

static enum err
set_hours(struct request *req)
{
	return store_set_hours(&req->ctx, req->id, req->body);
}

static enum err
add_holiday(struct request *req)
{
	return store_add_holiday(&req->ctx, req->id, req->body);
}

static enum err
delete_holiday(struct request *req)
{
	const struct delete_store_holiday_params *params = req->params;

	return store_remove_holiday(&req->ctx, req->id, params->date);
}

static enum err
update_policies(struct request *req)
{
	return store_update_policies(&req->ctx, req->id, req->body);
}

static enum err
create_bay(struct request *req)
{
	return bay_create(&req->ctx, req->id, req->body);
}

static enum err
delete_region(struct request *req)
{
	const struct delete_region_params *params = req->params;

	return region_delete(&req->ctx, req->id, params->reason);
}

static enum err
update_bay(struct request *req)
{
	return bay_update(&req->ctx, req->id, req->body);
}

static enum err
delete_bay(struct request *req)
{
	const struct delete_bay_params *params = req->params;

	return bay_delete(&req->ctx, req->id, params->reason);
}

#define STORE                                                                           \
	ONE(store_get), MANY(hours, store_hours_of), MANY(holidays, store_holidays_of), \
		MANY(broken_appointments, store_broken)

/* clang-format off */
const struct route organisation_routes[] = {
	READ(OP_listRegions,            PAGE(region_list)),
	READ(OP_getRegion,              ONE(region_get)),
	COMMAND(OP_createRegion,        create_region,   THEN(OP_getRegion)),
	COMMAND(OP_updateRegion,        update_region,   THEN(OP_getRegion)),
	COMMAND(OP_deleteRegion,        delete_region,   OP_NONE),
	READ(OP_listStores,             PAGE(store_list)),
	READ(OP_getStore,               STORE),
	COMMAND(OP_createStore,         create_store,    THEN(OP_getStore)),
	COMMAND(OP_updateStore,         update_store,    THEN(OP_getStore)),
	COMMAND(OP_setStoreHours,       set_hours,       THEN(OP_getStore)),
	COMMAND(OP_addStoreHoliday,     add_holiday,     THEN(OP_getStore)),
	COMMAND(OP_deleteStoreHoliday,  delete_holiday,  OP_NONE),
	READ(OP_listBays,               UNDER(store_visible), PAGE(bay_list)),
	READ(OP_getBay,                 ONE(bay_get),
	  MANY(broken_appointments, bay_broken)),
	COMMAND(OP_createBay,           create_bay,      THEN(OP_getBay)),
	COMMAND(OP_updateBay,           update_bay,      THEN(OP_getBay)),
	COMMAND(OP_deleteBay,           delete_bay,      OP_NONE),
	READ(OP_getStorePolicies,       ONE(store_policies_get),
	  MANY(booking_limits, store_booking_limits), MANY(discount_limits, store_discount_limits),
	  MANY(purchase_limits, store_purchase_limits)),
	COMMAND(OP_updateStorePolicies, update_policies, THEN(OP_getStorePolicies)),
	ROUTES_END
};
/* clang-format on */
