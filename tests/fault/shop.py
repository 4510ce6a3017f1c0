# SPDX-License-Identifier: Apache-2.0
"""Clients that do a store's work over HTTP and write down what they were told.

Every request that changes something has an Idempotency-Key, stands in the journal before it is sent and again
when it is answered, and is repeated under its key until it is.
"""

import collections
import datetime
import http.client
import itertools
import json
import random
import threading
import time
import uuid

import slots

PATIENCE = 60      # seconds until somebody must have answered
DEADLINE = 5.0     # the daemon's own, of a command
Effect = collections.namedtuple("Effect", "key who path body status id event subject")


def instant(**ahead):
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**ahead)
    return then.strftime("%Y-%m-%dT%H:%M:%SZ")


class Refused(Exception):
    """An answer that no fault excuses."""


class Journal:
    """What was asked and what was answered, line by line, on disk before the next step."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8", buffering=1)
        self.lock = threading.Lock()
        self.effects, self.wrong = [], []
        self.answers = collections.Counter()
        self.slowest = 0.0

    def write(self, **line):
        with self.lock:
            self.file.write(json.dumps({"t": round(time.time(), 3), **line}, ensure_ascii=False) + "\n")

    def acknowledge(self, effect):
        self.write(key=effect.key, status=effect.status, id=effect.id)
        with self.lock:
            self.effects.append(effect)

    def count(self, status, seconds):
        with self.lock:
            self.answers[status] += 1
            self.slowest = max(self.slowest, seconds)

    def complain(self, what):
        self.write(wrong=what)
        with self.lock:
            self.wrong.append(what)


class Caller:
    """One connection, and one exchange after the other on it."""

    def __init__(self, load):
        self.load, self.connection = load, None

    def exchange(self, who, method, path, body=None, key=None):
        """(status, headers, JSON) or None when the connection broke."""
        began = time.monotonic()
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.load.port, timeout=self.load.timeout)
            headers = {"Authorization": "Bearer " + who.token}
            if body is not None:
                headers["Content-Type"] = "application/json"
            if key:
                headers["Idempotency-Key"] = key
            self.connection.request(method, path, None if body is None else json.dumps(body).encode(), headers)
            reply = self.connection.getresponse()
            status, said, text = reply.status, reply.headers, reply.read()
            answer = json.loads(text) if "json" in said.get("Content-Type", "") else {}
        except (OSError, http.client.HTTPException, ValueError):
            self.close()
            self.load.journal.count("lost", 0)
            return None
        seconds = time.monotonic() - began
        self.load.journal.count(status, seconds)
        if status == 500:
            self.load.journal.complain(f"500 to {method} {path}: {text[:300]}")
        if status == 503 and not said.get("Retry-After"):
            self.load.journal.complain(f"503 without Retry-After to {method} {path}")
        if seconds > self.load.deadline:
            self.load.journal.complain(f"{method} {path}: {status} after {seconds:.1f} s")
        return status, said, answer

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class Writer(threading.Thread):
    """Does one story after the other until told to stop, and ends the step it is in."""

    def __init__(self, load, shop, story):
        super().__init__(daemon=True)
        self.load, self.shop, self.story = load, shop, story
        self.caller = Caller(load)

    def run(self):
        try:
            while not self.load.stopping.is_set():
                self.story(self)
        except Refused as refused:
            self.load.journal.complain(str(refused))
        except Stopped:
            pass
        finally:
            self.caller.close()

    def do(self, who, path, body=None, event=None, subject=None, allowed=(), further=()):
        """Make the change and be told of it, however often that has to be asked for; further: events beside its own."""
        if self.load.stopping.is_set():
            raise Stopped
        key, began = str(uuid.uuid4()), time.monotonic()
        self.load.journal.write(key=key, path=path, body=body)
        while True:
            answer = self.caller.exchange(who, "POST", path, body or {}, key)
            if answer and answer[0] < 300:
                said = answer[2]
                self.load.journal.acknowledge(Effect(key, who, path, body or {}, answer[0], said.get("id"), event,
                                                     subject or said.get("id")))
                for also, of in further:
                    self.load.journal.acknowledge(Effect(key, who, path, body or {}, answer[0], said.get("id"), also, of))
                return said
            if answer and answer[2].get("code") in allowed:
                self.load.journal.write(key=key, refused=answer[2]["code"])
                return None
            if answer and answer[0] != 503 and answer[2].get("code") != "idempotency_in_progress":
                raise Refused(f"POST {path}: {answer[0]} {json.dumps(answer[2], ensure_ascii=False)[:400]}")
            if time.monotonic() - began > PATIENCE:
                raise Refused(f"POST {path}: not answered within {PATIENCE} s")
            time.sleep(random.uniform(0.01, 0.05))


class Stopped(Exception):
    pass


class Reader(threading.Thread):
    """Reads lists and documents: an answer, or 503."""

    def __init__(self, load, shop):
        super().__init__(daemon=True)
        self.load, self.shop = load, shop
        self.caller = Caller(load)

    def run(self):
        store = self.shop.store
        paths = itertools.cycle([f"/v1/work-orders?store_id={store.id}&limit=20", f"/v1/customers?store_id={store.id}&limit=20",
                                 f"/v1/stock-levels?store_id={store.id}", f"/v1/settlements?store_id={store.id}", "/v1/me"])
        while not self.load.stopping.is_set():
            path = next(paths)
            answer = self.caller.exchange(store.manager, "GET", path)
            if answer and answer[0] not in (200, 503):
                self.load.journal.complain(f"GET {path}: {answer[0]}")
            time.sleep(0.01 if answer else 0.05)
        self.caller.close()


class Shop:
    """A store with its people, a part on the shelf and an operation, and the stories that happen in it."""

    def __init__(self, trade):
        self.trade, self.store = trade, trade.store
        for role in ("advisor", "dispatcher", "leader", "tech1", "tech2", "inspector", "parts", "cashier", "manager", "service"):
            getattr(self.store, role)  # hired before the faults begin
        self.operation = trade.operation()["id"]
        self.part = trade.part()["id"]
        trade.stock_up(self.part, 100000)
        trade.inspection("submit")  # one paper of each kind that no story writes, for the last scenarios
        trade.agreement()
        self.store.leader.post(f"/v1/diagnoses/{trade.diagnosis('submit', 'request-review')['id']}/agree", expect=200)
        self.slots = itertools.count()
        self.numbers = itertools.count(random.randrange(10 ** 7))
        customer = trade.customer()["id"]
        self.booked_for = customer, trade.vehicle(customer)["id"]

    def visit(self, writer):
        """From a new customer to the car handed back: the parts reserved and issued, the bill paid."""
        s, do, n = self.store, writer.do, next(self.numbers)
        customer = do(s.advisor, "/v1/customers", {"kind": "person", "name": f"客户 {n}", "phone": f"139{n:08d}", "store_id": s.id},
                      "customer.created")["id"]
        vehicle = do(s.advisor, "/v1/vehicles", {"plate": self.trade.chain.plate(), "customer_id": customer, "store_id": s.id},
                     "vehicle.created", allowed=("duplicate",))
        if vehicle is None:
            return
        reception = do(s.advisor, "/v1/receptions", {"store_id": s.id, "customer_id": customer, "vehicle_id": vehicle["id"],
                                                     "odometer_km": 41200, "concerns": ["异响"]}, "reception.opened")["id"]
        for verb in ("greet", "start-check", "hand-over"):
            do(s.advisor, f"/v1/receptions/{reception}/{verb}")
        lines = [{"kind": "labour", "operation_id": self.operation}, {"kind": "part", "part_id": self.part, "quantity": 2}]
        consent = {"method": "in_person", "by": {"name": "王小明"}}
        by_estimate = n % 2 == 1  # the other way to consent
        order = do(s.advisor, "/v1/work-orders", {"reception_id": reception, "promised_at": instant(hours=4),
                                                  "lines": [] if by_estimate else lines}, "work_order.opened")
        path = f"/v1/work-orders/{order['id']}"
        if by_estimate:
            estimate = do(s.advisor, "/v1/estimates", {"work_order_id": order["id"], "options": [{"label": "更换", "lines": lines}]},
                          "estimate.drafted")
            below = f"/v1/estimates/{estimate['id']}"
            do(s.advisor, below + "/send", None, "estimate.sent", estimate["id"])
            chosen = do(s.advisor, below + "/decide", {"option_id": estimate["options"][0]["id"], **consent}, "estimate.accepted", estimate["id"],
                        further=[("work_order.authorised", order["id"])])
            labour = chosen["options"][0]["lines"][0]["work_order_line_id"]
        else:
            labour = order["lines"][0]["id"]
            do(s.advisor, path + "/authorise", {"lines": [line["id"] for line in order["lines"]], **consent}, "work_order.authorised", order["id"])
        do(s.dispatcher, path + "/dispatch", {"bay_id": s.bay, "assignments": [{"line_id": labour, "technician_id": s.tech1.id}]},
           "work_order.dispatched", order["id"])
        do(s.tech1, f"/v1/work-order-lines/{labour}/clock-on", None, "work_order.started", order["id"])
        do(s.parts, path + "/issue-parts", {"received_by": s.tech1.id}, "work_order.parts_issued", order["id"])
        do(s.tech1, f"/v1/work-order-lines/{labour}/finish")
        do(s.dispatcher, path + "/finish-work", None, "work_order.finished", order["id"])
        check = do(s.inspector, "/v1/quality-checks", {"work_order_id": order["id"], "level": "final"}, "quality_check.opened")["id"]
        do(s.inspector, f"/v1/quality-checks/{check}/pass", None, "quality_check.passed", check)
        bill = do(s.cashier, "/v1/settlements", {"work_order_id": order["id"]}, "settlement.drafted")
        due = do(s.cashier, f"/v1/settlements/{bill['id']}/issue", None, "settlement.issued", bill["id"])["due"]
        for amount in (due // 3, due - due // 3):
            do(s.cashier, "/v1/payments", {"settlement_id": bill["id"], "amount": amount, "method": "wechat"}, "payment.taken")
        do(s.advisor, path + "/deliver", {"old_parts": "none", "explained": True, "belongings_returned": True},
           "work_order.delivered", order["id"])

    def receive(self, writer):
        """Parts come in: one writes the document, another posts it."""
        s = self.store
        document = writer.do(s.parts, "/v1/stock-documents", {
            "kind": "receipt", "store_id": s.id, "reason": "purchase",
            "lines": [{"part_id": self.part, "quantity": 3, "unit_cost": 3517}]}, "stock_document.created")["id"]
        writer.do(s.manager, f"/v1/stock-documents/{document}/audit", None, "stock_document.posted", document)

    def book(self, writer):
        """More callers than bays want each slot."""
        n = next(self.slots) // 4
        starts = f"{slots.day(2 + n // 24)}T{n % 24 // 2:02}:{n % 2 * 30:02}:00Z"
        customer, vehicle = self.booked_for
        writer.do(self.store.advisor, "/v1/appointments", {
            "store_id": self.store.id, "customer_id": customer, "vehicle_id": vehicle, "starts_at": starts, "channel": "phone",
            "concerns": ["保养"]}, "appointment.booked", allowed=("slot_taken",))


class Load:
    """Writers and readers on some shops, from start to stop."""

    def __init__(self, port, shops, journal, deadline=DEADLINE + 2.5, timeout=15):
        self.port, self.journal, self.deadline, self.timeout = port, journal, deadline, timeout
        self.stopping = threading.Event()
        self.threads = []
        for shop in shops:
            stories = [shop.visit, shop.visit, shop.receive, shop.book, shop.book]
            self.threads += [Writer(self, shop, story) for story in stories] + [Reader(self, shop)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join(PATIENCE + 30)
            if thread.is_alive():
                self.journal.complain("a client hangs")
