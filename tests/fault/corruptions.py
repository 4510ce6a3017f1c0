# SPDX-License-Identifier: Apache-2.0
"""Corruptions, one at a time: what `fettled verify` must say of each, with store, row and amount.

CORRUPTIONS: name -> (tables it touches, SQL, what verify must say as a pattern).  The SQL runs as superuser with
triggers and foreign keys off, returns the parts of the row that must be named, and takes its rows from the demo.
"""

import re

CORRUPTIONS = {}


def corrupt(name, tables, sql, says):
    assert name not in CORRUPTIONS, name
    CORRUPTIONS[name] = (tables.split(), sql, says)


# One row of a table by a condition, whose store is told along with it.
LEVEL = ("(SELECT l.* FROM stock_level l WHERE l.on_hand > 1 AND l.on_hand > l.reserved + 1"
         " ORDER BY l.store_id, l.part_id LIMIT 1)")
LEVEL_NAMED = ("RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM part WHERE id = t.part_id)")
for column, change in (("on_hand", "on_hand + 1"), ("value", "value + 7"), ("reserved", "reserved + 1"), ("movements", "movements + 1")):
    corrupt(f"level {column}", "stock_level",
            f"UPDATE stock_level t SET {column} = t.{change} FROM {LEVEL} x WHERE (t.store_id, t.warehouse_id, t.part_id)"
            f" = (x.store_id, x.warehouse_id, x.part_id) {LEVEL_NAMED}", r"stock levels: {0} {1}.*: %s is " % column)

MOVE = "(SELECT id FROM stock_movement WHERE ordinal = 1 ORDER BY id LIMIT 1)"
MOVE_NAMED = "RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM part WHERE id = t.part_id)"
for column, what in (("value_after", "value_after of entry 1"), ("on_hand_after", "on_hand_after of entry 1")):
    corrupt(f"ledger {column}", "stock_movement",
            f"UPDATE stock_movement t SET {column} = {column} + 1 WHERE id = {MOVE} {MOVE_NAMED}",
            r"stock ledger: {0} {1}: %s is " % what)
corrupt("ledger ordinal", "stock_movement",
        f"UPDATE stock_movement t SET ordinal = 999999999 WHERE id = {MOVE} {MOVE_NAMED}",
        r"stock ledger: {0} {1}: ordinal of entry 999999999 is 999999999")
corrupt("movement quantity", "stock_movement",
        f"UPDATE stock_movement t SET quantity = quantity + 1 WHERE id = {MOVE} {MOVE_NAMED}", r"stock levels: {0} {1}.*: on_hand is ")
corrupt("movement value", "stock_movement",
        f"UPDATE stock_movement t SET value = value + 1 WHERE id = {MOVE} {MOVE_NAMED}", r"stock levels: {0} {1}.*: value is ")
corrupt("movement lost", "stock_movement",
        f"DELETE FROM stock_movement t WHERE id = {MOVE} {MOVE_NAMED}", r"stock levels: {0} {1}.*: movements is ")

corrupt("document line quantity", "stock_document_line",
        "UPDATE stock_document_line t SET quantity = quantity + sign(quantity) WHERE id = (SELECT line_id FROM stock_movement ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM stock_document WHERE id = t.document_id), t.position",
        r"stock documents: {0} {1}: quantity of line {2} is ")
corrupt("document line cost", "stock_document_line",
        "UPDATE stock_document_line t SET cost = cost + 1 WHERE id = (SELECT line_id FROM stock_movement ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM stock_document WHERE id = t.document_id), t.position",
        r"stock documents: {0} {1}: cost of line {2} is ")
corrupt("document unposted", "stock_document",
        "UPDATE stock_document t SET status = 'draft', posted_at = NULL WHERE id = (SELECT document_id FROM stock_movement ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), number", r"stock documents: {0} {1}: quantity of line 1 is .*, should be 0")

RESERVATION = "(SELECT id FROM reservation WHERE status = 'consumed' ORDER BY id LIMIT 1)"
corrupt("reservation revived", "reservation",
        f"UPDATE reservation t SET status = 'active', ended_at = NULL WHERE id = {RESERVATION} {MOVE_NAMED}",
        r"stock levels: {0} {1}.*: reserved is ")
corrupt("reservation undated", "reservation",
        f"UPDATE reservation t SET ended_at = NULL WHERE id = {RESERVATION} RETURNING (SELECT code FROM store WHERE id = t.store_id), id",
        r"dates: {0} reservation {1}: ended_at is none, should be set")

TRANSFER_LINE = ("(SELECT l.id FROM transfer_line l WHERE l.shipped_quantity > 1 AND l.received_quantity %s ORDER BY l.id LIMIT 1)")
TRANSFER_NAMED = ("RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM transfer WHERE id = t.transfer_id), t.position")
for column, what, row in (("received_quantity", "received, returned and lost", "> 0"), ("shipped_quantity", "shipped", "= 0"),
                          ("transit_value", "value on its way", "= 0")):
    corrupt(f"transfer {column}", "transfer_line",
            f"UPDATE transfer_line t SET {column} = {column} - 1 WHERE id = {TRANSFER_LINE % row} {TRANSFER_NAMED}",
            r"transfers: {0} {1}: %s of line {2} is " % what)
corrupt("transfer of no document", "transfer stock_document",
        "UPDATE stock_document t SET transfer_id = gen_random_uuid() WHERE id = (SELECT id FROM stock_document WHERE transfer_id IS NOT NULL ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), id", r"references: {0} stock_document {1}: transfer_id ")

corrupt("stocktake counted otherwise", "stocktake_line",
        "UPDATE stocktake_line t SET counted_quantity = counted_quantity + 1 WHERE id = (SELECT id FROM stocktake_line ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM stocktake WHERE id = t.stocktake_id), part_number",
        r"stocktakes: {0} {1}: difference of {2} is ")
corrupt("stocktake that differs by batch", "stocktake_line",
        "UPDATE stocktake_line t SET batches_differ = NOT batches_differ WHERE id = (SELECT id FROM stocktake_line ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM stocktake WHERE id = t.stocktake_id), part_number",
        r"stocktakes: {0} {1}: difference by batch of {2} is ")
corrupt("level frozen for ever", "stock_level",
        "UPDATE stock_level t SET stocktake_id = s.id FROM stocktake s WHERE s.store_id = t.store_id AND s.warehouse_id = t.warehouse_id"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), s.number", r"stocktakes: {0} {1}: frozen levels is ")

PURCHASE_NAMED = ("RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM purchase_order WHERE id = t.order_id), t.position")
for column, what, row in (("received_quantity", "received", "received_quantity > 0"), ("pending_quantity", "pending", "pending_quantity > 0")):
    corrupt(f"purchase {column}", "purchase_order_line",
            f"UPDATE purchase_order_line t SET {column} = {column} - 1 WHERE id = (SELECT id FROM purchase_order_line WHERE {row} ORDER BY id LIMIT 1) {PURCHASE_NAMED}",
            r"purchases: {0} {1}: %s of line {2} is " % what)
corrupt("purchase line not on order", "purchase_order_line",
        f"UPDATE purchase_order_line t SET ordered = NOT ordered WHERE id = (SELECT id FROM purchase_order_line ORDER BY id LIMIT 1) {PURCHASE_NAMED}",
        r"purchases: {0} {1}: open lines is ")
SOLD = "(SELECT id FROM sales_order_line WHERE shipped_quantity > 0 ORDER BY id LIMIT 1)"
SOLD_NAMED = "RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM sales_order WHERE id = t.order_id), t.position"
corrupt("sale shipped", "sales_order_line", f"UPDATE sales_order_line t SET shipped_quantity = shipped_quantity - 1 WHERE id = {SOLD} {SOLD_NAMED}",
        r"sales orders: {0} {1}: shipped of line {2} is ")
corrupt("sale returned", "sales_order_line", f"UPDATE sales_order_line t SET returned_quantity = returned_quantity + 1 WHERE id = {SOLD} {SOLD_NAMED}",
        r"sales orders: {0} {1}: returned of line {2} is ")
corrupt("sale's line amount", "sales_order_line", f"UPDATE sales_order_line t SET amount = amount + 1 WHERE id = {SOLD} {SOLD_NAMED}",
        r"sales orders: {0} {1}: amount of line {2} is ")
corrupt("sale's wish", "demand",
        "UPDATE demand t SET short_quantity = short_quantity + 1"
        " WHERE id = (SELECT l.demand_id FROM sales_order_line l JOIN sales_order o ON o.id = l.order_id WHERE o.status = 'confirmed' ORDER BY l.id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM sales_order WHERE id = t.sales_order_id)",
        r"sales orders: {0} {1}: short of line 1 is ")
corrupt("sale's status", "sales_order",
        "UPDATE sales_order t SET status = 'shipped' WHERE id = (SELECT id FROM sales_order WHERE status = 'accepted' ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), number", r"sales orders: {0} {1}: status is shipped, should be ")
corrupt("sale's amount", "sales_order",
        "UPDATE sales_order t SET amount = amount + 1 WHERE id = (SELECT id FROM sales_order ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), number", r"sales orders: {0} {1}: amount is ")
corrupt("sale billed", "settlement_line",
        "UPDATE settlement_line t SET amount = amount + 1 WHERE id = (SELECT id FROM settlement_line WHERE sales_order_line_id IS NOT NULL ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM settlement WHERE id = t.settlement_id)",
        r"lines: {0} {1}: amount of line 1 is ")
DEPOSIT_NAMED = "RETURNING (SELECT code FROM store WHERE id = t.store_id), t.number"
corrupt("deposit applied", "deposit",
        f"UPDATE deposit t SET applied = applied + 1 WHERE id = (SELECT id FROM deposit WHERE status = 'held' ORDER BY id LIMIT 1) {DEPOSIT_NAMED}",
        r"deposits: {0} {1}: applied is 1, should be 0")
corrupt("deposit's status", "deposit",
        f"UPDATE deposit t SET status = 'held' WHERE id = (SELECT id FROM deposit WHERE status = 'applied' ORDER BY id LIMIT 1) {DEPOSIT_NAMED}",
        r"deposits: {0} {1}: status is held, should be applied")
corrupt("deposit given back by nobody", "deposit",
        f"UPDATE deposit t SET refunded = refunded + 1 WHERE id = (SELECT id FROM deposit WHERE status = 'held' ORDER BY id LIMIT 1) {DEPOSIT_NAMED}",
        r"deposits: {0} {1}: refunded is 1, should be 0")
corrupt("purchase amount", "purchase_order",
        "UPDATE purchase_order t SET amount = amount + 1 WHERE id = (SELECT id FROM purchase_order ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), number", r"purchases: {0} {1}: amount is ")

corrupt("batch of more", "batch_stock",
        "UPDATE batch_stock t SET quantity = quantity + 1 WHERE batch_id = (SELECT batch_id FROM batch_stock WHERE quantity > 0 ORDER BY batch_id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM part WHERE id = t.part_id)", r"batches: {0} {1}: batch ")
corrupt("movement of another batch", "batch_movement",
        "UPDATE batch_movement t SET quantity = -quantity WHERE movement_id = (SELECT movement_id FROM batch_movement ORDER BY movement_id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM stock_document WHERE id = t.document_id)", r"batches: {0} {1}: batches of a movement is ")

corrupt("batch worth more", "batch_stock",
        "UPDATE batch_stock t SET value = value + 1 WHERE (store_id, warehouse_id, batch_id) = (SELECT b.store_id, b.warehouse_id, b.batch_id FROM batch_stock b"
        " JOIN part p ON p.id = b.part_id AND p.costing = 'batch' WHERE b.quantity > 0 ORDER BY b.batch_id, b.store_id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM part WHERE id = t.part_id)", r"batches: {0} {1}: value of batch ")
corrupt("movement of a batch at another cost", "batch_movement batch_stock",
        "UPDATE batch_movement t SET value = value + 1 WHERE movement_id = (SELECT v.movement_id FROM batch_movement v WHERE v.value > 0 ORDER BY v.movement_id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM stock_document WHERE id = t.document_id)",
        r"batches: {0} {1}: value of batches of a movement is ")

for column, what in (("amount", "amount"), ("paid", "paid")):
    corrupt(f"supplier invoice {column}", "supplier_invoice",
            f"UPDATE supplier_invoice t SET {column} = {column} + 1 WHERE id = (SELECT id FROM supplier_invoice ORDER BY id LIMIT 1)"
            " RETURNING (SELECT code FROM store WHERE id = t.store_id), number", r"supplier invoices: {0} {1}: %s is " % what)
corrupt("receipt that counts as billed", "stock_document",
        "UPDATE stock_document t SET billed = NOT billed WHERE id = (SELECT d.id FROM stock_document d WHERE d.kind = 'receipt' ORDER BY d.id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), number", r"supplier invoices: {0} {1}: billed in full is ")
corrupt("receipt billed otherwise", "stock_document_line",
        "UPDATE stock_document_line t SET invoiced_quantity = invoiced_quantity + 1 WHERE id = (SELECT document_line_id FROM supplier_invoice_line ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM stock_document WHERE id = t.document_id), position",
        r"supplier invoices: {0} {1}: billed of line {2} is ")
for table, column, status in (("transfer", "shipped_at", "in_transit"), ("transfer", "ended_at", "received"), ("stocktake", "frozen_at", "posted"),
                              ("purchase_order", "sent_at", "sent"), ("sales_order", "accepted_at", "accepted")):
    corrupt(f"{column} of a {table}", table,
            f"UPDATE {table} t SET {column} = NULL WHERE id = (SELECT id FROM {table} WHERE status = '{status}' ORDER BY id LIMIT 1)"
            " RETURNING (SELECT code FROM store WHERE id = t.store_id), t.number", r"dates: {0} {1}: %s is none, should be set" % column)
corrupt("a transfer that came before it was sent", "transfer",
        "UPDATE transfer t SET ended_at = shipped_at - interval '1 day' WHERE id = (SELECT id FROM transfer WHERE status = 'received' ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), t.number", r"dates: {0} {1}: ended_at is .*, should be not before ")
corrupt("one piece more in a bin", "bin_stock bin_movement",
        "UPDATE bin_stock t SET quantity = quantity + 1 WHERE id = (SELECT id FROM bin_stock ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM part WHERE id = t.part_id), quantity, quantity - 1",
        r"bins: {0} {1}: bin .* is {2}, should be {3}")
corrupt("more laid into a bin than was moved", "bin_movement",
        "UPDATE bin_movement t SET quantity = quantity * 2 WHERE movement_id = (SELECT movement_id FROM bin_movement ORDER BY movement_id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM part WHERE id = t.part_id)", r"bins: {0} {1}: bins of a movement is ")
CORE_NAMED = ("RETURNING (SELECT code FROM store WHERE id = t.store_id), "
              "coalesce((SELECT number FROM work_order WHERE id = t.work_order_id), (SELECT number FROM sales_order WHERE id = t.sales_order_id))")
corrupt("one old piece more", "core_deposit",
        f"UPDATE core_deposit t SET quantity = quantity + 1 WHERE id = (SELECT id FROM core_deposit WHERE status = 'not_ready' ORDER BY id LIMIT 1) {CORE_NAMED}",
        r"cores: {0} {1}: old pieces of part .* is [0-9.]+, should be [0-9.]+")
corrupt("one old piece less", "core_deposit",
        f"UPDATE core_deposit t SET quantity = quantity - 0.5 WHERE id = (SELECT id FROM core_deposit WHERE status = 'not_ready' ORDER BY id LIMIT 1) {CORE_NAMED}",
        r"cores: {0} {1}: old pieces of part .* is [0-9.]+, should be [0-9.]+")
corrupt("old piece that nobody collected", "core_deposit",
        f"UPDATE core_deposit t SET collected_at = NULL WHERE id = (SELECT id FROM core_deposit WHERE status = 'ready' ORDER BY id LIMIT 1) {CORE_NAMED}",
        r"cores: {0} {1}: collected_at of old pieces of part .* is none, should be some")
corrupt("waste of no entry", "waste_balance",
        "INSERT INTO waste_balance (store_id, kind_id, quantity, entries, stored_since) SELECT s.id, k.id, 5, 0, now() FROM (SELECT id FROM store ORDER BY code LIMIT 1) s,"
        " (SELECT id FROM waste_kind ORDER BY code LIMIT 1) k RETURNING (SELECT code FROM store WHERE id = store_id)",
        r"hazardous waste: {0} .*: quantity is ")
corrupt("call for an order that is over", "task",
        "UPDATE task t SET kind = 'call_in', work_order_id = w.id FROM (SELECT id, number FROM work_order WHERE status IN ('delivered', 'closed') ORDER BY id LIMIT 1) w"
        " WHERE t.id = (SELECT id FROM task WHERE status = 'planned' ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), w.number", r"tasks: {0} {1}: open calls of an order that is .* is 1, should be 0")
corrupt("attempt of no task", "task",
        "UPDATE task t SET attempts_count = attempts_count + 1, status = 'attempted' WHERE id = (SELECT id FROM task WHERE status = 'planned' ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), id", r"tasks: {0} {1}: attempts is 1, should be 0")
corrupt("price of no change", "price_change",
        "INSERT INTO price_change (id, part_id, basis, old_price, new_price, at) SELECT gen_random_uuid(), p.id, 'piece', p.sale_price, p.sale_price + 1, now()"
        " FROM (SELECT id, sale_price FROM part ORDER BY id LIMIT 1) p RETURNING (SELECT number FROM part WHERE id = part_id)",
        r"part prices: chain {0}: sale_price is ")
corrupt("level of another limit", "stock_level stock_limit",
        "UPDATE stock_level t SET minimum = coalesce(t.minimum, 0) + 1 WHERE t.limit_id = (SELECT id FROM stock_limit WHERE deleted_at IS NULL ORDER BY id LIMIT 1) "
        + LEVEL_NAMED, r"stock limits: {0} {1}: minimum is ")
corrupt("level without its limit", "stock_level stock_limit",
        "UPDATE stock_level t SET limit_id = NULL WHERE t.limit_id = (SELECT id FROM stock_limit WHERE deleted_at IS NULL ORDER BY id LIMIT 1) "
        + LEVEL_NAMED, r"stock limits: {0} {1}: limit is none, should be ")

PART_LINE = "(SELECT id FROM work_order_line WHERE kind = 'part' AND issued_quantity > 0 ORDER BY id LIMIT 1)"
LINE_NAMED = ("RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM work_order WHERE id = t.work_order_id), t.position")
corrupt("line issued", "work_order_line",
        f"UPDATE work_order_line t SET issued_quantity = issued_quantity - 0.5 WHERE id = {PART_LINE} {LINE_NAMED}",
        r"issued parts: {0} {1}: issued of line {2} is ")
corrupt("line returned", "work_order_line",
        f"UPDATE work_order_line t SET returned_quantity = 0.5 WHERE id = {PART_LINE} {LINE_NAMED}",
        r"issued parts: {0} {1}: returned of line {2} is 0.500, should be 0")
corrupt("line amount", "work_order_line",
        f"UPDATE work_order_line t SET amount = amount + 100 WHERE id = {PART_LINE} {LINE_NAMED}", r"lines: {0} {1}: amount of line {2} is ")
corrupt("line price", "work_order_line",
        f"UPDATE work_order_line t SET unit_price = unit_price + 100 WHERE id = {PART_LINE} {LINE_NAMED}", r"lines: {0} {1}: amount of line {2} is ")
corrupt("discount beyond its limit", "work_order_line",
        "UPDATE work_order_line t SET kind = 'discount', discount_limit_bp = 1 WHERE id = (SELECT id FROM work_order_line"
        f" WHERE kind = 'labour' AND status = 'authorised' AND amount > 0 ORDER BY id LIMIT 1) {LINE_NAMED}", r"lines: {0} {1}: discounts until that of line {2} is ")

corrupt("progress of no order", "link",
        "UPDATE link t SET subject_id = gen_random_uuid() WHERE id = (SELECT id FROM link WHERE purpose = 'progress' ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), id", r"links: {0} link {1}: work order is none, should be of its store")
LINK_NAMED = "RETURNING (SELECT code FROM store WHERE id = t.store_id), id"
corrupt("link of no appointment", "link",
        f"UPDATE link t SET subject_id = gen_random_uuid() WHERE id = (SELECT id FROM link WHERE purpose = 'appointment' ORDER BY id LIMIT 1) {LINK_NAMED}",
        r"links: {0} link {1}: appointment is none, should be to come")
corrupt("link that outlived its appointment", "link",
        "UPDATE link t SET revoked_at = NULL WHERE id = (SELECT l.id FROM link l JOIN appointment a ON a.id = l.subject_id WHERE l.purpose = 'appointment'"
        f" AND a.status = 'cancelled' ORDER BY l.id LIMIT 1) {LINK_NAMED}", r"links: {0} link {1}: appointment is cancelled, should be to come")
MOVED_NAMED = ("RETURNING (SELECT code FROM store WHERE id = (SELECT store_id FROM work_order_move WHERE from_order_id = t.id)),"
               " (SELECT w.number FROM work_order w JOIN work_order_move m ON m.work_order_id = w.id WHERE m.from_order_id = t.id)")
MOVED = "(SELECT from_order_id FROM work_order_move ORDER BY id LIMIT 1)"
corrupt("move forgotten", "work_order",
        f"UPDATE work_order t SET moved_to_id = NULL WHERE id = {MOVED} {MOVED_NAMED}", r"moves: {0} {1}: moved_to_id of the order before it is none")
corrupt("move undone", "work_order",
        f"UPDATE work_order t SET status = 'opened' WHERE id = {MOVED} {MOVED_NAMED}", r"moves: {0} {1}: order before it is opened, should be cancelled")
corrupt("moved line doubled", "work_order_line",
        f"UPDATE work_order_line t SET status = 'proposed' WHERE id = (SELECT id FROM work_order_line WHERE work_order_id = {MOVED} ORDER BY position LIMIT 1)"
        f" {LINE_NAMED}", r"moves: {0} {1}: line {2} is proposed, should be moved")
corrupt("moved line lost", "work_order_line_move work_order_line",
        f"DELETE FROM work_order_line_move t WHERE from_line_id = (SELECT id FROM work_order_line WHERE work_order_id = {MOVED} ORDER BY position LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.from_store_id), (SELECT w.number FROM work_order w JOIN work_order_line l ON l.work_order_id = w.id"
        " WHERE l.id = t.from_line_id), (SELECT position FROM work_order_line WHERE id = t.from_line_id)",
        r"moves: {0} {1}: line {2} is withdrawn, should be moved")
corrupt("moved finding lost", "inspection_finding",
        "UPDATE inspection_finding t SET origin_id = NULL FROM inspection_finding o JOIN inspection n ON n.id = o.inspection_id"
        " WHERE t.id = (SELECT id FROM inspection_finding WHERE origin_id IS NOT NULL ORDER BY id LIMIT 1) AND o.id = t.origin_id"
        " RETURNING (SELECT code FROM store WHERE id = o.store_id), n.number, o.position",
        r"moves: {0} {1}: finding {2} is here alone, should be moved")

corrupt("work of a cancelled order", "work_order_line",
        f"UPDATE work_order_line t SET work_status = 'assigned' WHERE id = (SELECT id FROM work_order_line WHERE work_order_id = {MOVED} ORDER BY position LIMIT 1)"
        f" {LINE_NAMED}", r"work: {0} {1}: work of line {2} is assigned, should be none")
corrupt("line that is withdrawn and revives", "work_order_line",
        "UPDATE work_order_line t SET status = 'withdrawn', revives_line_id = (SELECT id FROM work_order_line ORDER BY id DESC LIMIT 1)"
        f" WHERE id = {PART_LINE} {LINE_NAMED}", r"work: {0} {1}: revived line of line {2} is .*, should be none")
corrupt("line that is withdrawn and revives another store's", "work_order_line",
        "UPDATE work_order_line t SET status = 'withdrawn', revives_elsewhere_store_id = x.store_id, revives_elsewhere_id = x.id"
        " FROM (SELECT id, store_id FROM work_order_line ORDER BY id DESC LIMIT 1) x"
        f" WHERE t.id = {PART_LINE} {LINE_NAMED}", r"work: {0} {1}: revived line of line {2} is .*, should be none")
corrupt("pause of what is done", "work_order_pause",
        "INSERT INTO work_order_pause AS t (id, store_id, work_order_id, line_id, reason_code, paused_at)"
        " SELECT gen_random_uuid(), l.store_id, l.work_order_id, l.id, 'other', now() FROM work_order_line l WHERE l.work_status = 'passed'"
        " ORDER BY l.id LIMIT 1 RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM work_order WHERE id = t.work_order_id),"
        " (SELECT position FROM work_order_line WHERE id = t.line_id)", r"work: {0} {1}: running pause of line {2} is since .*, should be none")

corrupt("clock told twice", "clock_entry",
        "INSERT INTO clock_entry AS t (id, store_id, line_id, technician_id, started_at, ended_at, recorded_at)"
        " SELECT 'ffffffff-0000-7000-8000-000000000000', e.store_id, e.line_id, e.technician_id, e.started_at - interval '1 hour', e.ended_at, now()"
        " FROM clock_entry e WHERE e.ended_at IS NOT NULL ORDER BY e.id LIMIT 1 RETURNING (SELECT code FROM store WHERE id = t.store_id),"
        " (SELECT w.number FROM work_order w JOIN work_order_line l ON l.work_order_id = w.id WHERE l.id = t.line_id),"
        " (SELECT position FROM work_order_line WHERE id = t.line_id)", r"work: {0} {1}: clock of line {2} is .*, should be not before ")

BILL = "(SELECT id FROM settlement WHERE status = 'paid' AND labour_total > 0 AND part_total > 0 ORDER BY id LIMIT 1)"
BILL_NAMED = "RETURNING (SELECT code FROM store WHERE id = t.store_id), number"
for column in ("labour_total", "part_total", "sublet_total", "fee_total"):
    corrupt(f"settlement {column}", "settlement",
            f"UPDATE settlement t SET {column} = {column} + 1, total = total + 1, net_total = net_total + 1 WHERE id = {BILL} {BILL_NAMED}",
            r"settlement totals: {0} {1}: %s is " % column)
corrupt("settlement discount", "settlement",
        f"UPDATE settlement t SET discount_total = discount_total + 1, total = total - 1, net_total = net_total - 1, paid = paid - 1"
        f" WHERE id = {BILL} {BILL_NAMED}", r"settlement totals: {0} {1}: discount_total is 1, should be 0")
corrupt("settlement tax", "settlement",
        f"UPDATE settlement t SET tax_total = tax_total + 1, net_total = net_total - 1 WHERE id = {BILL} {BILL_NAMED}",
        r"settlement totals: {0} {1}: tax_total is ")
corrupt("settlement tax rate", "settlement",
        f"UPDATE settlement t SET tax_bp = 1300 WHERE id = {BILL} {BILL_NAMED}", r"settlement totals: {0} {1}: tax_total is ")
corrupt("settlement paid", "settlement",
        f"UPDATE settlement t SET paid = paid - 1 WHERE id = {BILL} {BILL_NAMED}", r"settlements paid: {0} {1}: paid is ")
corrupt("settlement status", "settlement",
        f"UPDATE settlement t SET status = 'partly_paid' WHERE id = {BILL} {BILL_NAMED}",
        r"settlements paid: {0} {1}: status is partly_paid, should be paid")
corrupt("settlement undated", "settlement",
        f"UPDATE settlement t SET issued_at = NULL WHERE id = {BILL} {BILL_NAMED}", r"dates: {0} {1}: issued_at is none, should be set")
corrupt("settlement line", "settlement_line",
        f"UPDATE settlement_line t SET amount = amount + 5 WHERE id = (SELECT id FROM settlement_line WHERE settlement_id = {BILL} ORDER BY position LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM settlement WHERE id = t.settlement_id), t.position",
        r"lines: {0} {1}: amount of line {2} is ")
corrupt("settlement line lost", "settlement_line",
        f"DELETE FROM settlement_line t WHERE id = (SELECT id FROM settlement_line WHERE settlement_id = {BILL} AND kind = 'part' ORDER BY position LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM settlement WHERE id = t.settlement_id)",
        r"settlement totals: {0} {1}: part_total is ")

PAID = f"(SELECT id FROM payment WHERE settlement_id = {BILL} ORDER BY id LIMIT 1)"
corrupt("payment amount", "payment",
        f"UPDATE payment t SET amount = amount + 100 WHERE id = {PAID}"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM settlement WHERE id = t.settlement_id)",
        r"settlements paid: {0} {1}: paid is ")
corrupt("payment failed", "payment",
        f"UPDATE payment t SET status = 'failed' WHERE id = {PAID}"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM settlement WHERE id = t.settlement_id)",
        r"settlements paid: {0} {1}: paid is ")
corrupt("payment lost", "payment",
        f"DELETE FROM payment t WHERE id = {PAID}"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM settlement WHERE id = t.settlement_id)",
        r"settlements paid: {0} {1}: paid is 0|settlements paid: {0} {1}: paid is ")
corrupt("payment refunded", "payment",
        f"UPDATE payment t SET refunded = 1, status = 'partly_refunded' WHERE id = {PAID} {BILL_NAMED}",
        r"refunds: {0} {1}: refunded is 1, should be 0")
corrupt("refund made up", "payment_refund",
        "INSERT INTO payment_refund (id, store_id, payment_id, amount, reason, at)"
        f" SELECT gen_random_uuid(), p.store_id, p.id, 3, 'error', now() FROM payment p WHERE p.id = {PAID}"
        " RETURNING (SELECT code FROM store WHERE id = payment_refund.store_id), (SELECT number FROM payment WHERE id = payment_id)",
        r"refunds: {0} {1}: refunded is 0, should be 3")

ORDER = "(SELECT id FROM work_order WHERE status IN ('closed', 'delivered') AND paid AND promised_at IS NOT NULL ORDER BY id LIMIT 1)"
# What is compared with bills stands alone beside them: two wrongs can look like a right.
corrupt("order paid", "work_order settlement",
        f"UPDATE work_order t SET paid = false WHERE id = {ORDER} {BILL_NAMED}", r"orders paid: {0} {1}: paid is f, should be t")
corrupt("order status", "work_order",
        f"UPDATE work_order t SET status = 'completed' WHERE id = {ORDER} {BILL_NAMED}", r"dates: {0} {1}: settled_at is set, should be none")
corrupt("order never there", "work_order",
        f"UPDATE work_order t SET status = 'paused' WHERE id = {ORDER} {BILL_NAMED}", r"histories: {0} {1}: status is paused, should be ")
for column in ("settled_at", "delivered_at", "completed_at"):
    corrupt(f"order without {column}", "work_order",
            f"UPDATE work_order t SET {column} = NULL WHERE id = {ORDER} {BILL_NAMED}", r"dates: {0} {1}: %s is none, should be set" % column)
corrupt("order's dates crossed", "work_order",
        f"UPDATE work_order t SET delivered_at = opened_at - interval '1 hour' WHERE id = {ORDER} {BILL_NAMED}",
        r"dates: {0} {1}: delivered_at is .*, should be not before ")
corrupt("promise", "work_order",
        f"UPDATE work_order t SET promised_at = promised_at + interval '1 hour' WHERE id = {ORDER} {BILL_NAMED}", r"histories: {0} {1}: promised_at is ")
corrupt("first promise", "work_order",
        f"UPDATE work_order t SET first_promised_at = NULL WHERE id = {ORDER} {BILL_NAMED}", r"histories: {0} {1}: first_promised_at is none")
corrupt("last contact", "work_order",
        f"UPDATE work_order t SET last_contact_at = now() + interval '1 hour' WHERE id = {ORDER} {BILL_NAMED}",
        r"histories: {0} {1}: last_contact_at is .*, should be ")
corrupt("pause that runs on", "work_order_pause",
        "INSERT INTO work_order_pause AS t (id, store_id, work_order_id, reason_code, paused_at)"
        f" SELECT gen_random_uuid(), w.store_id, w.id, 'wait_part', now() FROM work_order w WHERE w.id = {ORDER}"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM work_order WHERE id = t.work_order_id)",
        r"histories: {0} {1}: running pause is true, should be false")
corrupt("car that is gone on a bay", "bay_occupancy",
        "INSERT INTO bay_occupancy AS t (id, store_id, bay_id, work_order_id, starts_at)"
        " SELECT gen_random_uuid(), w.store_id, b.id, w.id, now() FROM work_order w JOIN bay b ON b.store_id = w.store_id"
        f" WHERE w.id = {ORDER} ORDER BY b.code LIMIT 1"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM work_order WHERE id = t.work_order_id)",
        r"histories: {0} {1}: stands on a bay is true, should be false")
corrupt("outside work left out", "sublet",
        "INSERT INTO sublet AS t (id, store_id, work_order_id, line_id, vendor, created_at, updated_at)"
        " SELECT gen_random_uuid(), l.store_id, l.work_order_id, l.id, 'V', now(), now() FROM work_order_line l"
        f" WHERE l.work_order_id = {ORDER} ORDER BY l.position LIMIT 1"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM work_order WHERE id = t.work_order_id)",
        r"histories: {0} {1}: outside work is planned, should be returned")
corrupt("transport off, its drives not", "transport",
        "UPDATE transport t SET status = 'cancelled' WHERE id = (SELECT id FROM transport ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), id", r"transport: {0} transport {1}: open drives is 2, should be 0")
corrupt("loaner's kilometres", "loan",
        "UPDATE loan t SET odometer_in_km = odometer_in_km + 1 WHERE id = (SELECT id FROM loan WHERE status = 'returned' ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT plate FROM loaner_car WHERE id = t.loaner_car_id)",
        r"transport: {0} loaner car {1}: kilometres, at least is \d+, should be \d+")
corrupt("line's shares", "work_order_line",
        f"UPDATE work_order_line t SET share_bp = 9000 WHERE id = {PART_LINE} {LINE_NAMED}", r"lines: {0} {1}: shares of line {2} is 9000, should be 10000")
corrupt("order's customer", "work_order",
        f"UPDATE work_order t SET customer_id = (SELECT id FROM customer c WHERE c.id <> t.customer_id ORDER BY id LIMIT 1) WHERE id = {ORDER} {BILL_NAMED}",
        r"links: {0} {1}: customer is ")
corrupt("version", "work_order", f"UPDATE work_order t SET version = 0 WHERE id = {ORDER} RETURNING (SELECT code FROM store WHERE id = t.store_id), id",
        r"versions: {0} work_order {1}: version is 0, should be at least 1")
corrupt("changed", "work_order",
        f"UPDATE work_order t SET changed = '9000000000' WHERE id = {ORDER} RETURNING (SELECT code FROM store WHERE id = t.store_id), id",
        r"versions: {0} work_order {1}: changed is 9000000000, should be before ")
# A store with events to come has no KPIs to compare.
corrupt("event ahead", "event kpi_day kpi_month",
        "UPDATE event t SET position = '9000000000' WHERE id = (SELECT id FROM event WHERE store_id IS NOT NULL ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), id", r"versions: {0} event {1}: position is 9000000000")

corrupt("number gap", "complaint complaint_step",
        "DELETE FROM complaint t WHERE id = (SELECT id FROM complaint WHERE number LIKE '%-0001' ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), substring(number from '-(.*)-')", r"numbers: {0} {1}: numbers is ")
corrupt("number double", "settlement",
        f"UPDATE settlement t SET number = regexp_replace(x.number, '(.*)-', '\\1-0') FROM (SELECT * FROM settlement WHERE id = {BILL}) x"
        " WHERE t.id = (SELECT o.id FROM settlement o WHERE o.store_id = x.store_id AND o.id <> x.id AND o.number IS NOT NULL"
        " AND substring(o.number from '-(.*)-') = substring(x.number from '-(.*)-') LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), substring(x.number from '-(.*)-')", r"numbers: {0} {1}: different numbers is ")
corrupt("counter set back", "document_counter",
        "UPDATE document_counter t SET last = last - 1 WHERE (store_id, kind, period) = (SELECT store_id, kind, period FROM document_counter"
        " WHERE kind = 'WO' ORDER BY 1, 3 LIMIT 1) RETURNING (SELECT code FROM store WHERE id = t.store_id), kind || '-' || period",
        r"numbers: {0} {1}: last number is ")
corrupt("payment number gap", "payment",
        f"UPDATE payment t SET number = regexp_replace(number, '[0-9]+$', '9999') WHERE id = {PAID}"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), substring(number from '-(.*)-')", r"numbers: {0} {1}: last number is 9999")

corrupt("complaint status", "complaint",
        "UPDATE complaint t SET status = 'withdrawn', closed_at = NULL WHERE id = (SELECT id FROM complaint WHERE status <> 'withdrawn' ORDER BY id LIMIT 1)"
        f" {BILL_NAMED}", r"histories: {0} {1}: status is withdrawn, should be ")
corrupt("complaint closed undated", "complaint",
        f"UPDATE complaint t SET status = 'closed', closed_at = NULL WHERE id = (SELECT id FROM complaint ORDER BY id LIMIT 1) {BILL_NAMED}",
        r"dates: {0} {1}: closed_at is none, should be set")
corrupt("appointment's arrival", "appointment",
        f"UPDATE appointment t SET arrived_at = NULL, status = 'arrived' WHERE id = (SELECT id FROM appointment ORDER BY id LIMIT 1) {BILL_NAMED}",
        r"dates: {0} {1}: arrived_at is none, should be set")
corrupt("appointment without its slot", "occupation",
        "DELETE FROM occupation t WHERE id = (SELECT id FROM appointment WHERE status = 'pending' ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM appointment WHERE id = t.id)",
        r"slots: {0} {1}: slot is none, should be ")
corrupt("appointment's step", "appointment_step",
        "DELETE FROM appointment_step t WHERE id = (SELECT h.id FROM appointment_step h JOIN appointment a ON a.id = h.appointment_id"
        " WHERE a.status = 'pending' ORDER BY h.id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM appointment WHERE id = t.appointment_id)",
        r"bookings: {0} {1}: last step is none, should be pending")
corrupt("slot of nobody", "occupation",
        "UPDATE occupation t SET id = gen_random_uuid() WHERE id = (SELECT id FROM appointment WHERE status = 'pending' ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), id", r"slots: {0} occupation {1}: slot is .*, should be none")
corrupt("ticket gone", "queue_ticket",
        "DELETE FROM queue_ticket t WHERE id = (SELECT id FROM queue_ticket ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), kind || ' ' || day", r"queue: {0} {1}: tickets is ")
corrupt("notice told late", "appointment_notice",
        "UPDATE appointment_notice t SET told_at = starts_at WHERE (appointment_id, kind) = (SELECT appointment_id, kind FROM appointment_notice"
        " WHERE told_at IS NOT NULL ORDER BY appointment_id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM appointment WHERE id = t.appointment_id), t.kind",
        r"notices: {0} {1}: {2} 0 is .*, should be before its start")
corrupt("line authorised without approval", "approval work_order_line",
        "WITH l AS (SELECT * FROM work_order_line WHERE status = 'authorised' AND approval_id IS NULL ORDER BY id LIMIT 1), a AS ("
        "INSERT INTO approval (id, store_id, work_order_id, description, list_amount, amount, taken_off_bp, expires_at, created_at, updated_at)"
        " SELECT gen_random_uuid(), l.store_id, l.work_order_id, l.description, l.amount, l.amount, 0, now(), now(), now() FROM l RETURNING id)"
        f" UPDATE work_order_line t SET approval_id = (SELECT id FROM a) WHERE id = (SELECT id FROM l) {LINE_NAMED}",
        r"histories: {0} {1}: approval of line {2} is pending, should be approved")
corrupt("reception's end", "reception",
        f"UPDATE reception t SET handed_over_at = NULL WHERE id = (SELECT id FROM reception WHERE status = 'handed_over' ORDER BY id LIMIT 1) {BILL_NAMED}",
        r"dates: {0} {1}: handed_over_at is none, should be set")
corrupt("car not departed", "reception",
        "UPDATE reception t SET departed_at = NULL WHERE id = (SELECT reception_id FROM work_order WHERE status = 'closed' ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), t.number", r"dates: {0} {1}: departed_at is none, should be set")
corrupt("check undecided", "quality_check",
        "UPDATE quality_check t SET decided_at = NULL WHERE id = (SELECT id FROM quality_check WHERE status = 'passed' ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), id", r"dates: {0} quality check {1}: decided_at is none")
corrupt("satisfaction", "survey",
        "UPDATE survey t SET satisfaction = satisfaction - 1 WHERE id = (SELECT id FROM survey WHERE status = 'completed' ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), id", r"lines: {0} survey {1}: satisfaction of line 0 is ")
corrupt("decided line not in the order", "work_order_line",
        "UPDATE work_order_line t SET estimate_line_id = NULL WHERE id = (SELECT id FROM work_order_line WHERE estimate_line_id IS NOT NULL ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM estimate WHERE work_order_id = t.work_order_id)",
        r"lines: {0} {1}: amount of line [12] is none, should be ")
corrupt("inspection of another vehicle", "inspection",
        "UPDATE inspection t SET vehicle_id = (SELECT v.id FROM vehicle v WHERE v.id <> t.vehicle_id ORDER BY v.id LIMIT 1)"
        " WHERE id = (SELECT id FROM inspection ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), t.number", r"links: {0} {1}: vehicle is ")
corrupt("line for another vehicle's finding", "work_order_line",
        "UPDATE work_order_line t SET finding_id = (SELECT f.id FROM inspection_finding f JOIN inspection n ON n.id = f.inspection_id"
        " JOIN work_order w ON w.id = t.work_order_id AND w.vehicle_id <> n.vehicle_id ORDER BY f.id LIMIT 1)"
        f" WHERE id = (SELECT id FROM work_order_line ORDER BY id LIMIT 1) {LINE_NAMED}", r"links: {0} {1}: finding of line {2} is ")
corrupt("diagnosis of another vehicle", "diagnosis",
        "UPDATE diagnosis t SET vehicle_id = (SELECT v.id FROM vehicle v WHERE v.id <> t.vehicle_id ORDER BY v.id LIMIT 1)"
        " WHERE id = (SELECT id FROM diagnosis ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), t.number", r"links: {0} {1}: vehicle is ")
corrupt("review by another", "diagnosis_review",
        "UPDATE diagnosis_review t SET reviewer_id = gen_random_uuid() WHERE id = (SELECT id FROM diagnosis_review WHERE outcome = 'agreed' ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM diagnosis WHERE id = t.diagnosis_id)",
        r"links: {0} {1}: agreed review is ")
corrupt("another document", "agreement file",
        "WITH paper AS (INSERT INTO file (id, store_id, sha256, media_type, size, created_at) SELECT gen_random_uuid(), store_id, repeat('a', 64),"
        " 'application/pdf', 1, now() FROM agreement ORDER BY id LIMIT 1 RETURNING id)"
        " UPDATE agreement t SET document_file_id = (SELECT id FROM paper), document_sha256 = repeat('b', 64)"
        " WHERE id = (SELECT id FROM agreement ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), t.number", r"links: {0} {1}: document_sha256 is b+, should be a+")
corrupt("point without a finding", "inspection_finding",
        "DELETE FROM inspection_finding t WHERE id = (SELECT f.id FROM inspection_finding f JOIN inspection n ON n.id = f.inspection_id"
        " JOIN inspection_template_item i ON i.id = f.item_id AND i.required WHERE n.status <> 'draft' ORDER BY f.id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM inspection WHERE id = t.inspection_id)",
        r"links: {0} {1}: finding of .* is none, should be there")
corrupt("survey's link", "link",
        "UPDATE link t SET subject_id = gen_random_uuid() WHERE id = (SELECT link_id FROM survey ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT id FROM survey WHERE link_id = t.id)", r"links: {0} survey {1}: link is ")

corrupt("customer hidden", "customer_store",
        "DELETE FROM customer_store t WHERE customer_id = (SELECT customer_id FROM work_order ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM work_order w WHERE w.customer_id = t.customer_id"
        " AND w.store_id = t.store_id ORDER BY id LIMIT 1)", r"links: {0} {1}: customer is hidden")
corrupt("vehicle hidden", "vehicle_store",
        "DELETE FROM vehicle_store t WHERE vehicle_id = (SELECT vehicle_id FROM work_order ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM work_order w WHERE w.vehicle_id = t.vehicle_id"
        " AND w.store_id = t.store_id ORDER BY id LIMIT 1)", r"links: {0} {1}: vehicle is hidden")
for kind, subject in (("number", "work_order"), ("plate", "vehicle"), ("phone_tail", "customer"), ("part_number", "part"), ("name", "customer")):
    corrupt(f"search key {kind} lost", "search_key",
            f"DELETE FROM search_key t WHERE kind = '{kind}' AND subject_id = (SELECT subject_id FROM search_key WHERE kind = '{kind}'"
            f" AND subject = '{subject}' ORDER BY subject_id LIMIT 1) AND (store_id IS NULL OR kind = 'number') RETURNING coalesce((SELECT code FROM store WHERE id = t.store_id), 'chain'), subject_id",
            r"search keys: {0} %s {1}: %s key is none, should be " % (subject, kind))
corrupt("a store's search key lost", "search_key",
        "DELETE FROM search_key t WHERE (store_id, kind, subject, key, subject_id) = (SELECT store_id, kind, subject, key, subject_id FROM search_key"
        " WHERE store_id IS NOT NULL AND subject = 'customer' AND kind = 'pinyin' ORDER BY subject_id, key LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), subject_id, key",
        r"search keys: {0} customer {1}: pinyin key is not the store's, should be {2}")
corrupt("search key of another", "search_key",
        "UPDATE search_key t SET key = 'sh01wo0000000001' WHERE (kind, key, subject_id) = (SELECT kind, key, subject_id FROM search_key"
        " WHERE kind = 'number' AND subject = 'work_order' ORDER BY subject_id LIMIT 1) RETURNING (SELECT code FROM store WHERE id = t.store_id), subject_id",
        r"search keys: {0} work_order {1}: number key is sh01wo0000000001, should be none")

corrupt("orphan line", "work_order_line",
        f"UPDATE work_order_line t SET work_order_id = gen_random_uuid() WHERE id = {PART_LINE} RETURNING (SELECT code FROM store WHERE id = t.store_id), id, work_order_id",
        r"references: {0} work_order_line {1}: work_order_id is {2} that is not there, should be in work_order")
corrupt("orphan stage", "work_order_stage",
        "UPDATE work_order_stage t SET work_order_id = gen_random_uuid() WHERE id = (SELECT id FROM work_order_stage ORDER BY id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), id", r"references: {0} work_order_stage {1}: work_order_id is ")
corrupt("line of another store", "work_order_line",
        f"UPDATE work_order_line t SET store_id = (SELECT id FROM store s WHERE s.id <> t.store_id ORDER BY id LIMIT 1) WHERE id = {PART_LINE}"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), id", r"references: {0} work_order_line {1}: work_order_id is ")
corrupt("orphan owner", "vehicle_owner",
        "UPDATE vehicle_owner t SET customer_id = gen_random_uuid() WHERE id = (SELECT id FROM vehicle_owner ORDER BY id LIMIT 1) RETURNING 'chain', id",
        r"references: {0} vehicle_owner {1}: customer_id is ")
corrupt("orphan bill", "settlement",
        f"UPDATE settlement t SET customer_id = gen_random_uuid() WHERE id = {BILL} RETURNING (SELECT code FROM store WHERE id = t.store_id), id",
        r"references: {0} settlement {1}: customer_id is ")

CHECKED = ("(SELECT id FROM work_order_line WHERE passed_levels IS NOT NULL AND work_order_id IN (SELECT id FROM work_order"
           " WHERE status = 'closed' AND required_qc_levels IS NOT NULL) ORDER BY id LIMIT 1)")
corrupt("line unchecked", "work_order_line",
        f"UPDATE work_order_line t SET passed_levels = '{{self}}' WHERE id = {CHECKED} {LINE_NAMED}",
        r"quality: {0} {1}: passed levels of line {2} is self, should be ")
corrupt("certificate lost", "work_order_line",
        f"UPDATE work_order_line t SET repair_category = 'assembly' WHERE id = {CHECKED}"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM work_order WHERE id = t.work_order_id)",
        r"quality: {0} {1}: certificate is none, should be given")

TICKED = "(SELECT k.id FROM line_check k JOIN work_order_line l ON l.id = k.line_id WHERE k.code = 'TORQUE' AND l.work_status = 'passed' ORDER BY k.id LIMIT 1)"
TICKED_NAMED = ("RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT w.number FROM work_order w JOIN work_order_line l ON l.work_order_id = w.id"
                " WHERE l.id = t.line_id), (SELECT position FROM work_order_line WHERE id = t.line_id)")
corrupt("answer lost", "line_check", f"DELETE FROM line_check t WHERE id = {TICKED} {TICKED_NAMED}", r"evidence: {0} {1}: checklist of line {2} is open")
corrupt("answer failed", "line_check", f"UPDATE line_check t SET value = 1, within = false WHERE id = {TICKED} {TICKED_NAMED}",
        r"evidence: {0} {1}: checklist of line {2} is failed")
corrupt("requirement of the future", "work_order_line",
        "UPDATE work_order_line t SET requirement_revision = 9 WHERE id = (SELECT id FROM work_order_line WHERE requirement_revision IS NOT NULL ORDER BY id LIMIT 1)"
        f" {LINE_NAMED}", r"evidence: {0} {1}: requirement of line {2} is 9, should be none later than 1")

ANSWERED = "(SELECT work_order_id FROM acceptance ORDER BY work_order_id LIMIT 1)"
ANSWERED_NAMED = "RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM work_order WHERE id = t.work_order_id)"
corrupt("answer to another's concern", "acceptance",
        "UPDATE acceptance t SET concern_id = (SELECT k.id FROM reception_concern k WHERE k.store_id = t.store_id AND k.id <> t.concern_id ORDER BY k.id DESC LIMIT 1)"
        f" WHERE work_order_id = {ANSWERED} {ANSWERED_NAMED}", r"deliveries: {0} {1}: concern .* is ")
corrupt("delivery of nothing", "delivery",
        "UPDATE delivery t SET (work_order_id, store_id) = (SELECT w.id, w.store_id FROM work_order w WHERE w.status = 'ready' ORDER BY w.id LIMIT 1)"
        f" WHERE work_order_id = {ANSWERED} {ANSWERED_NAMED}", r"deliveries: {0} {1}: delivery is ready, should be delivered")

ROUTED = ("(SELECT l.id FROM work_order_line l JOIN work_order o ON o.id = l.work_order_id AND o.status = 'opened' WHERE l.department_id IS NOT NULL"
          " AND l.status = 'proposed' ORDER BY l.id LIMIT 1)")
corrupt("department retired too early", "department",
        f"UPDATE department t SET status = 'retired', retired_at = now() WHERE id = (SELECT department_id FROM work_order_line WHERE id = {ROUTED})"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id)", r"departments: {0} .*: department of line \d+ is retired, should be in use")
corrupt("department of what nobody wants", "work_order_line",
        f"UPDATE work_order_line t SET status = 'declined' WHERE id = {ROUTED} {LINE_NAMED}", r"departments: {0} {1}: department of line {2} is .*, should be none")

GUARANTEE = "(SELECT id FROM guarantee ORDER BY id LIMIT 1)"
GUARANTEE_NAMED = ("RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM work_order WHERE id = t.work_order_id),"
                   " (SELECT position FROM work_order_line WHERE id = t.line_id)")
for column, change in (("ends_on", "ends_on + 1"), ("ends_km", "ends_km + 1")):
    corrupt(f"guarantee {column}", "guarantee", f"UPDATE guarantee t SET {column} = {change} WHERE id = {GUARANTEE} {GUARANTEE_NAMED}",
            r"guarantees: {0} {1}: guarantee of line {2} %s is " % column)
corrupt("guarantee start", "guarantee", f"UPDATE guarantee t SET starts_on = starts_on - 1 WHERE id = {GUARANTEE} {GUARANTEE_NAMED}",
        r"guarantees: {0} {1}: guarantee of line {2} starts_on is ")
corrupt("guarantee reworked by nothing", "guarantee",
        f"UPDATE guarantee t SET reworked_at = now(), reworked_by_store_id = store_id, reworked_by_line_id = line_id WHERE id = {GUARANTEE} {GUARANTEE_NAMED}",
        r"guarantees: {0} {1}: guarantee of line {2} reworked by is .*, should be none")
corrupt("comeback counted twice", "comeback",
        "INSERT INTO comeback AS t (id, store_id, work_order_id, line_id, guarantee_id, of_store_id, of_line_id, payer, repeat, cancelled_at, created_at, updated_at)"
        " SELECT gen_random_uuid(), g.store_id, g.work_order_id, g.line_id, g.id, g.store_id, g.line_id, 'customer', 2, now(), now(), now()"
        f" FROM guarantee g WHERE g.id = {GUARANTEE} {GUARANTEE_NAMED}",
        r"guarantees: {0} {1}: repeat of comeback of line {2} is 2, should be 1")
PART_OF_ORDER = "FROM guarantee p JOIN work_order_line i ON i.id = p.line_id AND i.kind = 'part' WHERE p.work_order_id = {0}.work_order_id"
corrupt("guarantee of a part too short", "guarantee",
        "UPDATE guarantee t SET (rule_id, repair_category, ends_on, ends_km) = (SELECT r.id, r.repair_category, t.starts_on + r.days, t.starts_km + r.km"
        " FROM guarantee_rule r JOIN guarantee_rule o ON o.id = t.rule_id AND o.vehicle_kind = r.vehicle_kind ORDER BY r.days DESC, r.id LIMIT 1)"
        " WHERE id = (SELECT g.id FROM guarantee g JOIN guarantee_rule r ON r.id = g.rule_id AND r.days = 10"
        " JOIN work_order_line l ON l.id = g.line_id AND l.kind = 'labour' WHERE EXISTS (SELECT " + PART_OF_ORDER.format("g") + ") ORDER BY g.id LIMIT 1)"
        " RETURNING (SELECT code FROM store WHERE id = t.store_id), (SELECT number FROM work_order WHERE id = t.work_order_id),"
        " (SELECT i.position " + PART_OF_ORDER.format("t") + " ORDER BY i.position LIMIT 1)",
        r"guarantees: {0} {1}: guarantee of line {2} days is 10, should be at least ")
corrupt("guarantee lost", "guarantee", "DELETE FROM guarantee t WHERE id = (SELECT g.id FROM guarantee g JOIN work_order_line l ON l.id = g.line_id AND l.kind = 'labour'"
        f" WHERE (SELECT count(*) FROM guarantee o WHERE o.work_order_id = g.work_order_id) > 1 ORDER BY g.id LIMIT 1) {GUARANTEE_NAMED}",
        r"guarantees: {0} {1}: guarantee of line {2} is none, should be given")

corrupt("guarantee rule below the law", "guarantee_rule",
        "INSERT INTO guarantee_rule AS t (id, vehicle_kind, repair_category, valid_from, days, km, source, created_at, updated_at)"
        " SELECT gen_random_uuid(), vehicle_kind, repair_category, valid_from + 1000, days - 1, km, 'less', now(), now()"
        " FROM guarantee_rule WHERE statutory ORDER BY id LIMIT 1 RETURNING 'chain', t.id",
        r"guarantees: {0} guarantee rule {1}: days is .*, should be at least ")

KPI = "(SELECT store_id, kpi, day FROM kpi_day WHERE kpi = 'sales' ORDER BY 1, 3 LIMIT 1)"
KPI_NAMED = "RETURNING (SELECT code FROM store WHERE id = t.store_id), kpi, day"
corrupt("KPI amount", "kpi_day settlement", f"UPDATE kpi_day t SET numerator = numerator + 1 WHERE (store_id, kpi, day) = {KPI} {KPI_NAMED}",
        r"KPIs: {0} {1}: numerator of {2} is ")
corrupt("KPI count", "kpi_day settlement", f"UPDATE kpi_day t SET n = n + 1 WHERE (store_id, kpi, day) = {KPI} {KPI_NAMED}", r"KPIs: {0} {1}: n of {2} is ")
corrupt("KPI day lost", "kpi_day settlement", f"DELETE FROM kpi_day t WHERE (store_id, kpi, day) = {KPI} {KPI_NAMED}",
        r"KPIs: {0} {1}: numerator of {2} is none, should be ")
KPI_MONTH = "(SELECT store_id, kpi, month FROM kpi_month WHERE kpi = 'sales' ORDER BY 1, 3 LIMIT 1)"
KPI_MONTH_NAMED = "RETURNING (SELECT code FROM store WHERE id = t.store_id), kpi, to_char(month, 'YYYY-MM')"
corrupt("KPI month amount", "kpi_month settlement",
        f"UPDATE kpi_month t SET numerator = numerator + 1 WHERE (store_id, kpi, month) = {KPI_MONTH} {KPI_MONTH_NAMED}",
        r"KPIs: {0} {1}: numerator of {2} is ")
corrupt("KPI month lost", "kpi_month settlement", f"DELETE FROM kpi_month t WHERE (store_id, kpi, month) = {KPI_MONTH} {KPI_MONTH_NAMED}",
        r"KPIs: {0} {1}: numerator of {2} is none, should be ")


def batches():
    """Corruptions that touch different tables, together."""
    left, groups = list(CORRUPTIONS), []
    while left:
        group, taken = [], set()
        for name in left:
            if not taken & set(CORRUPTIONS[name][0]):
                group.append(name)
                taken |= set(CORRUPTIONS[name][0])
        groups.append(group)
        left = [name for name in left if name not in group]
    return groups


def check(cluster, verify, names):
    """Corrupt, ask, undo: what was not found.  `verify()` answers (status, lines)."""
    wrong, wanted = [], {}
    tables = sorted({table for name in names for table in CORRUPTIONS[name][0]})
    connection = cluster.connect()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in tables:
            cursor.execute(f"CREATE TABLE saved.{table} AS TABLE public.{table}")
        for name in names:
            _, sql, says = CORRUPTIONS[name]
            cursor.execute(sql)
            rows = cursor.fetchall()
            if rows:
                wanted[name] = says.format(*(re.escape(str(part)) for part in rows[0]))
            else:
                wrong.append(f"{name}: no row to corrupt")
        status, lines = verify()
        for table in tables:
            cursor.execute("SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute"
                           " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''", (f"public.{table}",))
            written = cursor.fetchone()[0]
            cursor.execute(f"BEGIN; DELETE FROM public.{table}; INSERT INTO public.{table} ({written}) SELECT {written} FROM saved.{table};"
                           f" DROP TABLE saved.{table}; COMMIT")
    connection.close()
    for name, pattern in wanted.items():
        if status != 1 or not any(re.match(pattern, line) for line in lines):
            wrong.append(f"{name}: verify ended with {status} and did not say {pattern}: {[line for line in lines if line[:4] == pattern[:4]] or lines[:4]}")
    return wrong
