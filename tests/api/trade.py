# SPDX-License-Identifier: Apache-2.0
"""A day at a store, step by step, each step by the person whose work it is."""

import secrets

import slots
from fettle import wait_for

PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
                        "0000000d4944415478da63f8cfc0f01f00050001ff56c72f0d0000000049454e44ae426082")
PAPER = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
CONSENT = {"method": "in_person", "by": {"name": "王小明"}}
HANDED_BACK = {"old_parts": "none", "explained": True, "belongings_returned": True}
DELIVERY = {**HANDED_BACK, "old_parts": "taken_back"}


def days_ahead(days, hour=2):
    """An instant some of the stores' days ahead; 02:00 UTC is ten in the morning in China."""
    return f"{slots.day(days)}T{hour:02}:00:00Z"


class Trade:
    """What goes on in one store.  Every step answers with the object it made or changed."""

    def __init__(self, store):
        self.store, self.chain = store, store.chain

    # --- What there is ---

    def customer(self, **more):
        return self.store.advisor.post("/v1/customers", {"kind": "person", "name": "王小明", "phone": self.chain.phone(),
                                                         "store_id": self.store.id, **more}, expect=201)

    def vehicle(self, customer=None, **more):
        customer = customer or self.customer()["id"]
        return self.store.advisor.post("/v1/vehicles", {"plate": self.chain.plate(), "customer_id": customer,
                                                        "store_id": self.store.id, **more}, expect=201)

    def operation(self, **more):
        return self.chain.purchaser.post("/v1/operations", {
            "code": self.chain.unique(), "name": "更换机油", "standard_hours": 1.5, "unit_price": 12000, **more}, expect=201)

    def part(self, **more):
        return self.chain.purchaser.post("/v1/parts", {
            "number": self.chain.unique(), "name": "机油滤清器", "unit": "件", "sale_price": 6800, **more}, expect=201)

    def guarantee_promise(self, **more):
        """Of tractors, from a day that no other test has, long after it."""
        return {"vehicle_kind": "other", "repair_category": "special", "valid_from": days_ahead(1000 + secrets.randbelow(2000000))[:10], "days": 90, "km": 5000,
                "source": "连锁质保承诺", **more}

    def price_list(self, **more):
        """A list of a class that no store has."""
        return self.chain.purchaser.post("/v1/price-lists", {
            "name": "价目表", "store_class": self.chain.unique(), "valid_from": days_ahead(0)[:10], **more}, expect=201)

    def waste_kind(self, **more):
        return self.chain.purchaser.post("/v1/waste-kinds", {
            "category": "HW08", "code": "900-249-08", "name": "废机油滤清器 " + self.chain.unique(), "unit": "gram", **more}, expect=201)

    def waste(self, quantity=4000, **more):
        """Stored, of a kind of its own."""
        return self.store.parts.post("/v1/waste-entries", {"store_id": self.store.id, "kind_id": self.waste_kind()["id"], "quantity": quantity, **more}, expect=201)

    def task(self, **more):
        """Planned by hand, about a new customer."""
        return self.store.advisor.post("/v1/tasks", {"store_id": self.store.id, "kind": "follow_up", "customer_id": self.customer()["id"],
                                                     "due_at": days_ahead(1), **more}, expect=201)

    def key_part_kind(self, **more):
        return self.chain.purchaser.post("/v1/key-part-kinds", {"key_class": 2, "name": "转向器 " + self.chain.unique(), **more}, expect=201)

    def price_adjustment(self, audited=False):
        """Of tomorrow."""
        made = self.chain.purchaser.post("/v1/price-adjustments", {
            "effective_on": days_ahead(1)[:10], "reason": "厂家调价", "lines": [{"part_id": self.part()["id"], "new_price": 7200}]}, expect=201)
        return self.chain.finance.post(f"/v1/price-adjustments/{made['id']}/audit", expect=200) if audited else made

    # --- Who works when ---

    def shift(self, person=None, days=1, **more):
        """Of a day of the store, nine to five."""
        day = slots.day(days)
        return self.store.manager.post(f"/v1/staff/{(person or self.store.tech1).id}/shifts", {
            "store_id": self.store.id, "date": str(day), "from": "09:00", "to": "17:00", **more}, expect=201)

    def absence(self, person=None, days=1, **more):
        return self.store.manager.post(f"/v1/staff/{(person or self.store.tech1).id}/absences", {
            "kind": "annual", "starts_at": days_ahead(days, 0), "ends_at": days_ahead(days + 1, 0), **more}, expect=201)

    def attendance(self, person=None, **more):
        """Yesterday for eight hours, as the manager wrote it; of somebody new, if not said."""
        person = person or self.store.hire("hand" + self.chain.unique(), "technician")
        return self.store.manager.post(f"/v1/staff/{person.id}/attendance", {
            "store_id": self.store.id, "started_at": days_ahead(-1, 1), "ended_at": days_ahead(-1, 9), "reason": "忘记打卡", **more}, expect=201)

    def equipment(self, **more):
        return self.store.manager.post("/v1/equipment", {
            "store_id": self.store.id, "code": self.chain.unique(), "name": "双柱举升机", "kind": "lift", **more}, expect=201)

    def department(self, **more):
        return self.store.manager.post("/v1/departments", {
            "store_id": self.store.id, "code": self.chain.unique(), "name": "机修组", "kind": "mechanical", **more}, expect=201)

    def routing_rule(self, department=None, **more):
        """For a skill that no operation asks for."""
        return self.store.manager.post("/v1/routing-rules", {
            "store_id": self.store.id, "position": 100, "skill": self.chain.unique(),
            "department_id": (department or self.department())["id"], **more}, expect=201)

    def tablet(self, **more):
        return self.store.manager.post("/v1/tablets", {"store_id": self.store.id, "name": "一号工位", **more}, expect=201)

    def paired(self, **more):
        """The token of a tablet."""
        return self.chain.anyone.post("/v1/tablet-pairings", {"code": self.tablet(**more)["pairing_code"]}, expect=200)["token"]

    def numbered(self, person):
        """The staff number of somebody, who now has one."""
        number = self.chain.unique()
        path = f"/v1/staff/{person.id}"
        version = self.store.manager.get(path, expect=200)["version"]
        self.store.manager.patch(path, {"employee_no": number}, version=version, expect=200)
        return number

    def routed(self):
        """An order whose labour was sent to a department."""
        order = self.order()
        self.store.leader.post(f"/v1/work-order-lines/{order['lines'][0]['id']}/route", {
            "department_id": self.department()["id"], "reason": "workload"}, expect=200)
        return order

    def certificate(self, person=None, **more):
        return self.store.manager.post(f"/v1/staff/{(person or self.store.tech1).id}/certificates", {
            "kind": "high_voltage", "number": self.chain.unique(), "valid_from": "2026-01-01", **more}, expect=201)

    def package(self, **more):
        return self.chain.purchaser.post("/v1/packages", {
            "code": self.chain.unique(), "name": "小保养", "price": 39800,
            "items": [{"operation_id": self.operation()["id"]}, {"part_id": self.part()["id"], "quantity": 2}], **more}, expect=201)

    def markup_matrix(self):
        """Of a class that no store has."""
        return self.chain.purchaser.post("/v1/markup-matrices", {
            "name": "加价", "store_class": self.chain.unique(), "bands": [{"cost_from": 0, "markup_bp": 5000}]}, expect=201)

    # --- Booking and reception ---

    def appointment(self, customer=None, vehicle=None, days=1, **more):
        """The first of a day in this store at ten, the next an hour later."""
        customer = customer or self.customer()["id"]
        vehicle = vehicle or self.vehicle(customer)["id"]
        self.store.tech1  # somebody must be there to do it  # pylint: disable=pointless-statement
        booked = self.store.booked = getattr(self.store, "booked", -1) + 1
        return self.store.advisor.post("/v1/appointments", {
            "store_id": self.store.id, "customer_id": customer, "vehicle_id": vehicle,
            "starts_at": days_ahead(days + booked // 6, 2 + booked % 6), "channel": "phone", "concerns": ["保养"], **more},
            expect=201)

    def invited(self):
        """The link of an appointment that its customer sees."""
        return self.store.advisor.post(f"/v1/appointments/{self.appointment()['id']}/link", expect=200)

    def waiting(self, **more):
        """Somebody who waits for a slot of the next days."""
        self.store.tech1  # pylint: disable=pointless-statement
        customer = self.customer()["id"]
        return self.store.advisor.post("/v1/waiting-list", {
            "store_id": self.store.id, "customer_id": customer, "vehicle_id": self.vehicle(customer)["id"], "channel": "phone",
            "starts_from": days_ahead(1, 1), "starts_to": days_ahead(9, 9), "concerns": ["保养"], **more}, expect=201)

    def hold(self, days=1, **more):
        """The same for a hold."""
        self.store.tech1  # pylint: disable=pointless-statement
        booked = self.store.booked = getattr(self.store, "booked", -1) + 1
        return self.store.advisor.post("/v1/slot-holds", {
            "store_id": self.store.id, "starts_at": days_ahead(days + booked // 6, 2 + booked % 6), **more}, expect=201)

    def ticket(self, *verbs, **more):
        """A ticket of the queue after these verbs."""
        made = self.store.advisor.post("/v1/queue-tickets", {"store_id": self.store.id, "kind": "repair", **more}, expect=201)
        for verb in verbs:
            made = self.store.advisor.post(f"/v1/queue-tickets/{made['id']}/{verb}", expect=200)
        return made

    def reception(self, customer=None, vehicle=None, **more):
        customer = customer or self.customer()["id"]
        vehicle = vehicle or self.vehicle(customer)["id"]
        return self.store.advisor.post("/v1/receptions", {
            "store_id": self.store.id, "customer_id": customer, "vehicle_id": vehicle, "odometer_km": 41200,
            "concerns": ["发动机异响"], **more}, expect=201)

    def received(self, *verbs):
        """A reception after these verbs; greeted at least."""
        made = self.reception()
        for verb in verbs or ("greet",):
            made = self.store.advisor.post(f"/v1/receptions/{made['id']}/{verb}", expect=200)
        return made

    def file(self, subject=None, who=None):
        """A picture of a reception."""
        return (who or self.store.advisor).post("/v1/files", raw=PICTURE, headers={"Content-Type": "image/png"}, params={
            "subject_type": "reception", "subject_id": (subject or self.reception())["id"]}, expect=201)["id"]

    def photo(self, order):
        """A picture of an order."""
        return self.store.tech1.post("/v1/files", raw=PICTURE, headers={"Content-Type": "image/png"}, params={
            "subject_type": "work_order", "subject_id": order["id"]}, expect=201)["id"]

    def upload(self, content=PAPER, part=True, **more):
        """A file that comes in parts, as a technician's phone sends it: all of it in one part, or nothing yet."""
        made = self.store.tech1.post("/v1/file-uploads", {"store_id": self.store.id, "size": len(content), **more}, expect=201)
        if part:
            made = self.store.tech1.request("POST", f"/v1/file-uploads/{made['id']}/parts", raw=content, params={"offset": 0},
                                            headers={"Content-Type": "application/octet-stream"}, expect=200)
        return made

    def template(self, **more):
        """Headquarters' list of two points, of which the first is required."""
        return self.chain.purchaser.post("/v1/inspection-templates", {
            "code": self.chain.unique(), "name": "接车预检", "items": [
                {"section": "制动", "name": "前制动片厚度", "body_position": "front_left_wheel", "limits": "不小于 3 mm"},
                {"section": "外观", "name": "漆面", "required": False}], **more}, expect=201)

    def inspection(self, *verbs, who=None, reception=None, **more):
        """An inspection with one finding of a point and one of the body, after these verbs."""
        reception = reception or self.received("greet", "start-check")
        template = self.template()
        made = (who or self.store.tech1).post("/v1/inspections", {
            "reception_id": reception["id"], "template_id": template["id"], "findings": [
                {"item_id": template["items"][0]["id"], "severity": "red", "measured": "2.5 mm", "customer_text": "前制动片即将磨完",
                 "risk_text": "制动距离变长", "file_ids": [self.file(reception)]},
                {"body_position": "front_left_door", "damage": "scratch", "severity": "yellow"}], **more}, expect=201)
        for verb in verbs:
            body = {side + "_signature_file_id": self.file(reception) for side in ("customer", "technician")} if verb == "sign" else None
            made = self.store.advisor.post(f"/v1/inspections/{made['id']}/{verb}", body, expect=200)
        return made

    def diagnosis(self, *verbs, who=None, reception=None, **more):
        """A whole diagnosis, after these verbs of the same person."""
        who = who or self.store.tech1
        made = who.post("/v1/diagnoses", {
            "reception_id": (reception or self.received("greet"))["id"], "complaint": "冷车抖动", "cause": "一缸火花塞积碳",
            "correction": "更换火花塞", **more}, expect=201)
        for verb in verbs:
            made = who.post(f"/v1/diagnoses/{made['id']}/{verb}", expect=200)
        return made

    # --- Stock ---

    def draft(self, part, quantity=10, **more):
        return self.store.parts.post("/v1/stock-documents", {
            "kind": "receipt", "store_id": self.store.id, "reason": "purchase",
            "lines": [{"part_id": part, "quantity": quantity, "unit_cost": 3500}], **more}, expect=201)

    def stock_up(self, part, quantity=10):
        document = self.draft(part, quantity)
        return self.store.manager.post(f"/v1/stock-documents/{document['id']}/audit", expect=200)

    def warehouse(self):
        """A warehouse beside the store's default one."""
        return self.store.manager.post("/v1/warehouses", {"store_id": self.store.id, "code": self.chain.unique()[-12:], "name": "待检库"}, expect=201)

    def transfer(self, upto="create", **arrival):
        """Ten of a part on their way from the default warehouse to another one, as far as upto: create, approve, ship, return, receive."""
        part = self.part()["id"]
        self.stock_up(part)
        made = self.store.parts.post("/v1/transfers", {"store_id": self.store.id, "from_store_id": self.store.id, "warehouse_id": self.warehouse()["id"],
                                                       "lines": [{"part_id": part, "quantity": 10}]}, expect=201)
        steps = {"approve": (self.store.manager, {}), "ship": (self.store.parts, {}),
                 "return": (self.store.parts, {"reason": "发错型号"}),
                 "receive": (self.store.parts, {"lines": [{"line_id": made["lines"][0]["id"], "quantity": 9, "disputed_quantity": 1, "dispute_reason": "missing"}]})}
        for verb in {"create": (), "approve": ("approve",), "ship": ("approve", "ship"), "return": ("approve", "ship", "return"),
                     "receive": ("approve", "ship", "receive")}[upto]:
            who, body = steps[verb]
            made = who.post(f"/v1/transfers/{made['id']}/{verb}", body, expect=200)
        return made

    def stock_limit(self, part=None):
        """Of a part of which there is none: below the minimum."""
        return self.store.parts.post("/v1/stock-limits", {"store_id": self.store.id, "part_id": part or self.part()["id"], "minimum": 2}, expect=201)

    def stocktake(self, upto="create"):
        """One part, ten in the books, nine counted, as far as upto: create, freeze, count, submit."""
        part = self.part()["id"]
        self.stock_up(part)
        made = self.store.manager.post("/v1/stocktakes", {"store_id": self.store.id, "part_ids": [part]}, expect=201)
        steps = [("freeze", self.store.manager, None), ("count", self.store.parts, {"lines": [{"part_id": part, "quantity": 9}]}),
                 ("submit", self.store.parts, None)]
        for verb, who, body in steps[:["create", "freeze", "count", "submit"].index(upto)]:
            made = who.post(f"/v1/stocktakes/{made['id']}/{verb}", body, expect=200)
        return {**made.json, "part_id": part}

    def sale(self, upto="create", part=None, quantity=4, stock=10, **more):
        """Four of a part of which there are ten, as far as upto: create, confirm, ship, accept."""
        part = part or self.part()["id"]
        if stock:
            self.stock_up(part, stock)
        made = self.store.advisor.post("/v1/sales-orders", {
            "store_id": self.store.id, "customer_id": self.customer()["id"], "lines": [{"part_id": part, "quantity": quantity}], **more}, expect=201)
        steps = [("confirm", self.store.advisor, None), ("ship", self.store.parts, {}), ("accept", self.store.advisor, {"accepted_by": "李雷"})]
        for verb, who, body in steps[:["create", "confirm", "ship", "accept"].index(upto)]:
            made = who.post(f"/v1/sales-orders/{made['id']}/{verb}", body, expect=200)
        return made

    def sale_billed(self, order):
        """The issued bill of a sale that was shipped."""
        bill = self.store.cashier.post("/v1/settlements", {"sales_order_id": order["id"]}, expect=201)
        return self.store.cashier.post(f"/v1/settlements/{bill['id']}/issue", expect=200)

    def deposit(self):
        """For a sale that was confirmed."""
        return self.store.cashier.post("/v1/deposits", {"sales_order_id": self.sale("confirm")["id"], "amount": 20000, "method": "wechat"}, expect=201)

    def supplier(self, **more):
        return self.chain.purchaser.post("/v1/suppliers", {
            "code": self.chain.unique()[-12:], "name": "沪通汽配", "payment_terms": "monthly", "payment_days": 30, "lead_days": 2,
            "qualifications": [{"kind": "business_licence", "number": "91310000MA1K", "valid_to": "2099-12-31"}], **more}, expect=201)

    def offer(self, supplier=None, part=None, **more):
        return self.chain.purchaser.post(f"/v1/suppliers/{(supplier or self.supplier())['id']}/offers", {
            "part_id": part or self.part()["id"], "price": 3200, "supplier_number": "HT-1", "valid_from": "2026-01-01", **more}, expect=201)

    def purchase(self, upto="create", supplier=None, part=None, quantity=10, **more):
        """Ten of a part at 32 yuan, as far as upto: create, submit, approve, send, receive (all, in a draft), audit."""
        line = {"part_id": part or self.part()["id"], "quantity": quantity, "unit_price": 3200, **more.pop("line", {})}
        made = self.store.parts.post("/v1/purchase-orders", {
            "store_id": self.store.id, "supplier_id": (supplier or self.supplier())["id"], "lines": [line], **more}, expect=201)
        path = f"/v1/purchase-orders/{made['id']}"
        steps = ["create", "submit", "approve", "send", "receive", "audit"]
        for verb in steps[1:steps.index(upto) + 1]:
            if verb == "receive":
                receipt = self.store.parts.post(path + "/receive", {"lines": [{"line_id": made["lines"][0]["id"], "quantity": quantity}]}, expect=201)
            elif verb == "audit":
                self.store.manager.post(f"/v1/stock-documents/{receipt['id']}/audit", expect=200)
            else:
                (self.store.manager if verb == "approve" else self.store.parts).post(f"{path}/{verb}", expect=200)
        return self.store.manager.get(path, expect=200)

    def supplier_invoice(self, price=3200, who=None, **more):
        """The invoice for ten of a part that came by an order at 32 yuan."""
        order = self.purchase("audit")
        [receipt] = self.store.parts.get("/v1/stock-documents", params={"purchase_order_id": order["id"]}, expect=200).data
        line = self.store.parts.get(f"/v1/stock-documents/{receipt['id']}", expect=200)["lines"][0]
        return (who or self.chain.finance).post("/v1/supplier-invoices", {
            "store_id": self.store.id, "supplier_id": order["supplier"]["id"], "number": self.chain.unique(), "invoiced_on": "2026-11-05",
            "lines": [{"document_line_id": line["id"], "quantity": 10, "unit_price": price}], **more}, expect=201)

    def asked_for(self, part, *months):
        """A history of demand: so many pieces in each of these months, the last of them the one before this."""
        today = slots.day(0)
        for ago, pieces in enumerate(reversed(months), 1):
            if pieces:
                year, month = divmod(today.year * 12 + today.month - 1 - ago, 12)
                [line] = self.demand(part, pieces)["lines"]
                self.store.parts.post(f"/v1/demands/{line['id']}/lose", {"reason": "缺货"}, expect=200)
                self.chain.people.db.cursor().execute("UPDATE demand SET created_at = %s WHERE id = %s", (f"{year}-{month + 1:02}-15T04:00:00Z", line["id"]))

    def replenishment(self, **more):
        """A proposal to buy a part that a supplier offers and that was asked for month after month."""
        part = self.part()["id"]
        self.offer(part=part)
        self.asked_for(part, *[4, 5, 6] * 4)
        return self.store.parts.post("/v1/replenishment-runs", {"store_id": self.store.id, **more}, expect=201)

    def tracked(self, **more):
        """A batch of a part that is told apart by them, ten of which are in stock."""
        part = self.part(tracking="batch", **more)["id"]
        self.stock_up(part)
        return self.store.parts.get("/v1/part-batches", params={"part_id": part}, expect=200).data[0]

    def demand(self, part, quantity=2, **more):
        return self.store.parts.post("/v1/demands", {"store_id": self.store.id, "kind": "sale",
                                                     "lines": [{"part_id": part, "quantity": quantity}], **more}, expect=201)

    # --- Work orders ---

    def order(self, lines=None, **more):
        """A new order with one line of labour."""
        if lines is None:
            lines = [{"kind": "labour", "operation_id": self.operation()["id"]}]
        return self.store.advisor.post("/v1/work-orders", {"reception_id": self.received("greet")["id"], "lines": lines,
                                                           **more}, expect=201)

    def read(self, order):
        return self.store.manager.get(f"/v1/work-orders/{order['id']}", expect=200)

    def step(self, who, order, verb, body=None):
        return who.post(f"/v1/work-orders/{order['id']}/{verb}", body, expect=200)

    def line_step(self, who, line, verb, body=None):
        return who.post(f"/v1/work-order-lines/{line}/{verb}", body, expect=200)

    def authorised(self, **more):
        order = self.order(**more)
        return self.step(self.store.advisor, order, "authorise", {"lines": [line["id"] for line in order["lines"]], **CONSENT})

    def dispatched(self, **more):
        order = self.authorised(**more)
        return self.step(self.store.dispatcher, order, "dispatch", {
            "bay_id": self.store.bay, "assignments": [{"line_id": line["id"], "technician_id": self.store.tech1.id}
                                                      for line in order["lines"] if line["kind"] == "labour"]})

    def started(self, **more):
        order = self.dispatched(**more)
        for line in order["lines"]:
            if line["kind"] == "labour":
                self.line_step(self.store.tech1, line["id"], "clock-on")
        return self.read(order)

    def clock(self, order, **more):
        """A clock of the first line that was told later; more: when."""
        return self.store.leader.post(f"/v1/work-order-lines/{order['lines'][0]['id']}/clock-entries",
                                      {"technician_id": self.store.tech1.id, "reason": "忘记打卡", **more}, expect=201)

    def worked(self, **more):
        order = self.started(**more)
        for line in order["lines"]:
            if line["kind"] == "labour":
                self.line_step(self.store.tech1, line["id"], "finish")
        return self.read(order)

    def finished(self, **more):
        return self.step(self.store.dispatcher, self.worked(**more), "finish-work")

    def check(self, order, level="final"):
        return self.store.inspector.post("/v1/quality-checks", {"work_order_id": order["id"], "level": level}, expect=201)

    def completed(self, **more):
        order = self.finished(**more)
        self.store.inspector.post(f"/v1/quality-checks/{self.check(order)['id']}/pass", expect=200)
        return self.read(order)

    def begun(self, order):
        """What is proposed agreed to, and labour under way."""
        store = self.store
        order = self.read(order)
        proposed = [line["id"] for line in order["lines"] if line["status"] == "proposed"]
        if proposed:
            self.step(store.advisor, order, "authorise", {"lines": proposed, **CONSENT})
        labour = [line["id"] for line in order["lines"] if line["kind"] == "labour"]
        self.step(store.dispatcher, order, "dispatch", {"assignments": [{"line_id": line, "technician_id": store.tech1.id} for line in labour]})
        for line in labour:
            self.line_step(store.tech1, line, "clock-on")
        return order

    def with_parts(self, part, quantity, stock=None, **more):
        """An order under way whose first line is of a part: issued, or as many as are in stock."""
        order = self.order(lines=[{"kind": "part", "part_id": part["id"], "quantity": quantity}, {"kind": "labour", "operation_id": self.operation()["id"]}], **more)
        self.stock_up(part["id"], stock or quantity)
        order = self.begun(order)
        self.store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts", {"received_by": self.store.tech1.id}, expect=200)
        return order

    def through(self, order):
        """From its lines to the delivery: what is proposed agreed to, labour done, parts issued, checked, billed to who pays."""
        order = self.begun(order)
        if any(line["kind"] == "part" for line in order["lines"]):
            self.store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts", {"received_by": self.store.tech1.id}, expect=200)
        return self.handed_over(order)

    def handed_over(self, order, delivery=HANDED_BACK):
        """An order under way: labour done, checked, billed to who pays, delivered."""
        store = self.store
        for line in order["lines"]:
            if line["kind"] == "labour":
                self.line_step(store.tech1, line["id"], "finish")
        self.step(store.dispatcher, order, "finish-work")
        store.inspector.post(f"/v1/quality-checks/{self.check(order)['id']}/pass", expect=200)
        payer = order["lines"][0]["payer"]
        bill = store.cashier.post("/v1/settlements", {"work_order_id": order["id"], "payer": payer}, expect=201)
        store.cashier.post(f"/v1/settlements/{bill['id']}/issue", expect=200)
        if payer == "customer":
            self.pay(store.cashier.get(f"/v1/settlements/{bill['id']}", expect=200))
        return self.step(store.advisor, order, "deliver", {**delivery, "odometer_out_km": 41300})

    def bin(self, **more):
        return self.store.parts.post("/v1/bins", {"store_id": self.store.id, "code": self.chain.unique()[-12:], **more}, expect=201)

    def bin_stock(self):
        """Four of a part in a bin."""
        part, where = self.part()["id"], self.bin()["id"]
        self.stock_up(part)
        self.store.parts.post("/v1/bin-moves", {"part_id": part, "to_bin_id": where, "quantity": 4}, expect=201)
        return self.store.parts.get("/v1/bin-stock", params={"bin_id": where}, expect=200).data[0]

    def bin_move(self):
        lies = self.bin_stock()
        return self.store.parts.post("/v1/bin-moves", {"part_id": lies["part"]["id"], "from_bin_id": lies["bin"]["id"], "quantity": 1}, expect=201)

    def core(self, *steps, quantity=4):
        """Old pieces of an order, after these verbs."""
        order = self.with_parts(self.part(core_deposit=30000), quantity)
        made = self.store.parts.get("/v1/core-deposits", params={"store_id": self.store.id, "work_order_id": order["id"]}, expect=200).data[0]
        for verb in steps:
            body = {"send": lambda: {"supplier_id": self.supplier()["id"]}, "refund": lambda: {"amount": 30000 * quantity}}.get(verb, dict)()
            made = self.store.parts.post(f"/v1/core-deposits/{made['id']}/{verb}", body, expect=200)
        return made

    def shared(self):
        """An order that its customer follows."""
        order = self.order()
        self.step(self.store.advisor, order, "share-progress")
        return order

    def branch(self):
        """Another store, and somebody who manages both."""
        other = self.chain.store(self.store.region, bays=1)
        both = self.store.hire(self.chain.unique().lower(), "store_manager")
        self.chain.admin.post(f"/v1/staff/{both.id}/grants", {"role": "store_manager", "store_id": other.id}, expect=201)
        return Trade(other), both

    # --- Outside work ---

    def outside(self):
        """An authorised line for a vendor."""
        return self.authorised(lines=[{"kind": "sublet", "description": "曲轴磨削", "amount": 80000}])["lines"][0]["id"]

    def sublet(self, *verbs):
        made = self.store.advisor.post("/v1/sublets", {"line_id": self.outside(), "vendor": "宏达机加工"}, expect=201)
        for verb in verbs:
            made = self.store.advisor.post(f"/v1/sublets/{made['id']}/{verb}", expect=200)
        return made

    # --- The way to the store and back ---

    def transport(self, **more):
        """Of a new appointment: picked up and brought back tomorrow."""
        if not more.keys() & {"appointment_id", "work_order_id"}:
            more["appointment_id"] = self.appointment()["id"]
        return self.store.advisor.post("/v1/transports", {
            "mode": "pick_up_and_delivery", "pick_up": {"address": "世纪大道 100 号", "at": days_ahead(1, 1)},
            "delivery": {"address": "浦东南路 8 号", "at": days_ahead(1, 9)}, **more}, expect=201)

    def drive(self, *verbs, driver=None):
        """A pick-up after these verbs, by tech1."""
        made = self.transport()["drives"][0]
        bodies = {"assign": {"driver_id": (driver or self.store.tech1).id}, "finish": {"odometer_km": 41200}}
        for verb in verbs:
            made = self.store.dispatcher.post(f"/v1/drives/{made['id']}/{verb}", bodies.get(verb), expect=200)
        return made

    def loaner_car(self, **more):
        return self.store.manager.post("/v1/loaner-cars", {
            "store_id": self.store.id, "plate": self.chain.plate(), "model": "大众朗逸", "odometer_km": 20100,
            "insurance_until": "2099-03-31", "inspection_until": "2099-06-30", **more}, expect=201)

    def loan(self, *verbs, car=None, **more):
        """Of a new car to a new customer, for two days from now on, after these verbs."""
        if not more.keys() & {"customer_id", "appointment_id", "work_order_id"}:
            more["customer_id"] = self.customer()["id"]
        made = self.store.advisor.post("/v1/loans", {
            "loaner_car_id": (car or self.loaner_car())["id"], "to": days_ahead(2), **more}, expect=201)
        bodies = {"hand-out": {"licence_number": "310115198501012345", "odometer_km": 20100, "fuel_percent": 90},
                  "return": {"odometer_km": 20310, "fuel_percent": 60}}
        for verb in verbs:
            made = self.store.advisor.post(f"/v1/loans/{made['id']}/{verb}", bodies[verb], expect=200)
        return made

    def rescue(self, *verbs, technician=None, **more):
        """Somebody with a flat battery, after these verbs."""
        made = self.store.advisor.post("/v1/rescues", {
            "store_id": self.store.id, "kind": "jump_start", "caller_name": "王小明", "caller_phone": self.chain.phone(),
            "plate": self.chain.plate(), "place": "世纪大道 100 号地库", "description": "无法启动", **more}, expect=201)
        bodies = {"dispatch": {"technician_id": (technician or self.store.tech1).id, "eta_at": days_ahead(1)},
                  "tow-in": {"odometer_km": 41200}, "repair": {"odometer_km": 41200}, "cancel": {"reason": "solved_otherwise"}}
        for verb in verbs:
            made = self.store.dispatcher.post(f"/v1/rescues/{made['id']}/{verb}", bodies.get(verb), expect=200)
        return made

    # --- Estimates ---

    def estimate(self, options=None, order=None, **more):
        """A draft with one option of labour and a part."""
        options = options or [{"label": "更换", "lines": [
            {"kind": "labour", "operation_id": self.operation()["id"]}, {"kind": "part", "part_id": self.part()["id"], "quantity": 1}]}]
        return self.store.advisor.post("/v1/estimates", {"work_order_id": (order or self.order())["id"], "options": options, **more}, expect=201)

    def of_finding(self):
        """A sent estimate that mends what was found, and the inspection."""
        reception = self.received("greet", "start-check")
        seen = self.inspection("submit", reception=reception)
        order = self.store.advisor.post("/v1/work-orders", {"reception_id": reception["id"]}, expect=201)
        return self.sent_estimate(order=order, options=[{"label": "更换", "lines": [
            {"kind": "fee", "description": "前制动片", "amount": 68000, "finding_id": seen["findings"][0]["id"]}]}]), seen

    def sent_estimate(self, **more):
        return self.store.advisor.post(f"/v1/estimates/{self.estimate(**more)['id']}/send", expect=200)

    # --- Agreements ---

    def agreement(self, order=None, **more):
        return self.store.advisor.post("/v1/agreements", {
            "work_order_id": (order or self.order())["id"], "amount_limit": 200000, **more}, expect=201)

    def papers(self, agreement):
        """What signing this agreement names: the document and both signatures."""
        reception = {"id": self.read({"id": agreement["work_order_id"]})["reception_id"]}
        paper = self.store.advisor.post("/v1/files", raw=PAPER, headers={"Content-Type": "application/pdf"}, params={
            "subject_type": "reception", "subject_id": reception["id"]}, expect=201)["id"]
        return {"document_file_id": paper, "customer_signature_file_id": self.file(reception),
                "store_signature_file_id": self.file(reception), "signed_by_name": "王小明"}

    def approval(self):
        """Of a discount that the advisor may not give."""
        line = self.store.advisor.post(f"/v1/work-orders/{self.order()['id']}/lines", {"kind": "discount", "description": "老客户", "amount": 100},
                                       expect=201)
        return self.store.advisor.get(f"/v1/approvals/{line['approval_id']}", expect=200)

    # --- Money ---

    def bill(self, order=None):
        order = order or self.completed()
        return self.store.cashier.post("/v1/settlements", {"work_order_id": order["id"]}, expect=201)

    def issued(self, order=None):
        return self.store.cashier.post(f"/v1/settlements/{self.bill(order)['id']}/issue", expect=200)

    def pay(self, bill, amount=None):
        return self.store.cashier.post("/v1/payments", {"settlement_id": bill["id"], "amount": amount or bill["due"],
                                                        "method": "wechat"}, expect=201)

    def delivered(self, paid=True, **more):
        order = self.completed(**more)
        bill = self.issued(order)
        if paid:
            self.pay(bill)
        return self.step(self.store.advisor, order, "deliver", HANDED_BACK)

    def measured(self):
        """A delivered order whose line asked for a torque, and whose customer said that the concern is solved."""
        operation = self.operation(checklist=[{"code": "TORQUE", "text": "轮胎螺栓力矩", "kind": "measure", "minimum": 110, "maximum": 130,
                                               "unit": "N·m", "out_of_bounds": "fail"}])
        order = self.started(lines=[{"kind": "labour", "operation_id": operation["id"]}])
        for verb, body in (("tick", {"answers": [{"code": "TORQUE", "value": 120}]}), ("finish", None)):
            self.line_step(self.store.tech1, order["lines"][0]["id"], verb, body)
        self.step(self.store.dispatcher, order, "finish-work")
        self.store.inspector.post(f"/v1/quality-checks/{self.check(order)['id']}/pass", expect=200)
        self.pay(self.issued(order))
        concern = self.store.advisor.get(f"/v1/receptions/{order['reception_id']}", expect=200)["concerns"][0]["id"]
        return self.step(self.store.advisor, order, "deliver", {**HANDED_BACK, "acceptance": [{"concern_id": concern, "answer": "solved"}]})

    # --- Guarantees ---

    def guarantee(self):
        """Of the one line of an order delivered just now."""
        order = self.delivered()
        return self.store.advisor.get("/v1/guarantees", params={"work_order_id": order["id"]}, expect=200).data[0]

    def order_of(self, vehicle):
        """An order of this vehicle without lines."""
        owner = self.store.advisor.get(f"/v1/vehicles/{vehicle}", expect=200)["owner"]["id"]
        reception = self.reception(owner, vehicle)
        self.store.advisor.post(f"/v1/receptions/{reception['id']}/greet", expect=200)
        return self.store.advisor.post("/v1/work-orders", {"reception_id": reception["id"]}, expect=201)

    def comeback(self, guarantee=None, order=None, **more):
        guarantee = guarantee or self.guarantee()
        order = order or self.order_of(guarantee["vehicle_id"])
        return self.store.advisor.post(f"/v1/work-orders/{order['id']}/comebacks", {"guarantee_id": guarantee["id"], **more}, expect=201)

    def elsewhere(self, vehicle):
        """Another store that knows the vehicle, and an order of it there."""
        other = Trade(self.chain.store())
        plate = self.store.advisor.get(f"/v1/vehicles/{vehicle}", expect=200)["plate"]
        other.store.advisor.post("/v1/vehicles/lookup", {"plate": plate, "store_id": other.store.id}, expect=200)
        reception = other.reception(other.customer()["id"], vehicle)
        other.store.advisor.post(f"/v1/receptions/{reception['id']}/greet", expect=200)
        return other, other.store.advisor.post("/v1/work-orders", {"reception_id": reception["id"]}, expect=201)

    def owed(self):
        """A comeback of this store's work that another store has done."""
        guarantee = self.guarantee()
        other, order = self.elsewhere(guarantee["vehicle_id"])
        made = other.comeback(guarantee, order)
        other.through(order)
        return made

    # --- After it ---

    def survey(self):
        """The survey of a delivered order, with its token."""
        order = self.delivered()
        admin = self.chain.admin
        return wait_for(lambda: admin.get("/v1/surveys", params={"work_order_id": order["id"]}, expect=200).data)[0]

    def complaint(self, *verbs, **more):
        """A complaint after these verbs."""
        bodies = {"assign": {"owner_id": self.store.service.id}, "analyse": {"root_cause": "communication"},
                  "plan": {"plan": "致电道歉"}, "tell": {"answer": "已道歉"}, "object": {"reason": "不满意"},
                  "withdraw": {"reason": "误会"}, "reopen": {"reason": "再次来电"}}
        made = self.store.service.post("/v1/complaints", {
            "store_id": self.store.id, "contact": {"name": "王芳", "phone": self.chain.phone()}, "channel": "phone",
            "category": "attitude", "description": "等待两小时", **more}, expect=201)
        for verb in verbs:
            made = self.store.service.post(f"/v1/complaints/{made['id']}/{verb}", bodies.get(verb), expect=200)
        return made


class Shop:
    """A store with labour, a part and a customer's vehicle in it."""

    def __init__(self, chain, store):
        self.chain, self.store = chain, store
        code = chain.unique()
        self.labour = chain.admin.post("/v1/operations", {
            "code": code, "name": "更换前制动片", "standard_hours": 1.5, "unit_price": 20000}, expect=201).json
        self.part = chain.admin.post("/v1/parts", {
            "number": code, "name": "前制动片", "unit": "套", "sale_price": 33333}, expect=201).json

    def stock(self, quantity, unit_cost=20000):
        """A receipt of the part, audited by another person."""
        document = self.store.parts.post("/v1/stock-documents", {
            "kind": "receipt", "store_id": self.store.id, "reason": "purchase",
            "lines": [{"part_id": self.part["id"], "quantity": quantity, "unit_cost": unit_cost}]}, expect=201)
        self.store.manager.post(f"/v1/stock-documents/{document['id']}/audit", expect=200)

    def level(self):
        levels = self.store.parts.get("/v1/stock-levels", params={
            "store_id": self.store.id, "part_id": self.part["id"]}, expect=200).data
        return (levels[0]["on_hand"], levels[0]["reserved"]) if levels else (0, 0)

    def reception(self, greet=True):
        advisor = self.store.advisor
        customer = advisor.post("/v1/customers", {"kind": "person", "name": "王芳", "phone": self.chain.phone(),
                                                  "store_id": self.store.id}, expect=201)
        self.plate = self.chain.plate()
        vehicle = advisor.post("/v1/vehicles", {"plate": self.plate, "customer_id": customer["id"],
                                                "store_id": self.store.id}, expect=201)
        reception = advisor.post("/v1/receptions", {
            "store_id": self.store.id, "customer_id": customer["id"], "vehicle_id": vehicle["id"],
            "odometer_km": 45000, "concerns": ["刹车有异响"], "old_parts": "taken_back"}, expect=201)
        if greet:
            advisor.post(f"/v1/receptions/{reception['id']}/greet", expect=200)
        return reception.json

    def labour_line(self, **more):
        return {"kind": "labour", "operation_id": self.labour["id"], **more}

    def part_line(self, quantity=2, **more):
        return {"kind": "part", "part_id": self.part["id"], "quantity": quantity, **more}

    def open(self, lines=None, **more):
        body = {"reception_id": self.reception()["id"],
                "lines": [self.labour_line(), self.part_line()] if lines is None else lines, **more}
        return self.store.advisor.post("/v1/work-orders", body, expect=201)

    def ready(self, **more):
        return self.open(authorise={"method": "in_person", "by": {"name": "王芳"}}, **more)

    def dispatched(self, **more):
        order = self.ready(**more)
        return self.verb(self.store.dispatcher, order, "dispatch", {
            "bay_id": self.store.bay, "assignments": [
                {"line_id": line["id"], "technician_id": self.store.tech1.id}
                for line in order["lines"] if line["kind"] == "labour"]})

    def checking(self, **more):
        """An order whose work is done."""
        order = self.dispatched(**more)
        self.work(order)
        if any(line["kind"] == "part" for line in order["lines"]):
            self.store.parts.post(f"/v1/work-orders/{order['id']}/issue-parts",
                                  {"received_by": self.store.tech1.id}, expect=200)
        return self.verb(self.store.dispatcher, order, "finish-work")

    def work(self, order):
        for line in order["lines"]:
            if line["kind"] == "labour":
                for verb in ("clock-on", "finish"):
                    self.store.tech1.post(f"/v1/work-order-lines/{line['id']}/{verb}", expect=200)

    def completed(self, **more):
        order = self.checking(**more)
        check = self.store.inspector.post("/v1/quality-checks", {"work_order_id": order["id"], "level": "final"},
                                          expect=201)
        self.store.inspector.post(f"/v1/quality-checks/{check['id']}/pass", expect=200)
        return self.get(order)

    def get(self, order):
        return self.store.advisor.get(f"/v1/work-orders/{order['id']}", expect=200)

    @staticmethod
    def verb(client, order, verb, body=None, expect=200):
        return client.post(f"/v1/work-orders/{order['id']}/{verb}", body, expect=expect)
