/* SPDX-License-Identifier: Apache-2.0 */
/* All route tables: one for each resource, in a file of its name. */
#ifndef SERVER_ROUTES_H
#define SERVER_ROUTES_H

#include "route.h"

extern const struct route *const route_tables[];
extern const size_t route_tables_count;

extern const struct route appointment_routes[];
extern const struct route appointment_link_routes[];
extern const struct route waiting_link_routes[];
extern const struct route approval_routes[];
extern const struct route booking_routes[];
extern const struct route document_routes[];
extern const struct route estimate_routes[];
extern const struct route file_routes[];
extern const struct route front_desk_routes[];
extern const struct route file_upload_routes[];
extern const struct route agreement_routes[];
extern const struct route inspection_routes[];
extern const struct route diagnosis_routes[];
/* Members of a row whose `id` is a file's: its address for ten minutes, and when that ends. */
void file_write_url(struct buf *out, const struct rows *rows, size_t row, void *req);

extern const struct route markup_routes[];
extern const struct route price_adjustment_routes[];
extern const struct route bin_routes[];
extern const struct route core_deposit_routes[];
extern const struct route waste_routes[];
extern const struct route task_routes[];
extern const struct route organisation_routes[];
extern const struct route price_routes[];
extern const struct route progress_routes[];
extern const struct route promise_routes[];
extern const struct route staff_routes[];
extern const struct route reception_routes[];
extern const struct route work_order_routes[];
extern const struct route work_order_line_routes[];
extern const struct route quality_check_routes[];
extern const struct route guarantee_routes[];
extern const struct route incident_routes[];
extern const struct route transport_routes[];
extern const struct route rescue_routes[];
extern const struct route attendance_routes[];
extern const struct route clock_entry_routes[];
extern const struct route settlement_routes[];
extern const struct route import_routes[];
extern const struct route audit_routes[];
extern const struct route catalog_routes[];
extern const struct route stock_routes[];
extern const struct route transfer_routes[];
extern const struct route stocktake_routes[];
extern const struct route supplier_routes[];
extern const struct route part_batch_routes[];
extern const struct route replenishment_routes[];
extern const struct route supplier_invoice_routes[];
extern const struct route purchase_order_routes[];
extern const struct route sales_order_routes[];
extern const struct route central_purchase_routes[];
extern const struct route stock_view_routes[];
extern const struct route service_routes[];
extern const struct route complaint_routes[];
extern const struct route survey_routes[];
extern const struct route kpi_routes[];
extern const struct route customer_routes[];
extern const struct route vehicle_routes[];
extern const struct route workshop_routes[];
extern const struct route search_routes[];
extern const struct route roster_routes[];
extern const struct route equipment_routes[];
extern const struct route department_routes[];
extern const struct route tablet_routes[];

/* Write a session's token, with the staff_id, name and username that were found, as the reply. */
void session_write(struct request *req, const char *token, struct utc expires,
                   const struct rows *found);
/* Ask the caller's password.  A wrong one counts like a failed login, so it is saved, with req->err at /current: 401
 * would say that the session is over.  ERR_NOT_FOUND (no person), ERR_TOO_MANY_ATTEMPTS. */
MUSTCHECK enum err password_ask(struct request *req, const char *current, struct id *staff);

/* prepare: the parameter q as the arguments search_subjects, _kinds, _keys, _ends and _stores. */
enum err customers_prepare(struct request *req);
enum err vehicles_prepare(struct request *req);
/* prepare: the person of the path as the argument staff_id. */
enum err route_of_person(struct request *req);

#endif
