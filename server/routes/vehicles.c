/* SPDX-License-Identifier: Apache-2.0 */
/* Vehicles, their plates, owners, readings and history; VINs. */
#include "vehicle/vehicle.h"

#include "routes/routes.h"

static enum err
create_vehicle(struct request *req)
{
	return vehicle_create(&req->ctx, req->body);
}

static enum err
update_vehicle(struct request *req)
{
	return vehicle_update(&req->ctx, req->id, req->body);
}

/* What was not found is told after the look-up was saved in the access log. */
static enum err
lookup_vehicle(struct request *req)
{
	bool found = false;
	enum err err = vehicle_lookup(&req->ctx, req->body, &found);

	req->err = found ? OK : ERR_NOT_FOUND;
	return err;
}

static enum err
change_plate(struct request *req)
{
	return vehicle_change_plate(&req->ctx, req->id, req->body);
}

static enum err
add_owner(struct request *req)
{
	return vehicle_add_owner(&req->ctx, req->id, req->body);
}

static enum err
add_reading(struct request *req)
{
	return odometer_add(&req->ctx, req->id, req->body);
}

static enum err
prepare_vin(struct request *req)
{
	const char *const *sent = request_parameter(req, "vin");
	const char *vin;

	if (vin_take(&req->ctx, *sent, NULL, &vin)) {
		req->ctx.failures[0].parameter = "vin";
		return ERR_VALIDATION_FAILED; /* 422: the parameter is a text, though no VIN */
	}
	vin_args(&req->ctx, vin, req->args);
	req->args_count = VIN_ARGS;
	return OK;
}

static void
write_check(struct buf *out, const struct rows *rows, size_t row, void *req)
{
	(void)req;
	buf_printf(out, ",\"check\":\"%s\"", vin_verdict(row_text(rows, row, "vin")));
}

/* clang-format off */
const struct route vehicle_routes[] = {
	READ_PREPARED(OP_listVehicles,  vehicles_prepare, NULL, PAGE(vehicle_list)),
	READ(OP_getVehicle,             ONE(vehicle_get)),
	READ(OP_listPlates,             UNDER(vehicle_visible), PAGE(plate_list)),
	READ(OP_listOwners,             UNDER(vehicle_visible), PAGE(owner_list)),
	READ(OP_listOdometerReadings,   UNDER(vehicle_visible), PAGE(odometer_list)),
	READ(OP_getOdometerReading,     ONE(odometer_get)),
	READ(OP_getVehicleHistory,      UNDER(vehicle_visible), PAGE(vehicle_history)),
	READ_PREPARED(OP_decodeVin,     prepare_vin, write_check, ONE(vin_decode)),
	COMMAND(OP_createVehicle,       create_vehicle, THEN(OP_getVehicle)),
	COMMAND(OP_updateVehicle,       update_vehicle, THEN(OP_getVehicle)),
	COMMAND(OP_lookupVehicle,       lookup_vehicle, THEN(OP_getVehicle)),
	COMMAND(OP_changePlate,         change_plate,   THEN(OP_getVehicle)),
	COMMAND(OP_addOwner,            add_owner,      THEN(OP_getVehicle)),
	COMMAND(OP_addOdometerReading,  add_reading,    THEN(OP_getOdometerReading)),
	ROUTES_END
};
/* clang-format on */
