\set n random(0, :orders / :every / 50 - 1) * :every * 50 + random(0, 49)
SELECT json_build_object('id', w.id, 'version', w.version, 'number', w.number, 'store_id', w.store_id, 'status', w.status,
         'customer_status', CASE WHEN w.status IN ('opened', 'ready', 'dispatched') THEN 'waiting' WHEN w.status IN ('in_progress', 'paused') THEN 'repairing'
                                 WHEN w.status = 'awaiting_qc' THEN 'checking' WHEN w.status <> 'cancelled' THEN 'done' END,
         'reception_id', w.reception_id, 'customer_id', w.customer_id, 'customer', json_build_object('id', c.id, 'name', c.name, 'phone', mask_phone(c.phone)),
         'vehicle_id', w.vehicle_id, 'vehicle', json_build_object('id', v.id, 'plate', v.plate, 'vin', v.vin),
         'promised_at', w.promised_at, 'first_promised_at', w.first_promised_at,
         'last_contact_at', w.last_contact_at, 'fault_class', w.fault_class, 'repair_due_at', w.repair_due_at, 'service_class', w.service_class, 'old_parts', w.old_parts, 'bay_id', w.bay_id, 'advisor_id', w.advisor_id,
         'odometer_in_km', w.odometer_in_km, 'odometer_out_km', w.odometer_out_km, 'paid', w.paid, 'reason', w.reason, 'opened_at', w.opened_at,
         'started_at', w.started_at, 'finished_at', w.finished_at, 'completed_at', w.completed_at, 'washed_at', w.washed_at, 'settled_at', w.settled_at,
         'delivered_at', w.delivered_at, 'closed_at', w.closed_at, 'cancelled_at', w.cancelled_at, 'created_at', w.created_at, 'updated_at', w.updated_at,
         'currency', 'CNY', 'note', w.note, 'explained', w.explained, 'belongings_returned', w.belongings_returned, 'washed', w.washed,
         'required_qc_levels', coalesce(w.required_qc_levels, '{final}'), 'certificate_number', w.certificate_number, 'next_service_on', w.next_service_on,
         'next_service_km', w.next_service_km, 'signature_file_id', w.signature_file_id, 'moved_from_id', w.moved_from_id, 'moved_to_id', w.moved_to_id, 'external_ids', w.external_ids, 'metadata', w.metadata,
         'lines', (SELECT json_agg(json_build_object('id', l.id, 'position', l.position, 'kind', l.kind, 'operation_id', l.operation_id, 'part_id', l.part_id,
                          'concern_id', l.concern_id, 'description', l.description, 'repair_category', l.repair_category, 'quantity', l.quantity,
                          'hours', CASE WHEN l.kind = 'labour' THEN coalesce(l.fixed_hours, l.quantity) END, 'price_source', l.price_source,
                          'price_list_id', l.price_list_id, 'package_id', l.package_id, 'package_revision', l.package_revision,
                          'approval_id', l.approval_id, 'list_price', l.list_price, 'unit_price', l.unit_price, 'amount', l.amount,
                          'payer', l.payer, 'status', l.status, 'work_status', l.work_status, 'supply', l.supply, 'issued_quantity', l.issued_quantity,
                          'returned_quantity', l.returned_quantity, 'technician_id', l.technician_id, 'reason', l.reason, 'rework_count', l.rework_count,
                          'authorisation_id', l.authorisation_id, 'note', l.note, 'estimate_line_id', l.estimate_line_id, 'revives_line_id', l.revives_line_id,
                          'passed_levels', coalesce(l.passed_levels, '{}'), 'finding_id', l.finding_id, 'service_class', l.service_class,
                          'technicians', line_technicians(l.id, l.technician_id, l.share_bp), 'created_at', l.created_at, 'updated_at', l.updated_at) ORDER BY l.position)
                     FROM work_order_line l WHERE l.work_order_id = w.id))::text
  FROM work_order w
  LEFT JOIN customer c ON c.id = w.customer_id
  LEFT JOIN vehicle v ON v.id = w.vehicle_id
 WHERE w.id = (lpad(to_hex(1700000000000 + :n::bigint * 7), 12, '0') || '700c8' || lpad(to_hex(:n::bigint), 15, '0'))::uuid;
