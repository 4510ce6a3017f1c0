/* SPDX-License-Identifier: Apache-2.0 */
/* Equipment of stores. */
#include "org/equipment.h"

#include "routes/routes.h"

static enum err
create(struct request *req)
{
	return equipment_create(&req->ctx, req->body);
}

static enum err
update(struct request *req)
{
	return equipment_update(&req->ctx, req->id, req->body);
}

static enum err delete (struct request *req) {
	const struct delete_equipment_params *params = req->params;

		return equipment_delete(&req->ctx, req->id, params->reason);
}

static enum err
take_out(struct request *req)
{
	return equipment_take_out(&req->ctx, req->id, req->body);
}

static enum err
put_back(struct request *req)
{
	return equipment_put_back(&req->ctx, req->id);
}

static enum err
service(struct request *req)
{
	return equipment_service(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route equipment_routes[] = {
	READ_ACTIONS(OP_listEquipment, &equipment_machine, PAGE(equipment_list)),
	READ_ACTIONS(OP_getEquipment,  &equipment_machine, ONE(equipment_get),
	  MANY(broken_appointments, equipment_broken)),
	COMMAND(OP_createEquipment,    create,   THEN(OP_getEquipment)),
	COMMAND(OP_updateEquipment,    update,   THEN(OP_getEquipment)),
	COMMAND(OP_deleteEquipment,    delete,   OP_NONE),
	COMMAND(OP_takeEquipmentOut,   take_out, THEN(OP_getEquipment)),
	COMMAND(OP_putEquipmentBack,   put_back, THEN(OP_getEquipment)),
	COMMAND(OP_serviceEquipment,   service,  THEN(OP_getEquipment)),
	ROUTES_END
};
/* clang-format on */
