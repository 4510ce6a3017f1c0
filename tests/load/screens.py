# SPDX-License-Identifier: Apache-2.0
"""How long each screen's list takes (docs/screens.md), one request at a time, and which of all lists are slow in any way of asking."""
import http.client
import json
import random
import statistics
import time
import urllib.parse

from cluster import STORES, key, say

SLOW = 20   # milliseconds of a list that the sweep tells
OPEN = "opened,ready,dispatched,in_progress,paused,awaiting_qc,completed,settled"

# (what is seen, who looks, the call).  {today}, {tomorrow} ...: instants; {day}, {next_day}: days; {month}: a month ago; the rest are ids.
SCREENS = [
    ("A day's bookings", "advisor", "/v1/appointments?store_id={store}&from={tomorrow}&to={after}&status=pending,confirmed,arrived"),
    ("The morning's meeting", "advisor", "/v1/briefing?store_id={store}&day={next_day}"),
    ("What tomorrow's bookings want", "manager", "/v1/pick-list?store_id={store}&day={next_day}"),
    ("The queue", "advisor", "/v1/queue-tickets?store_id={store}&day={day}&status=waiting,called"),
    ("Waiting customers", "advisor", "/v1/receptions/waiting?store_id={store}&with_appointments=true"),
    ("Cars in the yard", "advisor", "/v1/receptions?store_id={store}&in_yard=true"),
    ("Who waits for a slot", "advisor", "/v1/waiting-list?store_id={store}&status=waiting,offered"),
    ("Orders that are not over", "advisor", "/v1/work-orders?store_id={store}&status=" + OPEN),
    ("To be dispatched", "manager", "/v1/work-orders?store_id={store}&status=ready&sort=promised_at"),
    ("Overdue", "advisor", "/v1/work-orders?store_id={store}&overdue=true&sort=promised_at"),
    ("My jobs", "technician", "/v1/work-order-lines?technician_id=me&work_status=assigned,working,paused,failed"),
    ("Orders that I work on", "technician", "/v1/work-orders?technician_id=me"),
    ("All that a technician did", "manager", "/v1/work-order-lines?technician_id={technician}"),
    ("What stands still", "manager", "/v1/work-order-pauses?store_id={store}&running=true"),
    ("Orders short of a part", "manager", "/v1/work-order-lines?store_id={store}&supply=short"),
    ("Bays of a day", "manager", "/v1/bay-occupancies?store_id={store}&from={yesterday}&to={today}"),
    ("Bays now", "manager", "/v1/bay-occupancies?store_id={store}&standing=true"),
    ("Today's drives", "manager", "/v1/drives?store_id={store}&date={day}"),
    ("Loans late", "advisor", "/v1/loans/late?store_id={store}"),
    ("Who waits for help on the road", "manager", "/v1/rescues?store_id={store}&status=reported,dispatched,on_site"),
    ("Who is at work", "manager", "/v1/attendance/days?store_id={store}&date={day}"),
    ("Outside work that is out", "advisor", "/v1/sublets?store_id={store}&status=planned,sent&sort=due_at"),
    ("To be billed", "advisor", "/v1/work-orders?store_id={store}&status=completed"),
    ("Not solved, say the customers", "manager", "/v1/acceptances?store_id={store}&answer=not_solved"),
    ("Put off for a vehicle", "advisor", "/v1/vehicles/{vehicle}/deferred-lines"),
    ("Who is credited with which labour", "manager", "/v1/labour-credits?store_id={store}&from={month}&to={today}"),
    ("The wall", "advisor", "/v1/board?store_id={store}"),
    ("Overdue, all stores", "headquarters", "/v1/work-orders?overdue=true&sort=promised_at"),
    ("Cars in the yard, all stores", "headquarters", "/v1/receptions?in_yard=true"),
    ("What stands still, all stores", "headquarters", "/v1/work-order-pauses?running=true"),
]


def token(role, store):
    return {"advisor": f"load-token-{store}", "manager": f"load-manager-{store}", "technician": f"load-technician-{store}", "headquarters": "load-hq"}[role]


class Reader:
    """One connection, one request at a time."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, path, who):
        """(status, body, milliseconds)"""
        began = time.perf_counter()
        self.connection.request("GET", path, headers={"Authorization": "Bearer " + who})
        reply = self.connection.getresponse()
        text = reply.read()
        return reply.status, text, (time.perf_counter() - began) * 1000


def values(data, store):
    """What a path is filled with."""
    return {"store": key(2, store), "technician": key(4, 1000 + 4 * store), "vehicle": key(8, random.randrange(data.sizes["vehicles"] // STORES) * STORES + store), "day": data.day(900), "next_day": data.day(901),
            **{name: f"{data.day(n)}T00:00:00Z" for name, n in (("today", 900), ("tomorrow", 901), ("after", 902), ("yesterday", 899), ("month", 870))}}


def screens(daemon, data, count=30):
    """[title, rows, median ms, slowest ms] of each screen, each time of another store."""
    reader, rows = Reader(daemon.port), []
    for title, role, path in SCREENS:
        took, found = [], []
        for store in random.sample(range(STORES), count):
            status, text, ms = reader.get(path.format(**values(data, store)), token(role, store))
            if status != 200:
                raise SystemExit(f"{title}: {status} {text.decode()}")
            body = json.loads(text)
            found.append(len(body.get("data", [body])))
            took.append(ms)
        rows.append([title, statistics.median(found), statistics.median(took), max(took)])
        say(f"{title:<35} {rows[-1][1]:>4.0f} rows {rows[-1][2]:>8.2f} ms, the slowest {rows[-1][3]:>8.2f}")
    return rows


def ways(contract, operation):
    """Each sort and each value of an enumeration that a list takes, alone, and with `count`."""
    found = [{}]
    for parameter in operation.get("parameters", []):
        if "$ref" in parameter:
            parameter = contract["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]
        schema = parameter["schema"]
        while "$ref" in schema or schema.get("type") == "array":
            schema = schema["items"] if "items" in schema else contract["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        if parameter["in"] == "query" and not parameter.get("required"):
            choices = schema.get("enum") or (["true"] if schema.get("type") == "boolean" else [])
            found += [{parameter["name"]: value} for value in choices]
    return found


def sweep(daemon, data, contract, count=3):
    """Every list of the contract for a store's manager and for headquarters, in every way: tells the slow ones."""
    reader, asked, slow = Reader(daemon.port), 0, []
    for path, item in sorted(contract["paths"].items()):
        operation = item.get("get")
        names = [p.get("name") or p["$ref"].rsplit("/", 1)[1] for p in (operation or {}).get("parameters", [])]
        if not operation or "{" in path or not any("ursor" in name for name in names):
            continue
        for role in ("manager", "headquarters"):
            for way in ways(contract, operation):
                took = []
                for store in random.sample(range(STORES), count):
                    query = {"store_id": key(2, store), **way} if role == "manager" and "store_id" in names else way
                    for _ in range(2):  # what is slow with warm caches, too
                        status, _, ms = reader.get(path + "?" + urllib.parse.urlencode(query), token(role, store))
                    if status == 200:
                        took.append(ms)
                asked += len(took)
                if took and statistics.median(took) > SLOW:
                    slow.append((statistics.median(took), role, path, way))
    say(f"{asked} answers; slower than {SLOW} ms:")
    for ms, role, path, way in sorted(slow, key=lambda s: -s[0]):
        say(f"{ms:>9.1f} ms  {role:<12} {path} {urllib.parse.urlencode(way)}")
