# SPDX-License-Identifier: Apache-2.0
"""What is measured: each case makes its own requests, and says by what its statements are found in the server's log."""
import datetime
import json
import random
import time
import urllib.parse

from cluster import STORES, key, psql, sizes

SURNAMES, GIVEN = "wlzlcyhzzwxsmzhlgglz", "wfmjlljyyyjjtmcxxpggyhylphjjfc"


class Case:
    """name; method and the function that makes (store, path, body) of a request; marker: in its main statement; built: the
    file with one statement that builds the reply in PostgreSQL."""

    def __init__(self, name, title, make, marker, method="GET", headquarters=False, others=False, built=None):
        self.name, self.title, self.make, self.marker = name, title, make, marker
        self.method, self.headquarters, self.others, self.built = method, headquarters, others, built
        self.sent = 0

    def requests(self, data, count):
        return [self.request(data) for _ in range(count)]

    def request(self, data):
        store, path, body = self.make(data)
        self.sent += 1
        headers = {"Host": "127.0.0.1", "Authorization": "Bearer " + ("load-hq" if self.headquarters else f"load-token-{store}")}
        if body is not None:
            headers["Content-Type"] = "application/json"
            headers["Idempotency-Key"] = f"load-{time.time_ns()}-{self.sent}"
        return self.method, path, headers, "" if body is None else json.dumps(body)


def wire(request):
    """A request as it goes over the connection."""
    method, path, headers, body = request
    text = body.encode()
    if method == "POST":
        headers = {**headers, "Content-Length": str(len(text))}
    return (f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode() + text


def write_requests(path, requests):
    with open(path, "wb") as out:
        for request in requests:
            text = wire(request)
            out.write(b"%d\n" % len(text) + text)


class Data:
    """A data set as the cases see it."""

    def __init__(self, daemon, orders, get):
        self.orders, self.sizes = orders, sizes(orders)
        self.base = psql(daemon.host, "SELECT (min(created_at) AT TIME ZONE 'UTC')::date FROM region")
        first = psql(daemon.host, "SELECT greatest(max(starts_at), now())::date + 1 - (SELECT min(created_at) FROM region)::date FROM appointment")
        self.slot = int(first) * STORES * 4 * 19  # the first that is free
        self.cursors = [self.deep_cursor(get, s) for s in range(4)]

    def deep_cursor(self, get, store):
        """Behind some pages of a store's closed orders."""
        cursor = ""
        for _ in range(3):
            page = get(f"/v1/work-orders?status=closed&limit=50{cursor}", f"load-token-{store}")
            if not page["next_cursor"]:
                break
            cursor = "&cursor=" + urllib.parse.quote(page["next_cursor"])
        return cursor

    def day(self, offset):
        return time.strftime("%Y-%m-%d", time.gmtime(time.mktime(time.strptime(self.base, "%Y-%m-%d")) - time.timezone + offset * 86400))

    def next_slot(self):
        """(store, bay, start) of a slot that nobody has; one after the other in all stores."""
        n, self.slot = self.slot, self.slot + 1
        start = n // (STORES * 4) % 19 * 30 + 30
        return n % STORES, n // STORES % 4, f"{self.day(n // (STORES * 4 * 19))}T{start // 60:02}:{start % 60:02}:00Z"


def whole_order(data, s):
    """Any whole order of a store."""
    every = data.sizes["every"]
    return random.randrange(data.orders // STORES // every) * every * STORES + s


def document(data):
    s = random.randrange(STORES)
    return s, f"/v1/work-orders/{key(12, whole_order(data, s))}", None


def one_token(data):
    return 0, f"/v1/work-orders/{key(12, whole_order(data, 0))}", None


def page(data):
    s = random.randrange(STORES)
    return s, f"/v1/work-orders?store_id={key(2, s)}&status=closed&limit=50", None


def deep_page(data):
    s = random.randrange(len(data.cursors))
    return s, f"/v1/work-orders?status=closed&limit=50{data.cursors[s]}", None


def by_initials(data):
    c = random.randrange(data.sizes["customers"])
    return c % STORES, f"/v1/search?limit=10&q={SURNAMES[c % 20]}{GIVEN[c // 20 % 30]}{GIVEN[c // 600 % 30]}", None


def by_plate(data):
    v = random.randrange(data.sizes["vehicles"])
    plate = "沪京粤苏浙"[v // 2000000] + "ABCDEFGHJKLMNPQRSTUV"[v // 100000 % 20] + f"{v % 100000:05}"
    return v % STORES, "/v1/search?limit=10&q=" + urllib.parse.quote(plate), None


def dashboard(data):
    # a month as the calendar has it
    first = datetime.date.fromisoformat(data.day(random.randrange(31, 830))).replace(day=1)
    last = (first + datetime.timedelta(days=32)).replace(day=1) - datetime.timedelta(days=1)
    kpis = "&".join("kpi=" + k for k in ("orders_delivered", "sales", "on_time_delivery", "satisfaction", "complaint_rate"))
    return 0, f"/v1/kpi-values?{kpis}&from={first}&to={last}&grain=month&limit=200", None


def availability(data):
    s = random.randrange(STORES)
    return s, f"/v1/availability?store_id={key(2, s)}&operation_id={key(9, 0)}&from={data.day(902)}&to={data.day(908)}", None


def board(data):
    s = random.randrange(STORES)
    return s, f"/v1/board?store_id={key(2, s)}", None


def simulation(data):
    s = random.randrange(STORES)
    work = "&".join(f"operation_id={key(9, n)}" for n in random.sample(range(200), 2))
    return s, f"/v1/promise-simulation?store_id={key(2, s)}&{work}&from={data.day(902)}T01:00:00Z", None


def hold(data):
    store, bay, start = data.next_slot()
    return store, "/v1/slot-holds", {"store_id": key(2, store), "starts_at": start, "operation_ids": [], "channel": "phone",
                                     "bay_id": key(14, store * 4 + bay), "technician_id": key(4, 1000 + store * 4 + bay)}


def booking(data):
    store, bay, start = data.next_slot()
    return store, "/v1/appointments", {"store_id": key(2, store), "customer_id": key(7, store), "vehicle_id": key(8, store), "starts_at": start,
                                       "operation_ids": [], "channel": "phone", "concerns": ["load"], "bay_id": key(14, store * 4 + bay),
                                       "technician_id": key(4, 1000 + store * 4 + bay)}


def demand(data):
    s = random.randrange(STORES)
    return s, "/v1/demands", {"store_id": key(2, s), "kind": "sale", "customer_id": key(7, s),
                              "lines": [{"part_id": key(10, random.randrange(data.sizes["parts"])), "quantity": 1}]}


def order(data):
    n = random.randrange(data.orders)
    parts = random.sample(range(data.sizes["parts"]), 4)
    return n % STORES, "/v1/work-orders", {
        "reception_id": key(11, n), "authorise": {"method": "in_person", "by": {"name": "load"}},
        "lines": [{"kind": "labour", "operation_id": key(9, random.randrange(200))}] + [{"kind": "part", "part_id": key(10, p), "quantity": 1} for p in parts]}


CASES = [
    Case("document", "`GET /v1/work-orders/{id}` with lines, customer, vehicle", document, "work_order_get", others=True,
         built="read.sql"),
    Case("one token", "the same, all with one store's token", one_token, "work_order_get", built="read.sql"),
    Case("page", "`GET /v1/work-orders?status=closed&limit=50` of a store", page, "FROM work_order w", others=True),
    Case("deep page", "the same by cursor, from the fourth page on", deep_page, "FROM work_order w"),
    Case("initials", "`GET /v1/search?q=&limit=10` by initials", by_initials, "WITH wanted"),
    Case("plate", "`GET /v1/search?q=&limit=10` by plate", by_plate, "WITH wanted", others=True),
    Case("dashboard", "`GET /v1/kpi-values`: five KPIs, a month, 50 stores", dashboard, "WITH place", headquarters=True),
    Case("availability", "`GET /v1/availability`: a week of a store", availability, "LATERAL booking_slots("),
    Case("board", "`GET /v1/board`: a workshop at a glance", board, "board"),
    Case("simulation", "`GET /v1/promise-simulation`: two operations, a fortnight two fifths full", simulation, "promise_simulation"),
    Case("hold", "`POST /v1/slot-holds`", hold, "slot_hold_add", method="POST"),
    Case("booking", "`POST /v1/appointments`", booking, "appointment_add", method="POST"),
    Case("demand", "`POST /v1/demands`: stock reserved", demand, "demand_add", method="POST"),
    Case("order", "`POST /v1/work-orders` with five lines, parts reserved", order, "work_order_add", method="POST", others=True),
]
