\set n random(0, :orders - 1)
SELECT json_build_object('id', w.id, 'version', w.version, 'number', w.number, 'store_id', w.store_id, 'status', w.status,
         'promised_at', w.promised_at, 'first_promised_at', w.first_promised_at, 'old_parts', w.old_parts, 'opened_at', w.opened_at,
         'completed_at', w.completed_at, 'settled_at', w.settled_at, 'delivered_at', w.delivered_at, 'closed_at', w.closed_at, 'paid', w.paid,
         'external_ids', w.external_ids, 'metadata', w.metadata, 'created_at', w.created_at, 'updated_at', w.updated_at,
         'customer', json_build_object('id', c.id, 'name', c.name, 'phone', c.phone),
         'vehicle', json_build_object('id', v.id, 'plate', v.plate, 'vin', v.vin),
         'lines', (SELECT json_agg(json_build_object('id', l.id, 'position', l.position, 'kind', l.kind, 'operation_id', l.operation_id, 'part_id', l.part_id,
                          'description', l.description, 'quantity', l.quantity, 'list_price', l.list_price, 'unit_price', l.unit_price, 'amount', l.amount,
                          'payer', l.payer, 'status', l.status, 'work_status', l.work_status, 'supply', l.supply, 'issued_quantity', l.issued_quantity,
                          'technician_id', l.technician_id) ORDER BY l.position)
                     FROM work_order_line l WHERE l.work_order_id = w.id))::text
  FROM work_order w
  LEFT JOIN customer c ON c.id = w.customer_id
  LEFT JOIN vehicle v ON v.id = w.vehicle_id
 WHERE w.id = (lpad(to_hex(1700000000000 + :n::bigint * 7), 12, '0') || '700c8' || lpad(to_hex(:n::bigint), 15, '0'))::uuid;
