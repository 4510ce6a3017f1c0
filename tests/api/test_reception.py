# SPDX-License-Identifier: Apache-2.0
"""Reception: a vehicle arrives, is greeted, checked, and handed over."""

import datetime

import psycopg2
import pytest

import slots
from fettle import at_once, uuid7, wait_for
from trade import CONSENT, HANDED_BACK, PICTURE, Trade


@pytest.fixture
def parties(store):
    """A customer of the store and the vehicle."""
    customer = store.advisor.post("/v1/customers", {"kind": "person", "name": "王芳", "phone": store.chain.phone()},
                                  expect=201)["id"]
    vehicle = store.advisor.post("/v1/vehicles", {"plate": store.chain.plate(), "customer_id": customer},
                                 expect=201)["id"]
    return {"customer_id": customer, "vehicle_id": vehicle}


@pytest.fixture
def appointment(store, parties):
    """One for tomorrow at ten, confirmed."""
    store.tech1  # pylint: disable=pointless-statement
    made = store.advisor.post("/v1/appointments", {
        "store_id": store.id, **parties, "channel": "web",
        "starts_at": slots.at(10)}, expect=201)
    return store.advisor.post(f"/v1/appointments/{made['id']}/confirm", {}, expect=200)


def enabled(reply):
    return [a["verb"] for a in reply["actions"] if a["enabled"]]


def test_from_the_door_to_the_keys(store, parties, sql):
    """E1, E2: waiting, greeted within three minutes, checked, handed over."""
    reception = store.advisor.post("/v1/receptions", {
        **parties, "odometer_km": 42180, "concerns": ["刹车异响", "保养"], "old_parts": "taken_back",
        "contact": {"name": "司机", "phone": "139 0000 2222"}}, expect=201)
    path = f"/v1/receptions/{reception['id']}"
    assert reception.headers["Location"] == path
    assert reception["number"].startswith(f"{store.code}-RC-")
    assert (reception["status"], enabled(reception)) == ("waiting", ["greet", "leave"])
    assert [(c["position"], c["text"]) for c in reception["concerns"]] == [(1, "刹车异响"), (2, "保养")]
    assert (reception["contact_name"], reception["contact_phone"]) == ("司机", "139****2222")
    assert (reception["greeted_after_seconds"], reception["photos"]) == (None, [])
    refused = store.advisor.post(path + "/hand-over", {})
    assert (refused.status, refused["state"], refused["allowed"]) == (409, "waiting", ["greet", "leave"])
    sql("UPDATE reception SET arrived_at = arrived_at - interval '170 seconds' WHERE id = %s", (reception["id"],))
    greeted = store.advisor.post(path + "/greet", {}, expect=200)
    assert greeted["status"] == "greeted" and 170 <= greeted["greeted_after_seconds"] < 200
    assert store.advisor.post(path + "/start-check", {}, expect=200)["status"] == "checking"
    done = store.advisor.post(path + "/hand-over", {}, expect=200)
    assert (done["status"], done["version"], done["greeted_at"]) == ("handed_over", 4, greeted["greeted_at"])
    vehicle = store.advisor.get(f"/v1/vehicles/{parties['vehicle_id']}", expect=200)
    assert vehicle["odometer_km"] == 42180
    events = sql("SELECT type FROM event WHERE subject_id = %s ORDER BY position, id", (reception["id"],))
    assert [e[0] for e in events] == ["reception.opened", "reception.greeted", "reception.checking",
                                      "reception.handed_over"]


def test_some_leave(store, parties):
    """E2: who leaves without service says why; the list can be asked for them."""
    staying = store.advisor.post("/v1/receptions", {**parties, "odometer_km": 1}, expect=201)
    leaving = store.advisor.post("/v1/receptions", {**parties, "odometer_km": 1}, expect=201)
    path = f"/v1/receptions/{leaving['id']}/leave"
    assert store.advisor.post(path, {}).errors == {"/reason": "required"}
    left = store.advisor.post(path, {"reason": "wait_too_long", "note": "等了一小时"}, expect=200)
    assert (left["status"], left["reason"], enabled(left), bool(left["left_at"])) == (
        "left_without_service", "wait_too_long", [], True)
    assert store.advisor.post(path, {"reason": "price"}).code == "illegal_transition"
    assert [r["id"] for r in store.advisor.pages("/v1/receptions", status="left_without_service")] == [leaving["id"]]
    assert [r["id"] for r in store.advisor.pages("/v1/receptions", store_id=store.id, limit=1)] == [
        leaving["id"], staying["id"]]


def test_who_was_booked_is_received(store, appointment, parties):
    """E1: with an appointment the customer and the vehicle are its own; it becomes converted, once."""
    store.advisor.post(f"/v1/appointments/{appointment['id']}/arrive", {}, expect=200)
    body = {"appointment_id": appointment["id"], "odometer_km": 9}
    wrong = store.advisor.post("/v1/receptions", {**body, "customer_id": uuid7()})
    assert (wrong.status, wrong.errors) == (422, {"/customer_id": "bad_value"})
    replies = at_once(*[lambda: store.advisor.post("/v1/receptions", body)] * 6)
    assert sorted(r.status for r in replies) == [201] + [409] * 5
    reception = [r for r in replies if r.status == 201][0]
    assert (reception["customer_id"], reception["vehicle_id"]) == (parties["customer_id"], parties["vehicle_id"])
    assert {(r.code, r["state"]) for r in replies if r.status == 409} == {("illegal_transition", "converted")}
    now = store.advisor.get(f"/v1/appointments/{appointment['id']}", expect=200)
    assert (now["status"], now["reception_id"], now["late_minutes"]) == ("converted", reception["id"], 0)
    unknown = store.advisor.post("/v1/receptions", {**body, "appointment_id": uuid7()})
    assert (unknown.status, unknown.errors) == (422, {"/appointment_id": "not_found"})


def test_the_counters_one_call(store, chain):
    """E1: phone and plate are enough; the next time the same person and vehicle are found."""
    phone, plate = chain.phone(), chain.plate()
    body = {"store_id": store.id, "plate": plate, "customer": {"name": "李雷", "phone": phone},
            "contact": {"name": "韩梅梅"}, "odometer_km": 100, "concerns": ["换机油"]}
    first = store.advisor.post("/v1/check-ins", body, expect=201)
    assert first.headers["Location"] == f"/v1/receptions/{first['id']}"
    assert (first["status"], first["customer"]["name"], first["vehicle"]["plate"], first["contact_name"]) == (
        "waiting", "李雷", plate, "韩梅梅")
    assert [c["text"] for c in first["concerns"]] == ["换机油"]
    other = chain.store()
    second = other.advisor.post("/v1/check-ins", {**body, "store_id": other.id, "customer": {
        "name": "别名", "phone": phone}}, expect=201)
    assert (second["customer_id"], second["vehicle_id"]) == (first["customer_id"], first["vehicle_id"])
    assert second["customer"]["name"] == "李雷"
    third = store.advisor.post("/v1/check-ins", {"plate": plate, "customer_id": first["customer_id"],
                                                "odometer_km": 120}, expect=201)
    assert third["vehicle_id"] == first["vehicle_id"]


def test_the_counter_with_an_appointment(store, chain, appointment, parties):
    """E1: who was booked needs no name; who really came is received."""
    plate = store.advisor.get(f"/v1/vehicles/{parties['vehicle_id']}", expect=200)["plate"]
    other = chain.store()
    foreign = other.advisor.post("/v1/check-ins", {"plate": plate, "appointment_id": appointment["id"], "odometer_km": 5})
    assert (foreign.status, foreign.errors) == (422, {"/appointment_id": "not_found"})
    reception = store.advisor.post("/v1/check-ins", {
        "plate": plate, "appointment_id": appointment["id"], "odometer_km": 5}, expect=201)
    assert (reception["customer_id"], reception["vehicle_id"], reception["appointment_id"]) == (
        parties["customer_id"], parties["vehicle_id"], appointment["id"])
    assert store.advisor.get(f"/v1/appointments/{appointment['id']}", expect=200)["status"] == "converted"


def test_check_ins_at_once(store, chain):
    """Two counters, one new customer: one person, one vehicle, two receptions."""
    body = {"plate": chain.plate(), "customer": {"name": "赵六", "phone": chain.phone()}, "odometer_km": 7}
    advisor = store.advisor
    replies = at_once(*[lambda: advisor.post("/v1/check-ins", body)] * 4)
    assert {r.status for r in replies} == {201}
    assert len({r["vehicle_id"] for r in replies}) == 1
    assert len({r["number"] for r in replies}) == 4


def test_bad_fields(store, parties):
    """What is missing or wrong is told by name."""
    post = store.advisor.post
    assert post("/v1/receptions", {"odometer_km": 1}).errors == {"/customer_id": "required", "/vehicle_id": "required"}
    assert post("/v1/receptions", {**parties, "odometer_km": "1", "concerns": "x", "old_parts": "eaten"}).errors == {
        "/odometer_km": "wrong_type", "/concerns": "wrong_type", "/old_parts": "bad_code"}
    assert post("/v1/receptions", {**parties, "odometer_km": 1, "vehicle_id": uuid7()}).errors == {
        "/vehicle_id": "not_found"}
    assert post("/v1/check-ins", {"odometer_km": 1, "customer_id": uuid7()}).errors == {"/plate": "required"}
    assert post("/v1/check-ins", {"odometer_km": 1, "plate": "沪A12345"}).errors == {"/customer": "one_of"}
    both = {"odometer_km": 1, "plate": "沪A12345", "customer": {"name": "x", "phone": "13800001111"},
            "customer_id": parties["customer_id"]}
    assert post("/v1/check-ins", both).errors == {"/customer": "one_of"}
    id = uuid7()
    post("/v1/receptions", {**parties, "odometer_km": 1, "id": id}, expect=201)
    again = post("/v1/receptions", {**parties, "odometer_km": 1, "id": id})
    assert (again.status, again.errors) == (409, {"/id": "duplicate"})


def test_who_may_receive(chain, store, parties):
    """Roles, and other stores' eyes."""
    body = {**parties, "odometer_km": 1}
    id = store.advisor.post("/v1/receptions", body, expect=201)["id"]
    assert store.tech1.post("/v1/receptions", body).status == 403
    assert store.tech1.post(f"/v1/receptions/{id}/greet", {}).status == 403
    seen = store.tech1.get(f"/v1/receptions/{id}", expect=200)
    assert {a["why"] for a in seen["actions"] if a["verb"] == "greet"} == {"forbidden"}
    other = chain.store()
    assert other.advisor.get(f"/v1/receptions/{id}").status == 404
    assert other.advisor.post(f"/v1/receptions/{id}/greet", {}).status == 404
    assert other.advisor.pages("/v1/receptions") == []
    foreign = other.advisor.post("/v1/receptions", {**body, "store_id": store.id})
    assert (foreign.status, foreign.errors) == (422, {"/store_id": "not_found"})
    hidden = other.advisor.post("/v1/receptions", body)
    assert (hidden.status, hidden.errors) == (422, {"/customer_id": "not_found"})
    assert chain.analyst.get(f"/v1/receptions/{id}", expect=200)["store_id"] == store.id
    assert chain.analyst.get("/v1/receptions", params={"store_id": uuid7()}).data == []


def test_leaving_while_an_order_opens(run, store, sql):
    """Who leaves waits for the order that is being opened, and then cannot leave."""
    trade = Trade(store)
    part = trade.part()["id"]
    trade.stock_up(part)
    reception = trade.received("greet")["id"]
    order = {"reception_id": reception, "lines": [{"kind": "part", "part_id": part, "quantity": 1}], "authorise": CONSENT}
    with psycopg2.connect(run["dsn"]) as holder, holder.cursor() as cursor:
        cursor.execute("SELECT FROM stock_level WHERE part_id = %s FOR UPDATE", (part,))

        def waiting(count):
            query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            wait_for(lambda: sql(query)[0][0] >= count)

        def leave():
            waiting(1)
            return store.advisor.post(f"/v1/receptions/{reception}/leave", {"reason": "price"})

        def let_go():
            waiting(2)
            holder.rollback()
        opened, left, _ = at_once(lambda: store.advisor.post("/v1/work-orders", order), leave, let_go)
    assert (opened.status, left.status, left.code) == (201, 409, "work_order_open"), (opened, left)


# --- The yard ---

def test_key_and_place_of_a_car(store, chain, sql):
    """E10: a tag hangs on one key at a time among the cars that are with us; with the car it is free again."""
    trade = Trade(store)
    first, second = trade.received("greet", "start-check"), trade.received("greet", "start-check")
    path, other = (f"/v1/receptions/{r['id']}" for r in (first, second))
    done = store.advisor.post(path + "/hand-over", {"key_tag": "A7", "parking_place": "东区 12"}, expect=200)
    assert (done["status"], done["key_tag"], done["parking_place"], done["departed_at"]) == ("handed_over", "A7", "东区 12", None)
    taken = store.advisor.post(other + "/hand-over", {"key_tag": "A7"})
    assert (taken.status, taken.code, taken.errors) == (409, "key_tag_taken", {"/key_tag": "key_tag_taken"})
    assert store.advisor.get(other, expect=200)["status"] == "checking"
    assert store.advisor.patch(other, {"key_tag": "A7"}, version=second["version"]).code == "key_tag_taken"
    moved = store.advisor.patch(path, {"parking_place": "举升机旁"}, version=done["version"], expect=200)
    assert (moved["key_tag"], moved["parking_place"]) == ("A7", "举升机旁")
    assert [r["id"] for r in store.advisor.pages("/v1/receptions", key_tag="A7", in_yard="true")] == [first["id"]]
    elsewhere = Trade(chain.store())
    theirs = elsewhere.received("greet", "start-check")
    assert elsewhere.store.advisor.post(f"/v1/receptions/{theirs['id']}/hand-over", {"key_tag": "A7"}, expect=200)["key_tag"] == "A7"
    store.advisor.post(path + "/leave", {"reason": "no_part"}, expect=200)
    assert store.advisor.get(path, expect=200)["departed_at"]
    assert store.advisor.post(other + "/hand-over", {"key_tag": "A7"}, expect=200)["key_tag"] == "A7"
    assert [r["id"] for r in store.advisor.pages("/v1/receptions", in_yard="false")] == [first["id"]]


def test_one_tag_for_two_at_once(store):
    """E10: of two keys that get a tag at the same moment one has it."""
    trade = Trade(store)
    cars = [trade.received("greet", "start-check") for _ in range(4)]
    replies = at_once(*[lambda r=r: store.advisor.post(f"/v1/receptions/{r['id']}/hand-over", {"key_tag": "B1"}) for r in cars])
    assert sorted(r.status for r in replies) == [200, 409, 409, 409]


def test_a_delivered_car_is_gone(store, verify):
    """E10: with the last order of the visit, and not before it."""
    trade = Trade(store)
    order = trade.completed()
    path = f"/v1/receptions/{order['reception_id']}"
    second = store.advisor.post("/v1/work-orders", {"reception_id": order["reception_id"], "lines": []}, expect=201)
    trade.pay(trade.issued(order))
    trade.step(store.advisor, order, "deliver", HANDED_BACK)
    assert store.advisor.get(path, expect=200)["departed_at"] is None
    trade.step(store.advisor, second, "cancel", {"reason": "duplicate"})
    assert store.advisor.get(path, expect=200)["departed_at"]
    gone = trade.delivered()
    assert store.advisor.get(f"/v1/receptions/{gone['reception_id']}", expect=200)["departed_at"]
    assert verify() == []


def test_who_waits_and_how_long(store, chain, sql):
    """E1: who waits to be greeted, the longest first, in minutes, late after three."""
    trade = Trade(store)
    short, long, greeted = trade.reception(), trade.reception(), trade.received("greet")
    sql("UPDATE reception SET arrived_at = arrived_at - interval '200 seconds' WHERE id = %s", (long["id"],))
    waiting = list(store.advisor.pages("/v1/receptions/waiting", limit=1))
    assert [(w["id"], w["waiting_minutes"], w["late"], w["customer"]["name"]) for w in waiting] == [
        (long["id"], 3, True, "王小明"), (short["id"], 0, False, "王小明")]
    assert 200 <= waiting[0]["waiting_seconds"] < 260
    assert greeted["id"] not in {w["id"] for w in waiting}
    assert chain.store().advisor.get("/v1/receptions/waiting", expect=200).data == []
    assert store.parts.get("/v1/receptions/waiting").status == 403


def ago(**by):
    return datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**by)


def seconds(reception, moment):
    """How long before or after this moment it arrived."""
    return abs((datetime.datetime.fromisoformat(reception["arrived_at"].replace("Z", "+00:00")) - moment).total_seconds())


def test_when_they_came(store, parties, appointment, sql):
    """E1: who was booked arrived when that was marked, who took a ticket when they took it, who was written down later when the
    body says; on another day nobody waited since yesterday."""
    trade, body = Trade(store), {"store_id": store.id, **parties, "odometer_km": 1}
    midnight = sql("SELECT date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai'")[0][0]
    early = max(ago(minutes=10), midnight)  # of today, by the store's clock
    path = f"/v1/appointments/{appointment['id']}"
    assert store.advisor.post(path + "/arrive", {"occurred_at": ago(days=2).isoformat()}).errors == {"/occurred_at": "bad_value"}
    here = store.advisor.post(path + "/arrive", {"occurred_at": early.isoformat()}, expect=200)
    assert seconds(here, early) < 1
    booked = store.advisor.post("/v1/receptions", {"appointment_id": appointment["id"], "odometer_km": 1}, expect=201)
    assert booked["arrived_at"] == here["arrived_at"]
    greeted = store.advisor.post(f"/v1/receptions/{booked['id']}/greet", expect=200)
    assert greeted["greeted_after_seconds"] >= (ago() - early).total_seconds() - 5
    # a ticket that is served by the reception
    ticket = trade.ticket("call")
    sql("UPDATE queue_ticket SET created_at = greatest(now() - interval '8 minutes', %s) WHERE id = %s", (midnight, ticket["id"]))
    taken = sql("SELECT created_at FROM queue_ticket WHERE id = %s", (ticket["id"],))[0][0]
    walked_in = store.advisor.post("/v1/receptions", body, expect=201)
    store.advisor.post(f"/v1/queue-tickets/{ticket['id']}/serve", {"reception_id": walked_in["id"]}, expect=200)
    walked_in = store.advisor.get(f"/v1/receptions/{walked_in['id']}", expect=200)
    assert seconds(walked_in, taken) < 1 and walked_in["version"] == 2
    # off line, in both ways
    for where, more in (("/v1/receptions", body), ("/v1/check-ins", {"store_id": store.id, "plate": store.chain.plate(), "odometer_km": 1, "customer": {
            "name": "李雷", "phone": store.chain.phone()}})):
        assert store.advisor.post(where, {**more, "occurred_at": ago(hours=-1).isoformat()}).errors == {"/occurred_at": "bad_value"}
        written = store.advisor.post(where, {**more, "occurred_at": ago(hours=3).isoformat()}, expect=201)
        assert seconds(written, ago(hours=3)) < 30
    greeted = store.advisor.post(f"/v1/receptions/{written['id']}/greet", {"occurred_at": ago(hours=3, minutes=-2).isoformat()}, expect=200)
    assert 60 <= greeted["greeted_after_seconds"] <= 120


def test_yesterdays_arrival_is_not_todays(store, appointment, sql):
    """E1: who was marked as arrived on another day arrives when the car is received."""
    store.advisor.post(f"/v1/appointments/{appointment['id']}/arrive", expect=200)
    sql("UPDATE appointment SET arrived_at = arrived_at - interval '1 day' WHERE id = %s", (appointment["id"],))
    booked = store.advisor.post("/v1/receptions", {"appointment_id": appointment["id"], "odometer_km": 1}, expect=201)
    assert seconds(booked, ago()) < 30


def test_photos_of_the_booking(store, appointment):
    """D19: what the customer sent with the booking is seen at the reception, beside what is taken there."""
    trade = Trade(store)

    def photo(kind, id):
        return store.advisor.post("/v1/files", raw=PICTURE, headers={"Content-Type": "image/png"}, params={
            "subject_type": kind, "subject_id": id}, expect=201)["id"]

    photo("appointment", trade.appointment(days=2)["id"])  # of somebody else's
    sent = photo("appointment", appointment["id"])
    reception = store.advisor.post("/v1/receptions", {"appointment_id": appointment["id"], "odometer_km": 1}, expect=201)
    assert [f["id"] for f in reception["photos"]] == [sent]
    taken = photo("reception", reception["id"])
    seen = store.tech1.get(f"/v1/receptions/{reception['id']}", expect=200)["photos"]
    assert [f["id"] for f in seen] == [sent, taken]
    store.tech1.get(f"/v1/files/{sent}/content", expect=200)


def test_how_soon_is_the_stores_rule(store, appointment, sql):
    """E1: a store sets how soon it greets; who waits keeps the rule they came under.  Who was booked and has arrived waits too."""
    trade, policies = Trade(store), f"/v1/stores/{store.id}/policies"
    rule = store.manager.get(policies, expect=200)
    assert rule["greeting_seconds"] == 180
    assert store.manager.patch(policies, {"greeting_seconds": 5}, version=rule["version"]).errors == {"/greeting_seconds": "too_small"}
    before = trade.reception()
    assert store.manager.patch(policies, {"greeting_seconds": 60}, version=rule["version"], expect=200)["greeting_seconds"] == 60
    after = trade.reception()
    store.advisor.post(f"/v1/appointments/{appointment['id']}/arrive", expect=200)
    sql("UPDATE reception SET arrived_at = arrived_at - interval '90 seconds' WHERE store_id = %s", (store.id,))
    assert {w["id"]: w["late"] for w in store.advisor.pages("/v1/receptions/waiting")} == {before["id"]: False, after["id"]: True}
    here = store.advisor.pages("/v1/receptions/waiting", with_appointments="true", limit=1)
    assert [(w["kind"], w["id"], w["number"], w["late"]) for w in here] == [
        ("reception", before["id"], before["number"], False), ("reception", after["id"], after["number"], True),
        ("appointment", appointment["id"], appointment["number"], False)]
    store.advisor.post("/v1/receptions", {"appointment_id": appointment["id"], "odometer_km": 1}, expect=201)
    assert {w["kind"] for w in store.advisor.pages("/v1/receptions/waiting", with_appointments="true")} == {"reception"}


def test_why_they_left(store):
    """E12: those who left are found by why."""
    trade = Trade(store)
    left = {}
    for reason in ("price", "no_skill", "advice_only"):
        left[reason] = trade.reception()["id"]
        store.advisor.post(f"/v1/receptions/{left[reason]}/leave", {"reason": reason}, expect=200)
    found = store.advisor.get("/v1/receptions", params={"reason": "price,no_skill"}, expect=200).data
    assert {r["id"] for r in found} == {left["price"], left["no_skill"]}
