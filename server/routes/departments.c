/* SPDX-License-Identifier: Apache-2.0 */
/* Departments, who belongs to them, and how work gets there. */
#include "staff/department.h"
#include "routes/routes.h"
#include "work_order/routing.h"

static enum err
create(struct request *req)
{
	return department_create(&req->ctx, req->body);
}

static enum err
update(struct request *req)
{
	return department_update(&req->ctx, req->id, req->body);
}

static enum err
retire(struct request *req)
{
	return department_retire(&req->ctx, req->id, req->body);
}

static enum err
reinstate(struct request *req)
{
	return department_reinstate(&req->ctx, req->id);
}

static enum err
set_departments(struct request *req)
{
	return staff_set_departments(&req->ctx, req->id, req->body);
}

static enum err
create_rule(struct request *req)
{
	return routing_rule_create(&req->ctx, req->body);
}

static enum err
update_rule(struct request *req)
{
	return routing_rule_update(&req->ctx, req->id, req->body);
}

static enum err
delete_rule(struct request *req)
{
	const struct delete_routing_rule_params *params = req->params;

	return routing_rule_delete(&req->ctx, req->id, params->reason);
}

static enum err
route_line(struct request *req)
{
	return line_route(&req->ctx, req->id, req->body);
}

/* clang-format off */
const struct route department_routes[] = {
	READ_ACTIONS(OP_listDepartments,    &department_machine, PAGE(department_list)),
	READ_ACTIONS(OP_getDepartment,      &department_machine, ONE(department_get),
	  MANY(members, department_members)),
	COMMAND(OP_createDepartment,        create,          THEN(OP_getDepartment)),
	COMMAND(OP_updateDepartment,        update,          THEN(OP_getDepartment)),
	COMMAND(OP_retireDepartment,        retire,          THEN(OP_getDepartment)),
	COMMAND(OP_reinstateDepartment,     reinstate,       THEN(OP_getDepartment)),
	READ_ACTIONS(OP_listDepartmentWork, &line_work_machine,  UNDER(department_visible),
	  PAGE(department_work)),
	READ(OP_listStaffDepartments,       UNDER(staff_visible), PAGE(staff_department_list)),
	COMMAND(OP_setStaffDepartments,     set_departments, THEN(OP_getStaff)),
	READ(OP_listRoutingRules,           PAGE(routing_rule_list)),
	READ(OP_getRoutingRule,             ONE(routing_rule_get)),
	COMMAND(OP_createRoutingRule,       create_rule,     THEN(OP_getRoutingRule)),
	COMMAND(OP_updateRoutingRule,       update_rule,     THEN(OP_getRoutingRule)),
	COMMAND(OP_deleteRoutingRule,       delete_rule,     OP_NONE),
	COMMAND(OP_routeWorkOrderLine,      route_line,      THEN(OP_getWorkOrderLine)),
	ROUTES_END
};
/* clang-format on */
