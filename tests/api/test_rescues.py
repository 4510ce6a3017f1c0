# SPDX-License-Identifier: Apache-2.0
"""Roadside rescues and jobs on site, from the call to the reception or the order (G27)."""

import pytest

from fettle import at_once, told_overdue, wait_for
from slots import at, day, free
from trade import Trade, days_ahead


@pytest.fixture(name="trade")
def _trade(store):
    return Trade(store)


def verb(who, made, name, body=None, **options):
    return who.post(f"/v1/rescues/{made['id']}/{name}", body, **options)


def sending(person, **more):
    return {"technician_id": person.id, "eta_at": days_ahead(1), **more}


def test_towed_in(trade):
    """G27: reported with a place, dispatched, on site, towed in; it becomes a reception of the caller and the car with this plate."""
    store = trade.store
    phone, plate = trade.chain.phone(), trade.chain.plate()
    made = store.service.post("/v1/rescues", {
        "store_id": store.id, "kind": "tow", "caller_name": "王芳", "caller_phone": phone, "plate": plate, "place": "沪昆高速 K42 上行",
        "latitude_microdegrees": -31123456, "longitude_microdegrees": 121234567, "description": "水温过高", "promised_at": days_ahead(1)}, expect=201)
    assert made["number"].split("-")[1] == "RS" and made["status"] == "reported"
    assert (made["latitude_microdegrees"], made["longitude_microdegrees"], made["place"]) == (-31123456, 121234567, "沪昆高速 K42 上行")
    assert phone not in str(made.json) and made["caller_phone"].endswith(phone[-4:])
    assert store.advisor.get(f"/v1/rescues/{made['id']}/phone", expect=200)["phone"] == phone
    assert {a["verb"] for a in made["actions"] if a["enabled"]} == {"cancel"}  # who reports does not dispatch
    for name, body in (("arrive", None), ("tow-in", {"odometer_km": 1}), ("reassign", sending(store.tech1))):
        refused = verb(store.dispatcher, made, name, body)
        assert (refused.code, refused["state"], refused["allowed"]) == ("illegal_transition", "reported", ["dispatch", "cancel"])
    out = verb(store.dispatcher, made, "dispatch", sending(store.tech1, truck="拖车 2 号"), expect=200)
    assert (out["status"], out["technician"]["id"], out["truck"], out["dispatched_after_minutes"]) == ("dispatched", store.tech1.id, "拖车 2 号", 0)
    assert [r["id"] for r in store.tech1.get("/v1/rescues", params={"technician_id": "me", "status": "dispatched"}, expect=200).data] == [made["id"]]
    assert verb(store.tech2, made, "arrive").code == "forbidden"
    there = verb(store.tech1, made, "arrive", expect=200)
    assert (there["status"], there["on_site_after_minutes"]) == ("on_site", 0)
    done = verb(store.advisor, made, "tow-in", {"odometer_km": 48217}, expect=200)
    assert (done["status"], done["ended_after_minutes"], done["work_order_id"]) == ("towed_in", 0, None)
    reception = store.advisor.get(f"/v1/receptions/{done['reception_id']}", expect=200)
    assert (reception["status"], reception["customer"]["name"], reception["vehicle"]["plate"], reception["odometer_km"]) == ("waiting", "王芳", plate, 48217)
    assert [c["text"] for c in reception["concerns"]] == ["水温过高"] and reception["contact_name"] == "王芳"
    assert (done["customer_id"], done["vehicle_id"]) == (reception["customer_id"], reception["vehicle_id"])
    store.advisor.post(f"/v1/receptions/{reception['id']}/greet", expect=200)
    order = store.advisor.post("/v1/work-orders", {"reception_id": reception["id"]}, expect=201)
    found = store.advisor.get("/v1/rescues", params={"work_order_id": order["id"]}, expect=200).data
    assert [(r["id"], r["work_order_id"]) for r in found] == [(made["id"], order["id"])]
    assert verb(store.dispatcher, made, "cancel", {"reason": "other"}).code == "illegal_transition"


def test_mended_where_it_stood(trade):
    """G27: a job on site becomes a greeted reception with an order, of the customer and car that were told."""
    store = trade.store
    customer = trade.customer()
    vehicle = trade.vehicle(customer["id"])
    made = trade.rescue("dispatch", "arrive", kind="on_site_repair", customer_id=customer["id"], vehicle_id=vehicle["id"])
    done = verb(store.advisor, made, "repair", {"odometer_km": 30100, "note": "更换蓄电池", "concerns": ["亏电"]},
                headers={"If-Match": f'"{made["version"]}"'}, expect=200)
    assert (done["status"], done["note"], done["customer_id"], done["vehicle_id"]) == ("repaired", "更换蓄电池", customer["id"], vehicle["id"])
    order = store.advisor.get(f"/v1/work-orders/{done['work_order_id']}", expect=200)
    assert (order["status"], order["service_class"], order["note"], order["reception_id"]) == ("opened", "repair", "更换蓄电池", done["reception_id"])
    reception = store.advisor.get(f"/v1/receptions/{done['reception_id']}", expect=200)
    assert (reception["status"], [c["text"] for c in reception["concerns"]]) == ("greeted", ["亏电"])


def test_who_is_found_at_the_end(trade):
    """G27: without a plate the car is asked for; another customer than the caller may be told."""
    store = trade.store
    made = store.advisor.post("/v1/rescues", {
        "store_id": store.id, "kind": "lockout", "caller_name": "路人", "caller_phone": trade.chain.phone(), "place": "张杨路 1 号"}, expect=201)
    verb(store.dispatcher, made, "dispatch", sending(store.tech1), expect=200)
    verb(store.dispatcher, made, "arrive", expect=200)
    assert verb(store.advisor, made, "repair", {"odometer_km": 1}).errors == {"/plate": "required"}
    owner = {"name": "陈静", "phone": trade.chain.phone()}
    both = {"odometer_km": 1, "plate": trade.chain.plate(), "customer": owner, "customer_id": trade.customer()["id"]}
    assert verb(store.advisor, made, "repair", both).errors == {"/customer": "one_of"}
    assert store.advisor.get(f"/v1/rescues/{made['id']}", expect=200)["status"] == "on_site"
    done = verb(store.advisor, made, "repair", {"odometer_km": 1, "plate": trade.chain.plate(), "customer": owner}, expect=200)
    assert done["customer"]["name"] == "陈静"


def test_another_car_than_was_told(trade):
    """G27: of a vehicle that is known, another plate or VIN is refused at the end, and its own are taken."""
    store = trade.store
    vehicle = trade.vehicle(vin=trade.chain.vin())
    made = trade.rescue("dispatch", vehicle_id=vehicle["id"], plate=vehicle["plate"])
    verb(store.dispatcher, made, "arrive", expect=200)
    for end in ("tow-in", "repair"):
        for field, other in (("plate", trade.chain.plate()), ("vin", trade.chain.vin())):
            refused = verb(store.advisor, made, end, {"odometer_km": 41200, field: other})
            assert (refused.status, refused.errors) == (422, {f"/{field}": "bad_value"})
    assert store.advisor.get(f"/v1/rescues/{made['id']}", expect=200)["status"] == "on_site"
    done = verb(store.advisor, made, "tow-in", {"odometer_km": 41200, "plate": vehicle["plate"], "vin": vehicle["vin"]}, expect=200)
    assert (done["status"], done["vehicle_id"]) == ("towed_in", vehicle["id"])


def test_who_is_out_is_not_free_here(trade):
    """G27 G6: from the dispatch until an hour after they are to be there a technician is offered for nothing else, and it is told why."""
    store, work = trade.store, trade.authorised()

    def first():
        return free(store, technician_id=store.tech1.id).data[0]["starts_at"]

    def reasons():
        found = store.dispatcher.get("/v1/dispatch-suggestions", params={"work_order_id": work["id"]}, expect=200).data
        return [(s["possible"], "on_rescue" in s["reasons"]) for s in found if s["technician"]["id"] == store.tech1.id]

    assert first() == at(8) and [told for _, told in reasons()] == [False]
    out = trade.rescue("dispatch")  # to be there at ten tomorrow
    assert first() == at(11) and reasons() == [(False, True)]
    assert trade.store.advisor.get("/v1/availability/days", params={
        "store_id": store.id, "from": day(), "to": day(), "technician_id": store.tech1.id}, expect=200).data[0]["starts_at"] == at(11)
    verb(store.tech1, out, "arrive", expect=200)
    assert reasons() == [(False, True)]
    verb(store.dispatcher, out, "cancel", {"reason": "solved_otherwise"}, expect=200)
    assert first() == at(8) and [told for _, told in reasons()] == [False]


def test_open_and_overdue(trade, db):
    """G27: what is open is listed, and what is overdue: by the technician's time, or before that by what the caller was told."""
    store = trade.store
    waiting, out, ended = trade.rescue(promised_at=days_ahead(1)), trade.rescue("dispatch"), trade.rescue("cancel")

    def listed(**params):
        return [r["id"] for r in store.dispatcher.get("/v1/rescues", params={"store_id": store.id, "sort": "reported_at", **params}, expect=200).data]

    assert listed(status="reported,dispatched,on_site") == [waiting["id"], out["id"]] and listed(overdue="true") == []
    with db.cursor() as cursor:
        cursor.execute("UPDATE rescue SET promised_at = now() - interval '1 minute' WHERE id = %s", (waiting["id"],))
    assert listed(overdue="true") == [waiting["id"]] and listed(overdue="false") == [out["id"], ended["id"]]
    with db.cursor() as cursor:
        cursor.execute("UPDATE rescue SET eta_at = now() - interval '1 minute' WHERE id = %s", (out["id"],))
    assert listed(overdue="true") == [waiting["id"], out["id"]]
    wait_for(lambda: [len(told_overdue(store, "rescue", r)) for r in (waiting, out, ended)] == [1, 1, 0])
    assert verb(store.tech1, out, "arrive", expect=200)["overdue"] is False
    assert store.dispatcher.get(f"/v1/rescues/{ended['id']}", expect=200)["reason"] == "solved_otherwise"
    assert [r["id"] for r in store.manager.pages("/v1/rescues", limit=1)] == [ended["id"], out["id"], waiting["id"]]


def test_two_dispatchers(trade):
    """G27: of two who dispatch one rescue one does; a technician is sent to one place only, until that has ended."""
    store = trade.store
    made, other = trade.rescue(), trade.rescue()
    people = store.dispatcher, store.tech1, store.tech2
    replies = at_once(*(lambda who=who: verb(people[0], made, "dispatch", sending(who)) for who in people[1:]))
    assert sorted(r.status for r in replies) == [200, 409]
    assert next(r for r in replies if r.status == 409).code == "illegal_transition"
    sent = next(r for r in replies if r.status == 200)["technician_id"]
    one, idle = (store.tech1, store.tech2) if sent == store.tech1.id else (store.tech2, store.tech1)
    assert verb(store.dispatcher, other, "dispatch", sending(one)).code == "technician_out"
    again = verb(store.dispatcher, made, "reassign", sending(idle, truck="拖车 1 号"), expect=200)
    assert (again["technician_id"], again["truck"], again["status"]) == (idle.id, "拖车 1 号", "dispatched")
    replies = at_once(*(lambda rescue=rescue: verb(store.dispatcher, rescue, "dispatch", sending(one)) for rescue in (other, trade.rescue())))
    assert sorted(r.status for r in replies) == [200, 409]
    assert next(r for r in replies if r.status == 409).code == "technician_out"


def test_wrong_rescues(trade, chain):
    """G27: half a position, times past, another store's customer, technician or rescue; who may not."""
    store, other = trade.store, Trade(chain.store())
    told = {"store_id": store.id, "kind": "tyre", "caller_name": "王芳", "caller_phone": trade.chain.phone(), "place": "张杨路"}

    def refused(who=store.advisor, **more):
        return who.post("/v1/rescues", {**told, **more})

    assert refused(latitude_microdegrees=1).errors == {"/longitude_microdegrees": "required"}
    assert refused(latitude_microdegrees=90000001, longitude_microdegrees=0).errors == {"/latitude_microdegrees": "too_large"}
    assert refused(latitude_microdegrees=31.1, longitude_microdegrees=0).errors == {"/latitude_microdegrees": "wrong_type"}
    assert refused(promised_at=days_ahead(-1)).errors == {"/promised_at": "bad_value"}
    assert refused(customer_id=other.customer()["id"]).errors == {"/customer_id": "not_found"}
    assert refused(vehicle_id=other.vehicle()["id"]).errors == {"/vehicle_id": "not_found"}
    assert refused(kind="flood").errors == {"/kind": "bad_code"}
    assert refused(store.tech1).status == 403 and refused(store_id=other.store.id).errors == {"/store_id": "not_found"}
    made = trade.rescue()
    assert verb(store.dispatcher, made, "dispatch", sending(other.store.tech1)).errors == {"/technician_id": "not_found"}
    assert verb(store.dispatcher, made, "dispatch", sending(store.tech1, eta_at=days_ahead(-1))).errors == {"/eta_at": "bad_value"}
    assert verb(store.service, made, "dispatch", sending(store.tech1)).status == 403
    assert verb(store.service, made, "cancel", {"reason": "bored"}).errors == {"/reason": "bad_code"}
    assert verb(other.store.dispatcher, made, "dispatch", sending(other.store.tech1)).status == 404
    assert other.store.advisor.get(f"/v1/rescues/{made['id']}").status == 404
    assert store.dispatcher.get(f"/v1/rescues/{made['id']}/phone").status == 403
    assert store.advisor.get(f"/v1/rescues/{made['id']}", expect=200)["status"] == "reported"
