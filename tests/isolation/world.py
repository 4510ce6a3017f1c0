# SPDX-License-Identifier: Apache-2.0
"""Two stores: ours asks, theirs carries a canary in every text; and everyone who could ask."""

import base64
import collections
import copy
import hashlib
import itertools
import json
import random
import re
import secrets

import yaml
from psycopg2.extras import execute_values

from fettle import NUMBERS, Chain, Client, People, ROOT, uuid7, wait_for
from samples import PICTURE, ago
from shapes import plain
from trade import Trade

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
# What stands in every text of theirs: the word, their phones (masked too), plates and VINs.
CANARY = re.compile(r"knary[0-9a-z]*|(?<![0-9a-f-])177\d{8}(?![0-9a-f-])|177\*+\d*|藏K[A-Z0-9]+|LFVKNARY\w+", re.I)
# Our phones, where they are not masked.
PHONE = re.compile(r"(?<![0-9a-f-])18\d{9}(?![0-9a-f-])")
# Texts that a canary in their place would make wrong, not longer.
KEPT = {"password", "current", "new", "token", "username", "vin"}

# Tables that belong to the chain, and those of a store that do not say so themselves.
CHAIN = {
    "customer_twin", "part_barcode", "part_replacement", "part_fitment", "supplier", "supplier_qualification", "supplier_offer", "central_purchase", "markup_matrix", "markup_band",
    "package", "package_revision", "package_item", "operation_requirement", "operation_evidence", "operation_check",
    "region", "operation", "part", "event_consumer", "schema_migration", "reference_data", "public_holidays",
    "vpic_wmi", "vpic_pattern", "vpic_wmi_schema", "vpic_model_make", "wmi_cn", "survey_template", "survey_question", "kpi",
    "price_list", "listed_price", "price_change", "price_adjustment", "price_adjustment_line", "key_part_kind", "waste_kind", "part_file", "part_epc_reference", "inspection_template", "inspection_template_item", "fault_code",
    "audit_class", "api_key", "api_key_use", "login_failure", "guarantee_rule"}
BELONGS = {
    "store": "id = ANY (%(stores)s)",
    "customer": "id IN (SELECT customer_id FROM customer_store WHERE store_id = ANY (%(stores)s))",
    "part_batch": "id IN (SELECT batch_id FROM batch_stock WHERE store_id = ANY (%(stores)s))",
    "customer_contact": "customer_id IN (SELECT customer_id FROM customer_store WHERE store_id = ANY (%(stores)s))",
    "customer_consent": "customer_id IN (SELECT customer_id FROM customer_store WHERE store_id = ANY (%(stores)s))",
    "vehicle": "id IN (SELECT vehicle_id FROM vehicle_store WHERE store_id = ANY (%(stores)s))",
    "vehicle_owner": "vehicle_id IN (SELECT vehicle_id FROM vehicle_store WHERE store_id = ANY (%(stores)s))",
    "vehicle_plate": "vehicle_id IN (SELECT vehicle_id FROM vehicle_store WHERE store_id = ANY (%(stores)s))",
    "odometer_reading": "vehicle_id IN (SELECT vehicle_id FROM vehicle_store WHERE store_id = ANY (%(stores)s))",
    "staff_grant": "staff_id IN (SELECT id FROM staff WHERE store_id = ANY (%(stores)s))",
    "credential": "staff_id IN (SELECT id FROM staff WHERE store_id = ANY (%(stores)s))",
    "tablet_secret": "tablet_id IN (SELECT id FROM tablet WHERE store_id = ANY (%(stores)s))",
    "session": "staff_id IN (SELECT id FROM staff WHERE store_id = ANY (%(stores)s))",
    "idempotency": "actor_id IN (SELECT id FROM staff WHERE store_id = ANY (%(stores)s))",
    "import_row": "import_id IN (SELECT id FROM import_job WHERE store_id = ANY (%(stores)s))"}

# Which row a member or parameter refers to, by its name; None: a row of the chain.
REFERENCES = {
    "actor_id": "staff", "assignee_id": "staff", "advisor_id": "staff", "after": "event", "appointment_id": "appointment", "bay_id": "bay", "bin_id": "bin", "from_bin_id": "bin", "to_bin_id": "bin",
    "concern_id": "reception_concern", "department_id": "department", "department_ids": "department", "into_id": "department", "lead_id": "staff", "customer_id": "customer", "driver_id": "staff", "loaner_car_id": "loaner_car", "document_id": "stock_document", "estimate_id": "estimate", "guarantee_id": "guarantee", "hold_id": "slot_hold", "keep_id": "customer",
    "labour_line_id": "work_order_line", "line_id": "work_order_line", "lines": "work_order_line", "merge_id": "customer", "operation_id": None,
    "operation_ids": None, "part_ids": None, "option_id": "estimate_option", "owner_id": "staff", "package_id": None, "package_ids": None, "part_id": None, "key_part_kind_id": None, "kind_id": None, "price_list_id": None, "removed": None, "question_id": None, "received_by": "staff",
    "reception_id": "reception", "region_id": None, "revives_line_id": "work_order_line", "revives_elsewhere_id": "work_order_line", "row_id": "work_order", "settlement_id": "settlement",
    "signature_file_id": "file", "staff_id": "staff", "customer_signature_file_id": "file", "technician_signature_file_id": "file", "file_ids": "file",
    "document_file_id": "file", "file_id": "file", "store_signature_file_id": "file",
    "fits_vehicle_id": "vehicle", "from_store_id": None, "transfer_id": "transfer", "stocktake_id": "stocktake", "batch_id": "part_batch", "line_ids": "replenishment_line", "document_line_id": "stock_document_line", "supplier_id": None, "purchase_order_id": "purchase_order", "purchase_order_line_id": "purchase_order_line", "demand_id": "demand", "sales_order_id": "sales_order", "template_id": None, "item_id": None, "finding_id": "inspection_finding", "store_id": "store", "store_ids": "store", "subject_id": "reception",
    "technician_id": "staff", "vehicle_id": "vehicle", "warehouse_id": "warehouse", "work_order_id": "work_order",
    "work_order_line_id": "work_order_line"}


class Policy:
    """policy.yaml: {operation: (level, roles)}."""

    def __init__(self):
        text = (ROOT / "tests/isolation/policy.yaml").read_text(encoding="utf-8")
        self.table = yaml.safe_load(text)
        self.rows = {}
        for level in ("nobody", "link", "known"):
            for name in self.table[level]:
                self.add(name, level, set())
        for level in ("chain", "store"):
            for entry in self.table[level]:
                roles = self.roles(entry["who"]) | ({"hq_admin", "store_manager", "region_manager"} if level == "store" else {"hq_admin"})
                for name in entry["may"]:
                    self.add(name, level, roles)

    def add(self, name, level, roles):
        assert name not in self.rows, f"policy.yaml has {name} twice"
        self.rows[name] = (level, roles)

    def roles(self, names):
        """Groups written out."""
        groups = self.table["groups"]
        return set().union(*(self.roles(groups[n]) if n in groups else {n} for n in names))


class Journal:
    """One line before each request and one after it, on the disk at once; kept when a test fails."""

    def __init__(self, path):
        self.path = path
        self.count = itertools.count(1)
        self.file = open(path, "w", encoding="utf-8", buffering=1)  # pylint: disable=consider-using-with

    def write(self, **fields):
        self.file.write(json.dumps(fields, ensure_ascii=False) + "\n")

    def close(self, keep):
        self.file.close()
        if keep:
            print(f"\nthe journal: {self.path}")
        else:
            self.path.unlink()


class Ours(Client):
    """Somebody who must see nothing of theirs: every reply is searched, and its ids are kept for asking
    the database whose they are."""

    journal = None
    seen = {}
    lenient = False

    def request(self, method, path, json_body=None, **options):
        told = json.dumps([path, json_body, options.get("params"), options.get("headers"), options.get("version")],
                          ensure_ascii=False, default=repr)
        number = next(self.journal.count)
        self.journal.write(n=number, method=method, port=self.port, told=told)
        reply = super().request(method, path, json_body, **options)
        self.journal.write(n=number, status=reply.status, sha256=hashlib.sha256(reply.body).hexdigest())
        answer = reply.body.decode(errors="replace") + str(reply.headers)
        known = {word.lower() for word in CANARY.findall(told)}
        leaked = {word.lower() for word in CANARY.findall(answer)} - known
        assert not leaked, f"{leaked} is theirs: {told} -> {reply}"
        operation = self.contract.find(method, path.split("?")[0])
        if not operation or not operation.described.get("x-access-log"):
            unmasked = set(PHONE.findall(answer)) - set(PHONE.findall(told))
            assert not unmasked, f"{unmasked} is not masked: {told} -> {reply}"
        for found in set(UUID.findall(answer)) - set(UUID.findall(told)):
            self.seen.setdefault(found.lower(), f"{told} -> {reply}")
        return reply

    def check(self, reply, sent):
        if not self.lenient:
            super().check(reply, sent)


class Theirs(Client):
    """Somebody of the other store: a canary goes into every text that is sent, also into those that
    the caller left out."""

    def request(self, method, path, json_body=None, **options):
        operation = self.contract.find(method, path)
        if not self.store or method == "GET" or not operation:
            return super().request(method, path, json_body, **options)
        options = copy.copy(options)
        if options.get("raw") is not None:
            options["raw"] = planted_file(options["raw"])
        if "params" in options:
            texts = {p["name"] for p in operation.parameters if p["in"] == "query" and is_free(self.contract, p["schema"])}
            options["params"] = {**options["params"], **{name: canary() for name in texts if name != "cursor"}}
        if json_body is None or not operation.body:
            return super().request(method, path, json_body, **options)
        expect = options.pop("expect", None)
        reply = super().request(method, path, plant(self.contract, operation.body, json_body, True), **options)
        if reply.status in (409, 422):  # one of the members it added does not go with the others
            reply = super().request(method, path, plant(self.contract, operation.body, json_body, False), **options)
        if reply.status == 422:  # a code names something that is there
            reply = super().request(method, path, plant(self.contract, operation.body, json_body, False, KEPT | {"code"}), **options)
        assert expect in (None, reply.status), f"expected {expect}: {reply}"
        return reply


canaries = itertools.count(random.randrange(36 ** 4, 36 ** 5))


def canary(prefix="knary"):
    number, text = next(canaries), ""
    while number:
        number, digit = divmod(number, 36)
        text = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + text
    return prefix + text


def is_free(contract, schema):
    """A text that anything may stand in."""
    schema, _ = plain(contract, schema)
    return (schema.get("type") == "string" and "enum" not in schema and schema.get("maxLength", 500) >= 10
            and schema.get("format") in (None, "code"))


def plant(contract, schema, value, whole, kept=KEPT):
    """The value with a canary in each free text; if whole, also where an optional one was left out."""
    schema, _ = plain(contract, schema)
    if isinstance(value, dict):
        value = dict(value)
        for name, sub in schema.get("properties", {}).items():
            if name in kept:
                continue
            if name in value:
                value[name] = plant(contract, sub, value[name], whole, kept)
            elif whole:
                kind, _ = plain(contract, sub)
                if is_free(contract, sub):
                    value[name] = canary()
                elif kind.get("type") == "array" and is_free(contract, kind["items"]):
                    value[name] = [canary()]
                elif kind.get("type") == "object" and "properties" not in kind:
                    value[name] = {canary(): canary()}
        return value
    if isinstance(value, list):
        return [plant(contract, schema["items"], item, whole, kept) for item in value]
    if not isinstance(value, str) or not is_free(contract, schema) or value.isdigit() or CANARY.search(value):
        return value
    return canary() + value[value.find("@"):] if "@" in value else canary()


def planted_file(raw):
    if raw.startswith(PICTURE[:8]):
        return raw + canary().encode()
    return raw.replace("王芳".encode(), canary().encode()).replace("次".encode(), canary().encode())


class TheirChain(Chain):
    """Headquarters as their samples meet it: phones, plates and VINs are canaries."""

    def phone(self):
        phone = f"177{next(NUMBERS) * 7368787 % 10 ** 8:08}"
        self.people.book.secrets.add(phone)
        return phone

    def plate(self):
        digits, n = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", next(NUMBERS) * 7368787 % 34 ** 5
        return "藏K" + "".join(digits[n // 34 ** i % 34] for i in range(5))

    def vin(self, model="KNARY"):
        return super().vin(model)


class OurChain(Chain):
    def phone(self):
        return "18" + super().phone()[2:]

    def plate(self):
        return "沪" + super().plate()[1:]


Who = collections.namedtuple("Who", "role scope token staff")


class World:
    """One for each process of a run."""

    def __init__(self, port, db, contract, book, journal):
        self.port, self.db, self.contract, self.book = port, db, contract, book
        self.policy = Policy()
        self.seen = {}
        ours = type("Ours", (Ours,), {"journal": journal, "seen": self.seen})
        self.kind = ours
        self.chain = OurChain(People(db, port, contract, book))
        self.our_people = People(db, port, contract, book, ours)
        self.their_people = People(db, port, contract, book, Theirs)
        self.region = self.chain.region()
        self.callers = {}
        self.headquarters = self.everyone(None)
        self.belonging = self.tables()
        # a comeback is of the store that does it again, and of the one that did it first and is charged
        self.belonging["comeback"] = ("(store_id = ANY (%(stores)s::uuid[]) OR of_store_id = ANY (%(stores)s::uuid[]))", True)
        self.theirs = self.their_store()
        self.treasure = self.bury()

    def rows(self, statement, arguments=None):
        with self.db.cursor() as cursor:
            cursor.execute(statement, arguments)
            return cursor.fetchall()

    # --- Stores and people ---

    def our_store(self):
        chain = OurChain(self.our_people)
        chain.__dict__.update(admin=self.chain.admin, purchaser=self.chain.purchaser)
        return Trade(chain.store(self.region))

    def their_store(self):
        chain = TheirChain(self.their_people)
        region = self.chain.region()
        chain.__dict__.update(admin=self.chain.admin, purchaser=self.chain.purchaser)
        return Trade(chain.store(region, code=canary("KNARY").upper()[:12], name=canary(), phone=chain.phone(),
                                 address=canary(), licence_number=canary(), metadata={"note": canary()}))

    def everyone(self, store):
        """A holder of each role in this store, or in our region and in the chain."""
        names = yaml.safe_load((ROOT / "api-spec/permissions.yaml").read_text(encoding="utf-8"))["roles"]
        scopes = [("store", store, None)] if store else [("region", None, self.region), ("chain", None, None)]
        found = [Who(role, scope, self.token(), uuid7()) for role in names if role != "everyone"
                 for scope, *_ in scopes]
        where = {scope: (of, region) for scope, of, region in scopes}
        with self.db.cursor() as cursor:
            execute_values(cursor, "INSERT INTO staff (id, store_id, name, username, created_at, updated_at) VALUES %s",
                           [(w.staff, store, w.role, uuid7()) for w in found], "(%s, %s, %s, %s, now(), now())")
            execute_values(cursor, "INSERT INTO staff_grant (id, staff_id, role, scope, store_id, region_id, created_at) VALUES %s",
                           [(uuid7(), w.staff, w.role, w.scope, *where[w.scope]) for w in found], "(%s, %s, %s, %s, %s, %s, now())")
            execute_values(cursor, "INSERT INTO session (id, token_hash, staff_id, created_at, expires_at) VALUES %s",
                           [(uuid7(), hashlib.sha256(w.token.encode()).digest(), w.staff) for w in found],
                           "(%s, %s, %s, now(), now() + interval '1 hour')")
        return found

    def token(self):
        token = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
        self.book.secrets.add(token)
        return token

    def again(self, who):
        """The same person with a session of its own."""
        return who._replace(token=self.chain.people.session(who.staff))

    def session(self, staff, **columns):
        """A token with a session that is not as it should be."""
        token = self.token()
        with self.db.cursor() as cursor:
            cursor.execute("INSERT INTO session (id, token_hash, staff_id, created_at, expires_at, revoked_at)"
                           " VALUES (%s, %s, %s, now() - interval '13 hours', %s, %s)",
                           (uuid7(), hashlib.sha256(token.encode()).digest(), staff,
                            columns.get("expires", "tomorrow"), columns.get("revoked")))
        return token

    def key(self, scopes, stores, **columns):
        """A token of an API key."""
        token = self.token()
        with self.db.cursor() as cursor:
            cursor.execute("INSERT INTO api_key (id, token_hash, name, hint, scopes, store_ids, created_by, created_at,"
                           " updated_at, expires_at, revoked_at) VALUES (%s, %s, 'key', 'k', %s, %s::uuid[], %s, now(), now(), %s, %s)",
                           (uuid7(), hashlib.sha256(token.encode()).digest(), scopes, stores, self.chain.admin.id,
                            columns.get("expires"), columns.get("revoked")))
        return token

    def caller(self, port=None):
        """One connection that everybody's requests go over."""
        port = port or self.port
        if port not in self.callers:
            self.callers[port] = self.kind(port, self.contract, self.book)
            self.callers[port].lenient = port != self.port
        return self.callers[port]

    # --- Their rows ---

    def tables(self):
        """{table: which of its rows are of some stores}; a table that nobody has thought of stops the run."""
        found = {}
        for table, has_store, has_id in self.rows("""
                SELECT c.relname, bool_or(a.attname = 'store_id'), bool_or(a.attname = 'id' AND a.atttypid = 'uuid'::regtype)
                  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                 GROUP BY c.relname"""):
            if table in CHAIN:
                continue
            assert has_store or table in BELONGS, f"how do the rows of {table} belong to a store?"
            found[table] = (BELONGS.get(table) or "store_id = ANY (%(stores)s)", has_id)
        return found

    def fingerprint(self, *trades):
        """{table: md5 of the rows of these stores}, once the jobs have seen all that happened there."""
        stores = [t.store.id for t in trades]
        wait_for(lambda: self.is_quiet(stores), 60)
        return dict(self.rows(" UNION ALL ".join(
            f"SELECT '{table}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t WHERE {condition}"
            for table, (condition, _) in self.belonging.items()),
            {"stores": f"{{{','.join(stores)}}}"}))

    def is_quiet(self, stores):
        return self.rows("""
            SELECT NOT EXISTS (SELECT FROM event e, event_consumer c WHERE e.store_id = ANY (%(stores)s::uuid[])
                                  AND (e.position, e.id) > (c.position, coalesce(c.last_id, e.id)))
               AND NOT EXISTS (SELECT FROM import_job j WHERE j.store_id = ANY (%(stores)s::uuid[])
                                  AND j.status NOT IN ('done', 'failed', 'cancelled'))
               AND NOT EXISTS (SELECT FROM work_order w WHERE w.store_id = ANY (%(stores)s::uuid[])
                                  AND w.status = 'delivered' AND w.paid)
               AND NOT EXISTS (SELECT FROM estimate s JOIN work_order w ON w.id = s.work_order_id WHERE s.store_id = ANY (%(stores)s::uuid[])
                                  AND s.status = 'sent' AND w.status IN ('completed', 'settled', 'delivered', 'closed', 'cancelled'))""",
                         {"stores": f"{{{','.join(stores)}}}"})[0][0]

    def is_theirs(self, ids, *trades):
        """Those of these ids that are rows of these stores."""
        arguments = {"stores": "{%s}" % ",".join(t.store.id for t in trades), "ids": "{%s}" % ",".join(ids)}
        return {row for (row,) in self.rows(" UNION ".join(
            f"SELECT id::text FROM {table} WHERE id = ANY (%(ids)s::uuid[]) AND {condition}"
            for table, (condition, has_id) in self.belonging.items() if has_id), arguments)} if ids else set()

    def traces(self, reply):
        """Where a request stands in writing: audit trail, access log, events."""
        arguments = {"id": reply.headers["Request-Id"]}
        return {kind for (kind,) in self.rows(
            "SELECT 'audit' FROM audit_entry WHERE request_id = %(id)s UNION SELECT 'access' FROM access_log"
            " WHERE request_id = %(id)s UNION SELECT 'event' FROM event WHERE request_id = %(id)s", arguments)}

    def judge(self, *trades):
        """Nothing that we were told is an id of theirs."""
        found, told = self.is_theirs(set(self.seen), *trades), dict(self.seen)
        self.seen.clear()
        assert not found, [told[one] for one in found][:3]

    def bury(self):
        """{table: id}, one row of theirs in every table that a request may refer to."""
        t = self.theirs
        self.link = t.survey()["token"]
        t.complaint("assign")
        part = t.part()["id"]
        t.stock_up(part)
        t.demand(part)
        t.transfer()
        t.stocktake()
        t.purchase('send')
        t.sale('ship')
        t.deposit()
        t.supplier_invoice()
        t.tracked()
        t.replenishment()
        t.core()
        t.bin_move()
        t.waste()
        t.task()
        t.stock_limit()
        t.sent_estimate()
        t.approval()
        t.inspection('submit')
        t.sublet()
        t.drive()
        t.loan()
        t.rescue()
        t.attendance()
        t.clock(t.started(), started_at=ago(hours=3), ended_at=ago(hours=2))
        t.routing_rule()
        t.tablet()
        t.comeback()
        customer = t.customer()["id"]
        vehicle = t.vehicle(customer, vin=t.chain.vin())
        t.appointment(customer, vehicle["id"])
        t.store.advisor.post(f"/v1/slot-holds/{t.hold()['id']}/release", expect=200)  # else it expires under our eyes
        t.store.parts.post("/v1/bins", {"store_id": t.store.id, "code": "A-01"}, expect=201)
        reception = t.reception(customer, vehicle["id"])
        t.store.advisor.post("/v1/files", raw=PICTURE, headers={"Content-Type": "image/png"},
                             params={"subject_type": "reception", "subject_id": reception["id"]}, expect=201)
        found = {}
        for table in sorted({t for t in REFERENCES.values() if t} | {"deposit", "approval", "stock_limit", "waste_entry", "core_deposit", "bin_stock", "bin_move", "task", "supplier_invoice", "replenishment_run", "complaint", "survey", "demand", "payment", "reservation", "sublet", "transport", "drive", "loan", "rescue", "attendance", "clock_entry", "routing_rule", "tablet"}):
            row = self.rows(f"SELECT id FROM {table} WHERE {self.belonging[table][0]} ORDER BY id DESC LIMIT 1",
                            {"stores": f"{{{t.store.id}}}"})
            assert row, f"the treasure has no {table}"
            found[table] = row[0][0]
        return found


def twin(value, names):
    """The same with other ids in place of these: what an id that names nothing would look like."""
    text = json.dumps(value, ensure_ascii=False)
    for name, other in names.items():
        text = re.sub(name, other, text, flags=re.I)
    return json.loads(text)


def plainly(reply):
    """What a reply says, without what differs between any two of them."""
    if reply.is_head or not reply.body or not (reply.headers.get("Content-Type") or "").endswith("json"):
        return reply.status, reply.body
    body = {k: v for k, v in reply.json.items() if k not in ("request_id", "position")}
    return reply.status, body
