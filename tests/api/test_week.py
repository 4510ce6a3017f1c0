# SPDX-License-Identifier: Apache-2.0
"""A week at a busy store through the API: bookings, walk-ins, comebacks, missing parts, two people on one job,
cancellations; and at its end everything adds up."""

import collections
import concurrent.futures
import datetime
import queue

import slots
from fettle import wait_for
from trade import HANDED_BACK, Trade

BOOKINGS, WALK_INS, HANDS = 200, 30, 4
CONSENT = {"method": "wechat", "by": {"name": "王小明"}}


class Week:
    """A store with twelve bays and ten technicians, and what happened in it."""

    def __init__(self, chain, store):
        self.chain, self.store = chain, store
        store.bays += [chain.admin.post(f"/v1/stores/{store.id}/bays", {"code": f"B{n}"}, expect=201)["id"] for n in range(3, 13)]
        self.trade = Trade(store)
        self.technicians = [self.store.hire(f"tech-{n}", "technician") for n in range(10)]
        self.oil, self.brakes = (self.trade.operation(standard_hours=hours, unit_price=price) for hours, price in ((0.5, 20000), (1, 30000)))
        self.filter, self.pads = (self.trade.part(sale_price=price) for price in (4900, 26000))
        self.trade.stock_up(self.filter["id"], 400)
        self.trade.stock_up(self.pads["id"], 3)
        self.bays = queue.Queue()
        for bay in self.store.bays:
            self.bays.put(bay)
        for person in ("advisor", "manager", "dispatcher", "inspector", "parts", "cashier"):
            getattr(self.store, person)
        self.tally = collections.Counter()

    def post(self, who, path, body=None, expect=200, **options):
        return who.post("/v1/" + path, body, expect=expect, **options).json

    # --- Booking ---

    def book(self, n):
        """The n-th booking, 29 a day, ten an hour at most; every tenth is called off."""
        customer = self.trade.customer()["id"]
        vehicle = self.trade.vehicle(customer)["id"]
        starts = f"{slots.day(1 + n // 29)}T{n % 29 // 5 + 1:02}:00:00Z"
        one = self.post(self.store.advisor, "appointments", {
            "store_id": self.store.id, "customer_id": customer, "vehicle_id": vehicle, "starts_at": starts, "channel": "mini_program",
            "operation_ids": [self.brakes["id"]], "concerns": ["刹车异响"]}, expect=201)
        if n % 10 == 9:
            return self.post(self.store.advisor, f"appointments/{one['id']}/cancel", {"reason": "customer_time"})
        return self.post(self.store.advisor, f"appointments/{one['id']}/confirm")

    # --- Reception and order ---

    def receive(self, n, booking=None):
        """Somebody comes, booked or walking in; the order is opened and agreed to."""
        s = self.store
        if booking:
            self.post(s.advisor, f"appointments/{booking['id']}/arrive")
            who = {"appointment_id": booking["id"]}
        else:
            customer = self.trade.customer()["id"]
            who = {"customer_id": customer, "vehicle_id": self.trade.vehicle(customer)["id"]}
        reception = self.post(s.advisor, "receptions", {"store_id": s.id, "odometer_km": 30000 + n, "concerns": ["保养"], **who}, expect=201)
        return self.open(n, reception)

    def open(self, n, reception):
        s = self.store
        for verb in ("greet", "start-check", "hand-over"):
            self.post(s.advisor, f"receptions/{reception['id']}/{verb}")
        scarce = n % 7 == 0
        order = self.post(s.advisor, "work-orders", {
            "reception_id": reception["id"], "promised_at": (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=4))
            .strftime("%Y-%m-%dT%H:%M:%SZ"), "fault_class": "complex" if n % 8 == 0 else "simple",
            "lines": [{"kind": "labour", "operation_id": (self.brakes if scarce else self.oil)["id"]},
                      {"kind": "part", "part_id": (self.pads if scarce else self.filter)["id"], "quantity": 2 if scarce else 1}],
            "authorise": CONSENT}, expect=201)
        if n % 20 == 3:
            self.tally["cancelled"] += 1
            return self.post(s.manager, f"work-orders/{order['id']}/cancel", {"reason": "客户取消"})
        return order

    # --- The workshop ---

    def repair(self, n, order):
        """Dispatched to one or two, on a bay, worked on, checked; some are stopped, some fail the check."""
        s, path, line = self.store, f"work-orders/{order['id']}", order["lines"][0]["id"]
        one, two = self.technicians[n % 10], self.technicians[(n + 3) % 10]
        team = [(one, 6000), (two, 4000)] if n % 6 == 0 else [(one, 10000)]
        bay = self.bays.get()
        self.post(s.dispatcher, path + "/dispatch", {"bay_id": bay, "assignments": [
            {"line_id": line, "technician_id": who.id, "share_bp": share} for who, share in team]})
        self.post(one, path + "/enter-bay", {"bay_id": bay})
        for who, _ in team:
            self.post(who, f"work-order-lines/{line}/clock-on")
        if n % 9 == 0:
            self.post(one, path + "/pause", {"reason": "wait_part"})
            self.post(s.dispatcher, path + "/resume")
            for who, _ in team:
                self.post(who, f"work-order-lines/{line}/resume")
            self.tally["pauses"] += 1
        if any(each["kind"] == "part" for each in order["lines"]):
            self.post(s.parts, path + "/issue-parts", {"received_by": one.id})
        for who, _ in team:
            self.post(who, f"work-order-lines/{line}/finish")
        self.tally["shared"] += len(team) > 1
        self.check(n, path, line, one, order)
        self.post(one, path + "/leave-bay")
        self.bays.put(bay)

    def check(self, n, path, line, technician, order):
        s = self.store
        for verdict in (["fail", "pass"] if n % 11 == 0 else ["pass"]):
            self.post(s.dispatcher, path + "/finish-work")
            check = self.post(s.inspector, "quality-checks", {"work_order_id": order["id"], "level": "final"}, expect=201)
            self.post(s.inspector, f"quality-checks/{check['id']}/{verdict}",
                      {"lines": [{"line_id": line, "reason": "workmanship"}]} if verdict == "fail" else None)
            if verdict == "fail":
                self.post(technician, f"work-order-lines/{line}/rework")
                self.post(technician, f"work-order-lines/{line}/finish")
                self.tally["reworked"] += 1

    def hand_back(self, order):
        s = self.store
        payer = order["lines"][0]["payer"]
        bill = self.post(s.cashier, "settlements", {"work_order_id": order["id"], "payer": payer}, expect=201)
        bill = self.post(s.cashier, f"settlements/{bill['id']}/issue")
        if payer == "customer":
            self.post(s.cashier, "payments", {"settlement_id": bill["id"], "amount": bill["due"], "method": "wechat"}, expect=201)
        self.post(s.advisor, f"work-orders/{order['id']}/deliver", {**HANDED_BACK, "odometer_out_km": order["odometer_in_km"] + 2})
        self.tally["delivered"] += 1
        self.tally["taken"] += bill["total"]

    def work(self, n, order):
        """All the way, unless it was cancelled; what waits for a part is told."""
        if order["status"] == "cancelled":
            return None
        if order["lines"][1]["supply"] == "short":
            self.tally["short"] += 1
            return n, order
        self.repair(n, order)
        self.hand_back(order)
        return None

    def visit(self, n, booking=None):
        return self.work(n, self.receive(n, booking))

    # --- What does not come every day ---

    def come_back(self, n, first):
        """The work of a delivered order is done again for nothing, while its guarantee holds."""
        s = self.store
        labour = first["lines"][0]["id"]
        (guarantee,) = (g for g in s.advisor.get("/v1/guarantees", params={"work_order_id": first["id"]}, expect=200).data if g["line_id"] == labour)
        reception = self.post(s.advisor, "receptions", {"store_id": s.id, "odometer_km": 30900 + n, "concerns": ["又响了"],
                                                        "customer_id": first["customer_id"], "vehicle_id": first["vehicle_id"]}, expect=201)
        self.post(s.advisor, f"receptions/{reception['id']}/greet")
        order = self.post(s.advisor, "work-orders", {"reception_id": reception["id"]}, expect=201)
        comeback = self.post(s.advisor, f"work-orders/{order['id']}/comebacks", {"guarantee_id": guarantee["id"], "cause": "workmanship"}, expect=201)
        self.post(s.advisor, f"work-orders/{order['id']}/authorise", {"lines": [comeback["line_id"]], **CONSENT})
        order = self.trade.read(order).json
        self.repair(n, order)
        self.hand_back(order)
        self.tally["comebacks"] += 1

    def take_a_ticket(self, n):
        """At the counter without a booking: a ticket, its call, and the reception it served."""
        s = self.store
        ticket = self.trade.ticket("call")
        customer = self.trade.customer()["id"]
        reception = self.post(s.advisor, "receptions", {"store_id": s.id, "odometer_km": 30000 + n, "concerns": ["保养"], "customer_id": customer,
                                                        "vehicle_id": self.trade.vehicle(customer)["id"]}, expect=201)
        self.post(s.advisor, f"queue-tickets/{ticket['id']}/serve", {"reception_id": reception["id"]})
        self.work(n, self.open(n, reception))

    def be_rescued(self, n):
        """From the road into the workshop."""
        towed = self.trade.rescue("dispatch", "arrive", "tow-in", technician=self.technicians[n % 10], kind="tow")
        self.work(n, self.open(n, {"id": towed["reception_id"]}))
        self.tally["rescued"] += 1

    def send_out(self, n):
        """A line that a vendor does, and a car lent meanwhile."""
        s, order = self.store, self.receive(n)
        loan = self.trade.loan("hand-out", work_order_id=order["id"])
        line = self.post(s.advisor, f"work-orders/{order['id']}/lines", {"kind": "sublet", "description": "曲轴磨削", "amount": 80000}, expect=201)
        self.post(s.advisor, f"work-orders/{order['id']}/authorise", {"lines": [line["id"]], **CONSENT})
        sublet = self.post(s.advisor, "sublets", {"line_id": line["id"], "vendor": "宏达机加工"}, expect=201)
        for verb in ("send", "return"):
            self.post(s.advisor, f"sublets/{sublet['id']}/{verb}")
        self.post(s.advisor, f"sublets/{sublet['id']}/bill", {"invoice_number": f"HD-{n}", "invoiced_on": "2026-01-05", "cost": 52000})
        self.repair(n, order)
        self.post(s.advisor, f"loans/{loan['id']}/return", {"odometer_km": 20150, "fuel_percent": 60})
        self.hand_back(order)
        self.tally["sublets"] += 1

    def go_elsewhere(self, n, branch, both):
        """What this store cannot do goes on at another, to its end."""
        order = self.receive(n)
        old = self.post(both, f"work-orders/{order['id']}/move", {"store_id": branch.store.id, "reason": "equipment"})
        branch.stock_up(order["lines"][1]["part_id"], 2)
        assert branch.through({"id": old["moved_to_id"]})["status"] in ("delivered", "closed")
        self.tally["moved"] += 1

    def deliver_parts(self, waiting):
        """What the orders of a day wait for comes in, and they are done."""
        if waiting:
            self.trade.stock_up(self.pads["id"], 2 * len(waiting))
        for n, order in waiting:
            self.repair(n, self.trade.read(order).json)
            self.hand_back(order)


def test_a_week(chain, store, sql, verify):
    """G1 to G13, G18, G24, G26, G27: 200 bookings, 30 walk-ins, comebacks under guarantee, tickets, rescues, outside work with a
    car lent, an order that goes on elsewhere; no place taken twice, nothing lost, every figure that of its parts."""
    week = Week(chain, store)
    with concurrent.futures.ThreadPoolExecutor(HANDS) as hands:
        bookings = list(hands.map(week.book, range(BOOKINGS)))
        come = [(n, b) for n, b in enumerate(bookings) if b["status"] == "confirmed"]
        for day in range(7):
            todays = [lambda n=n, b=b: week.visit(n, b) for n, b in come if n // 29 == day]
            todays += [lambda n=n: week.visit(n) for n in range(BOOKINGS, BOOKINGS + WALK_INS) if n % 7 == day]
            waiting = [left for left in hands.map(lambda visit: visit(), todays) if left]
            week.deliver_parts(waiting)
        seen = store.manager.pages("/v1/work-orders", limit=200, store_id=store.id)
        back = [store.advisor.get(f"/v1/work-orders/{w['id']}", expect=200) for w in seen if w["status"] in ("delivered", "closed")][:8]
        branch, both = week.trade.branch()
        rare = [lambda n=n, w=w: week.come_back(1 + n, w) for n, w in enumerate(back)]
        rare += [lambda n=n, do=do: do(n) for n in (401, 402) for do in (week.take_a_ticket, week.be_rescued, week.send_out)]
        assert list(hands.map(lambda visit: visit(), rare)) == [None] * len(rare)
        week.go_elsewhere(404, branch, both)

    came = len(come) + WALK_INS + len(rare)
    assert week.tally["delivered"] + week.tally["cancelled"] == came
    assert min(week.tally[what] for what in ("short", "shared", "pauses", "reworked", "cancelled")) >= 5, week.tally
    assert [week.tally[what] for what in ("comebacks", "rescued", "sublets", "moved")] == [8, 2, 2, 1]

    # nothing is left lying about
    board = store.manager.get("/v1/board", params={"store_id": store.id}, expect=200)
    idle = {k: v for k, v in board["counts"].items() if k not in ("bookings", "expected")}
    assert not any(idle.values()), idle
    assert all(not bay["work_orders"] for bay in board["bays"])
    assert store.manager.pages("/v1/work-order-pauses", store_id=store.id, running="true") == []
    assert len(store.manager.pages("/v1/work-order-pauses", limit=200, store_id=store.id)) == week.tally["pauses"]
    assert sql("SELECT count(*) FROM clock_entry WHERE store_id = %s AND ended_at IS NULL", (store.id,)) == [(0,)]

    # no place was taken twice
    assert sql("""SELECT count(*) FROM appointment a JOIN appointment b ON b.id > a.id AND (b.bay_id = a.bay_id OR b.technician_id = a.technician_id)
                     AND b.starts_at < a.ends_at AND a.starts_at < b.ends_at
                   WHERE a.store_id = %s AND a.status <> 'cancelled' AND b.status <> 'cancelled'""", (store.id,)) == [(0,)]
    stood = store.manager.pages("/v1/bay-occupancies", limit=200, store_id=store.id)
    assert len(stood) == week.tally["delivered"] and all(o["ends_at"] for o in stood)
    by_bay = collections.defaultdict(list)
    for o in stood:
        by_bay[o["bay_id"]].append((o["starts_at"], o["ends_at"]))
    for spans in by_bay.values():
        spans.sort()
        assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:]))

    # stock is what the ledger says: what came in less what went out, and nothing is held
    for part in (week.filter, week.pads):
        level = store.parts.get("/v1/stock-levels", params={"store_id": store.id, "part_id": part["id"]}, expect=200).data[0]
        ledger = sum(m["quantity"] for m in store.parts.pages("/v1/stock-movements", limit=200, store_id=store.id, part_id=part["id"]))
        assert (level["on_hand"], level["reserved"]) == (ledger, 0)

    # every job is credited whole, every bill counted
    credits = store.manager.pages("/v1/labour-credits", limit=200, store_id=store.id)
    lines = {c["line_id"]: c["amount"] for c in credits}
    assert len(lines) == week.tally["delivered"] and len(credits) == len(lines) + week.tally["shared"]
    assert sum(c["credited_amount"] for c in credits) == sum(lines.values())
    today = slots.day(0)

    def kpi(name):
        found = store.manager.get("/v1/kpi-values", params={"kpi": name, "store_id": store.id, "from": str(today - datetime.timedelta(1)),
                                                            "to": str(today), "grain": "day"}, expect=200).data
        return sum(v["numerator"] for v in found)
    wait_for(lambda: kpi("orders_delivered") == week.tally["delivered"], 30)
    wait_for(lambda: kpi("sales") == week.tally["taken"], 30)
    assert kpi("simple_repair_kept") + kpi("complex_repair_kept") == week.tally["delivered"]
    assert not verify()
