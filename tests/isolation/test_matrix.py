# SPDX-License-Identifier: Apache-2.0
"""Every operation of the contract, asked by everybody for what is another store's.

What must come out stands in policy.yaml.  Whoever may call the operation in our store gets for theirs
what an id that names nothing gets; whoever may not is told so; and after all of it their rows are the
same, and nothing of theirs was said, neither by the daemon nor by one that checks no permission.
"""

import json
import pathlib

import pytest

from fettle import Contract, fettled, uuid7, wait_for
from samples import SAMPLES, today
from shapes import changed, fetch, members, plain
from world import CANARY, REFERENCES, UUID, Policy, plainly, twin

CONTRACT = Contract(json.loads((pathlib.Path(fettled()).parent / "generated/openapi.json").read_text(encoding="utf-8")))
OPERATIONS = sorted(CONTRACT.operations, key=lambda op: op.id)
POLICY = Policy()
KNOWN = [op for op in OPERATIONS if op.auth == "token"]
# They are about the caller's own session: each call needs another one.
OWN_SESSION = {"deleteSession", "changePassword", "setPin"}
# A key is never at work.
OF_PEOPLE = {"clockIn", "clockOut"}
# What is so already stays so: a paid order has closed by itself, a car stands on the bay it is put on.
SO_ALREADY = {"closeWorkOrder", "enterBayWorkOrder"}
# What they call it for goes on by itself, and is brought to rest first.
IN_MOTION = {"cancelImport"}
# Who may can still be told what else is needed: by the level of a check, by whose drive it is, or by the other's rank.
LIMITED = {"arriveRescue", "startDrive", "finishDrive", "abortDrive", "createQualityCheck", "passQualityCheck", "failQualityCheck", *POLICY.table["by_rank"]}
# Asking the chain for exactly one customer or vehicle.
LOOKUPS = {"lookupCustomer", "lookupVehicle"}
# What there is to find of theirs by typing it in.
TYPED = {"q", "plate", "phone", "vin", "number", "code", "username", "tag"}
MADE = {"customers": "customer", "vehicles": "vehicle", "appointments": "appointment", "receptions": "reception",
        "work-orders": "work_order", "settlements": "settlement", "payments": "payment", "complaints": "complaint",
        "demands": "demand", "stock-documents": "stock_document", "bins": "bin", "warehouses": "warehouse", "transfers": "transfer", "stocktakes": "stocktake", "stock-limits": "stock_limit", "waste-entries": "waste_entry", "core-deposits": "core_deposit", "bin-stock": "bin_stock", "bin-moves": "bin_move", "tasks": "task", "waste-collections": "waste_entry", "purchase-orders": "purchase_order", "sales-orders": "sales_order", "deposits": "deposit", "supplier-invoices": "supplier_invoice", "replenishment-runs": "replenishment_run", "staff": "staff", "transports": "transport", "loaner-cars": "loaner_car", "loans": "loan", "rescues": "rescue", "attendance": "attendance", "clock-entries": "clock_entry", "departments": "department", "routing-rules": "routing_rule", "tablets": "tablet"}
SCOPES = {"store": {"store", "region", "chain"}, "chain": {"chain"}, "known": {"store", "region", "chain"}}


def named(operations):
    return pytest.mark.parametrize("op", operations, ids=lambda op: op.id)


class Case:
    """One operation: our call of it, their call of it, and who asks."""

    def __init__(self, world, op, dice, thorough, unguarded=None):
        self.world, self.op, self.dice, self.thorough, self.unguarded = world, op, dice, thorough, unguarded
        self.level, self.roles = POLICY.rows[op.id]
        self.ours, self.theirs = world.our_store(), world.their_store()
        self.mine, self.foreign = SAMPLES[op.id](self.ours), SAMPLES[op.id](self.theirs)
        self.staff = world.everyone(self.ours.store.id)
        if op.id in IN_MOTION:
            client, path, body, options = self.foreign
            client.request(op.method, path, body, **options, expect=op.success)
        told = json.dumps([self.foreign[1:3], self.foreign[3].get("params")])
        ids = world.is_theirs({one.lower() for one in UUID.findall(told)}, self.theirs)
        # Each id of theirs, and one that names nothing in its place.
        self.nothing = {one: uuid7() for one in ids}
        self.bystanders = (self.theirs, world.theirs)
        self.tag = None
        if "{id}" in op.path and op.method in ("GET", "PATCH", "PUT"):
            client, path, _, options = self.foreign
            self.tag = client.get(path.removesuffix("/hours"), params=options.get("params"), expect=200).etag

    def ask(self, token, call, port=None, **more):
        _, path, body, options = call
        options = {**options, **more}
        options["headers"] = {**options.get("headers", {}), "Authorization": token and "Bearer " + token,
                              **(more.get("headers") or {})}
        reply = self.world.caller(port).request(self.op.method, path, body, **options)
        if port is None and 200 <= reply.status < 300 and not reply.replayed:
            self.is_traced(reply)
        return reply

    def is_traced(self, reply):
        """A change stands in the audit trail or is an event; unmasked phones and exact look-ups stand in
        the access log."""
        if self.op.described.get("x-access-log") or self.op.id in LOOKUPS:
            assert "access" in self.world.traces(reply), reply
        elif self.op.method != "GET" and self.op.id not in OWN_SESSION | SO_ALREADY:
            assert self.world.traces(reply) & {"audit", "event"}, reply

    def unknown(self):
        """Their call with ids that name nothing."""
        _, path, body, options = self.foreign
        raw = options.get("raw")
        rest = {k: v for k, v in options.items() if k != "raw"}
        path, body, rest = twin([path, body, rest], self.nothing)
        return None, path, body, {**rest, **({"raw": raw} if raw is not None else {})}

    def holder(self, who):
        return self.world.again(who) if self.op.id in OWN_SESSION else who

    def may(self, who):
        return self.level == "known" or who.role in self.roles and who.scope in SCOPES[self.level]

    def check(self, who, reply):
        """Let in, or told which permission is missing, as the table has it."""
        where = f"{who.role} of a {who.scope}: {reply}"
        closed = reply.code == "forbidden" and self.op.permissions[0] in reply["detail"]
        assert reply.status != 401 and closed != self.may(who), where
        assert closed or reply.status != 403 or self.op.id in LIMITED, where

    def actor(self):
        """The token of whoever makes the call in our store; where that is headquarters, of our manager."""
        if self.level == "chain":
            return next(who.token for who in self.staff if who.role == "store_manager")
        return self.mine[0].token

    def is_refused(self, reply):
        """As an id that names nothing: not found, or a list with nothing in it."""
        return (reply.status == 404 or reply.status == 422 and set(reply.errors.values()) <= {"not_found", "not_technician"}
                or self.op.method == "GET" and reply.status == 200 and reply.json.get("data") == [])

    def fingerprint(self):
        return self.world.fingerprint(*self.bystanders)

    def some(self, people, count):
        """All of them in a long run."""
        return people if self.thorough else self.dice.sample(people, min(count, len(people)))


def of_a_store(op):
    return POLICY.rows[op.id][0] != "chain"


def cell(applies=lambda op: True):
    """One column of the matrix; they run in the order they stand here, since the last ones use things up."""
    def register(function):
        CELLS.append((applies, function))
        return function
    return register


CELLS = []


@named(KNOWN)
def test_operation(world, unguarded, dice, long, op):
    case = Case(world, op, dice, long, unguarded)
    before = case.fingerprint()
    wrong = []
    for applies, ask in CELLS:
        if not applies(op) or not long and ask in BY_TURNS and dice.random() < 0.5:
            continue
        try:
            if ask in USING_UP:
                before = None
            ask(world, case, op)
        except AssertionError as error:
            wrong.append(f"{ask.__name__}: {error}")
        if before and (long or ask is LAST_TO_CHANGE_NOTHING):
            after = case.fingerprint()
            wrong += [f"{ask.__name__}: rows of {table} have changed" for table in after if after[table] != before[table]]
            before = after
        try:
            world.judge(*case.bystanders)
        except AssertionError as error:
            wrong.append(f"{ask.__name__}: told an id of theirs: {error}")
    assert not wrong, "\n".join(wrong)


# --- The table ---

def test_the_table_is_complete():
    assert set(POLICY.rows) == {op.id for op in OPERATIONS}
    assert {op.id for op in OPERATIONS} == set(SAMPLES)
    for op in OPERATIONS:
        level = POLICY.rows[op.id][0]
        assert (level in ("store", "chain", "known")) == (op.auth == "token"), op
        assert (level == "link") == (op.auth == "link"), op


def test_every_reference_has_a_meaning():
    """An id in a body or a query that no test knows how to take from another store."""
    found = set()
    for op in OPERATIONS:
        for pointer, schema in members(CONTRACT, op.body) if op.body else ():
            if plain(CONTRACT, schema)[0].get("format") == "uuid":
                found.add(next(p for p in reversed(pointer.split("/")) if not p.isdigit()))
        for p in op.parameters:
            if p["in"] == "query" and plain(CONTRACT, p["schema"])[0].get("format") in ("uuid", "me_or_id"):
                found.add(p["name"])
    assert found - {"id"} == set(REFERENCES)


# --- Who ---

@cell()
def strangers(world, case, op):
    """No token, one that is over, one that was taken back, one for another purpose: 401, whatever is asked."""
    staff = case.staff[0].staff
    tokens = [None, "x", world.link, world.token(), world.session(staff, expires="yesterday"), world.session(staff, revoked="yesterday"),
              world.key(op.permissions, [case.ours.store.id], revoked="yesterday"),
              world.key(op.permissions, [case.ours.store.id], expires="yesterday")]
    for token in tokens:
        for call in (case.foreign, case.mine):
            reply = case.ask(token, call)
            assert (reply.status, reply.code) == (401, "unauthenticated"), (tokens.index(token), reply)


@cell()
def outsiders(_, case, op):
    """Who may in our store, our region: theirs is like what names nothing.  Who may not is told so."""
    region = [who for who in case.world.headquarters if who.scope == "region"]
    may = [who for who in case.staff + region if case.may(who)]
    may_not = [who for who in case.staff + region if not case.may(who)]
    for who in case.some(may, 4) + case.some(may_not, 4):
        reply = case.ask(case.holder(who).token, case.foreign)
        case.check(who, reply)
        if case.may(who) and case.nothing:
            assert case.is_refused(reply) or op.id in LIMITED and reply.status == 403, (who.role, reply)
            nothing = case.ask(who.token, case.unknown())
            assert reply.status == nothing.status and twin(plainly(reply)[1], case.nothing) == plainly(nothing)[1], (reply, nothing)


@cell(lambda op: op.permissions)
def api_keys(world, case, op):
    """A key reaches as far as its stores and its scopes, and not beyond."""
    store = [case.ours.store.id]
    right = world.key(op.permissions, store)
    wrong = world.key([p for p in ("followup.handle", "catalog.read", "price.override") if p not in op.permissions][:1], store)
    assert case.ask(wrong, case.foreign).code == "forbidden"
    reply = case.ask(right, case.foreign)
    if case.level == "chain" or op.id in OF_PEOPLE:
        assert reply.code == "forbidden", reply
    else:
        assert reply.status not in (401, 403), reply
        assert not case.nothing or case.is_refused(reply), reply


@pytest.mark.parametrize("name, member, value, who", POLICY.table["when"], ids=lambda v: str(v) if isinstance(v, str) else "")
def test_a_body_that_needs_more(world, dice, name, member, value, who):
    case = Case(world, CONTRACT.by_id[name], dice, True)
    allowed = POLICY.roles(who) | {"hq_admin", "store_manager", "region_manager"}
    _, path, body, options = case.mine
    for person in case.staff:
        if not case.may(person):
            continue
        reply = case.ask(person.token, (None, path, {**body, member: value}, options))
        assert (reply.code == "forbidden") == (person.role not in allowed), (person.role, reply)


# --- What: ids of theirs everywhere ---

@cell(lambda op: op.body and of_a_store(op))
def their_ids_in_the_body(world, case, op):
    """In every member that refers to something, sent or left out by our call: as one that names nothing."""
    body = case.mine[2] or {}
    for pointer, schema in members(CONTRACT, op.body):
        name = next(p for p in reversed(pointer.split("/")) if not p.isdigit())
        if plain(CONTRACT, schema)[0].get("format") != "uuid" or not (own_kind(op) if pointer == "/id" else REFERENCES.get(name)):
            continue
        try:
            fetch(body, pointer.rsplit("/", 1)[0])
        except (KeyError, IndexError):
            continue
        theirs = world.treasure[own_kind(op) if name == "id" else REFERENCES[name]]
        _, path, _, options = case.mine
        reply = case.ask(case.actor(), (None, path, changed(body, pointer, theirs), options))
        if name == "id":  # ids are the chain's: it is taken, and no more is told
            assert reply.status >= 400, (pointer, reply)
            continue
        unknown = case.ask(case.actor(), (None, path, changed(body, pointer, uuid7()), options))
        assert reply.status >= 400 and plainly(reply) == plainly(unknown), (pointer, reply, unknown)


def own_kind(op):
    """The table of theirs that has an id like the one the operation makes, if it is one of a store."""
    return MADE.get(op.path.split("/")[2]) if op.path.count("/") == 2 else None


@cell(lambda op: any(p["in"] == "query" for p in op.parameters) and of_a_store(op))
def their_ids_in_the_query(world, case, op):
    """Filters by what is theirs find what filters by nothing find."""
    _, path, body, options = case.mine
    t = world.theirs
    for parameter in op.parameters:
        name = parameter["name"]
        schema, _ = plain(CONTRACT, parameter["schema"])
        pairs = []
        if parameter["in"] == "query" and schema.get("format") in ("uuid", "me_or_id") and REFERENCES[name]:
            pairs = [(world.treasure[REFERENCES[name]], uuid7())]
        elif parameter["in"] == "query" and name in TYPED:
            pairs = typed(world, t, name)
        for theirs, nothing in pairs:
            replies = [case.ask(case.actor(), (None, path, body, {**options, "params": {**options.get("params", {}), name: value}}))
                       for value in (theirs, nothing)]
            assert plainly(replies[0]) == plainly(replies[1]), replies


def typed(world, t, name):
    """(of theirs, of nobody) to type in."""
    code = world.rows("SELECT code FROM store WHERE id = %s", (t.store.id,))[0][0]
    phone, customer = world.rows("SELECT phone, name FROM customer WHERE id = %s", (world.treasure["customer"],))[0]
    plate, vin = world.rows("SELECT plate, vin FROM vehicle WHERE id = %s", (world.treasure["vehicle"],))[0]
    number = world.rows("SELECT number FROM work_order WHERE id = %s", (world.treasure["work_order"],))[0][0]
    found = {"plate": [(plate, "藏A00000")], "phone": [(phone, "17000000000")], "vin": [(vin, "LFVZZZZZ0M3000000")],
             "number": [(number, "XX99-WO-200101-0001")], "code": [(code, "XX99")], "username": [(f"{code}-advisor".lower(), "xx99")],
             "tag": [(customer, "nobody")]}
    # (so long an end of it that no number of ours ends so)
    return found.get(name) or [(phone[-8:], "XQZJ"), (plate, "藏A00000"), (vin[-8:], "ZZZZZZ"), (customer[:6], "xqzjv"),
                               (number, "XX99-WO-200101-0001")]


@cell(lambda op: op.method in ("GET", "PATCH", "PUT") and "{" in op.path)
def their_tag(world, case, op):
    """What they know of a version opens nothing, in whatever way the path is written."""
    if not case.nothing:
        return
    _, path, body, options = case.foreign
    if op.method != "GET" and not any(one in path.lower() for one in case.nothing):    # an object of the chain, and theirs in the body
        return
    tag = case.tag
    if op.method == "GET":
        calls = [("GET", path, {"headers": {"If-None-Match": tag}} if tag else {}), ("HEAD", path, {}), ("GET", path + "/", {}),
                 ("GET", path.replace("/v1/", "//v1//"), {}), ("GET", UUID.sub(lambda m: m[0].upper(), path), {}),
                 ("GET", UUID.sub(lambda m: f"%{ord(m[0][0]):02x}" + m[0][1:], path), {}),
                 ("GET", path + "/../" + path.rsplit("/", 1)[1], {})]
    else:
        calls = [(op.method, path, {"version": version}) for version in ("*", '"999"', tag)]
    for method, other, more in calls:
        headers = {**more.pop("headers", {}), "Authorization": "Bearer " + case.actor()}
        rest = {k: v for k, v in options.items() if k != "version"}
        reply = world.caller().request(method, other, body, **rest, **more, headers=headers)
        # a list of what belongs to nothing may also be empty; and what asks about their store in a parameter is told that it is not there
        named = reply.status == 422 and (reply.is_head or {(e.get("parameter") in options.get("params", {}), e["code"]) for e in reply.json["errors"]} == {(True, "not_found")})
        assert reply.status == 404 or named or reply.status == 200 and reply.json.get("data") == [], (method, other, more, reply)


# --- Row security alone ---

@cell()
def nothing_but_row_security(world, case, op):
    """The daemon that asks for no permission shows and changes nothing of theirs either."""
    unguarded = case.unguarded
    for who in case.some(case.staff, 2):
        who = case.holder(who)
        reply = case.ask(who.token, case.foreign, unguarded)
        assert reply.code != "forbidden" or op.permissions and op.permissions[0] not in reply["detail"], reply
        assert not case.nothing or reply.status >= 400 or reply.json.get("data") == [], reply
        if op.query("store_id") and op.method == "GET":
            params = {**case.mine[3].get("params", {}), "store_id": case.theirs.store.id}
            case.ask(who.token, (*case.mine[:3], {**case.mine[3], "params": params}), unguarded)
    body = case.mine[2]
    for pointer, schema in members(CONTRACT, op.body) if op.body and body else ():
        name = next(p for p in reversed(pointer.split("/")) if not p.isdigit())
        if plain(CONTRACT, schema)[0].get("format") == "uuid" and REFERENCES.get(name):
            try:
                call = (None, case.mine[1], changed(body, pointer, world.treasure[REFERENCES[name]]), case.mine[3])
            except (KeyError, IndexError):
                continue
            case.ask(case.actor(), call, unguarded)


LAST_TO_CHANGE_NOTHING = nothing_but_row_security


# --- What uses things up, or is told by them ---

@cell(lambda op: op.query("cursor") and of_a_store(op))
def their_cursor(world, case, op):
    """Where another one has stopped is no place for us to go on."""
    client, path, body, options = case.foreign
    for other in (client, world.chain.admin):
        page = world.chain.people.client().request(op.method, path, body, **{
            **options, "params": {**options.get("params", {}), "limit": 1}, "headers": {"Authorization": "Bearer " + other.token}})
        assert page.status == 200, page
        if page["next_cursor"]:
            call = (None, path, body, {**options, "params": {**options.get("params", {}), "limit": 1, "cursor": page["next_cursor"]}})
            assert case.ask(case.actor(), call).status in (400, 404, 422)
        if op.query("after_position") and page["position"]:
            call = (None, path, body, {**options, "params": {**options.get("params", {}), "after_position": page["position"]}})
            case.ask(case.actor(), call)


@cell(lambda op: op.method == "POST" and op.described.get("x-idempotent", True) and of_a_store(op) and op.id not in IN_MOTION)
def their_key(world, case, op):
    """An Idempotency-Key that they have used answers us nothing of theirs."""
    key = uuid7()
    first = case.foreign[0].request(op.method, *case.foreign[1:3], **case.foreign[3], key=key)
    assert first.status == op.success, first
    mine = case.ask(case.actor(), case.foreign, key=key)
    assert not mine.replayed
    if case.nothing:
        assert case.is_refused(mine), mine
        mine = case.ask(case.actor(), case.mine, key=key)
    assert mine.status == op.success and not mine.replayed, mine


@cell()
def insiders(world, case, op):
    """Who may in our store gets through to ours, who may in the chain to theirs; nobody else."""
    chain = [who for who in world.headquarters if who.scope == "chain"]
    plain_client = world.chain.people.client()
    for who in case.some([who for who in chain if case.may(who)], 3) + case.some([who for who in chain if not case.may(who)], 3):
        _, path, body, options = case.foreign
        headers = {**options.get("headers", {}), "Authorization": "Bearer " + case.holder(who).token}
        reply = plain_client.request(op.method, path, body, **{**options, "headers": headers})
        case.check(who, reply)
        assert op.method != "GET" or not case.may(who) or reply.status == op.success, (who.role, reply)
    for who in case.some(case.staff, 6):
        case.check(who, case.ask(case.holder(who).token, case.mine))


# A short run asks these of every other operation, of others each time.
BY_TURNS = {api_keys, their_cursor, their_key, their_tag}
USING_UP = {their_cursor, their_key, insiders}


# --- What is told without asking about anything ---

@named([op for op in OPERATIONS if op.auth == "none" and op.method == "GET"])
def test_open_doors(world, op):
    """What needs no token tells nothing of anybody."""
    _, path, body, options = SAMPLES[op.id](world.our_store())
    assert world.caller().request(op.method, path, body, **options).status == 200
    world.judge(world.theirs)


def test_a_session_is_no_link(world):
    token = world.everyone(world.our_store().store.id)[0].token
    assert world.caller().get("/v1/public/" + token).status == 404


def test_kpis_count_what_is_visible(world):
    """What happened in their store is in none of our figures, and is in those of headquarters."""
    store = world.our_store().store
    kpis = [kpi["id"] for kpi in store.manager.get("/v1/kpis", params={"limit": 200}, expect=200).data]
    query = {"kpi": kpis, "from": today(-1), "to": today(1), "limit": 200}
    ours = store.manager.get("/v1/kpi-values", params=query, expect=200).data
    assert not [row for row in ours if row["n"] or row["numerator"]], ours
    world.judge(world.theirs)
    wait_for(lambda: any(row["numerator"] for row in world.chain.admin.get("/v1/kpi-values", params={
        **query, "store_id": world.theirs.store.id}, expect=200).data))


# --- The ground that all of it stands on ---

def test_it_asks_for_no_permission(world, unguarded):
    """The daemon of the test above really is without them, and the real one is not."""
    ours = world.our_store()
    technician = next(who for who in world.everyone(ours.store.id) if who.role == "technician")
    headers = {"Authorization": "Bearer " + technician.token}
    assert world.caller().get("/v1/settlements", headers=headers).status == 403
    assert world.caller(unguarded).get("/v1/settlements", headers=headers).status == 200
    assert world.caller(unguarded).get("/v1/api-keys", headers=headers).data == []


def test_the_real_daemon_has_no_trace_of_it():
    binary = pathlib.Path(fettled())
    assert b"unguarded" not in binary.read_bytes()
    assert b"unguarded" in binary.with_name("fettled_unguarded").read_bytes()


def test_a_canary_is_found():
    """The search that all of the above rests on."""
    for text in ("KNARY12AB", '"phone":"177****0042"', "17712345678", "藏KA1234", "x LFVKNARY0M3000001"):
        assert CANARY.search(text), text
    for text in ("canary", uuid7()[:8] + "-17712345678", "18712345678", "117712345678", "沪A12345"):
        assert not CANARY.search(text), text
