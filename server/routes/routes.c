/* SPDX-License-Identifier: Apache-2.0 */
/* The list of route tables. */
#include "routes/routes.h"

const struct route *const route_tables[] = {
	appointment_routes,  file_routes,        organisation_routes,    staff_routes,
	reception_routes,    work_order_routes,  work_order_line_routes, quality_check_routes,
	settlement_routes,   import_routes,      audit_routes,           catalog_routes,
	stock_routes,        service_routes,     complaint_routes,       survey_routes,
	kpi_routes,          customer_routes,    vehicle_routes,         search_routes,
	estimate_routes,     booking_routes,     price_routes,           roster_routes,
	inspection_routes,   diagnosis_routes,   equipment_routes,       file_upload_routes,
	agreement_routes,    workshop_routes,    document_routes,        markup_routes,
	approval_routes,     guarantee_routes,   incident_routes,        front_desk_routes,
	transport_routes,    rescue_routes,      attendance_routes,      progress_routes,
	promise_routes,      department_routes,  tablet_routes,          appointment_link_routes,
	waiting_link_routes, clock_entry_routes, transfer_routes,        stocktake_routes,
};
const size_t route_tables_count = COUNT_OF(route_tables);
