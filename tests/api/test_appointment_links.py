# SPDX-License-Identifier: Apache-2.0
"""An appointment, for its customer: what the link shows, and what is done by it (D7, D9, D18)."""

import pytest

from fettle import People, at_once, wait_for
from slots import at, day, free
from test_notices import ago, told
from trade import PICTURE, Trade, days_ahead


@pytest.fixture(name="trade")
def _trade(store):
    store.tech1, store.tech2  # pylint: disable=pointless-statement
    return Trade(store)


@pytest.fixture(name="shared")
def _shared(store, booked):
    """shared(starts_at, confirm=True, ...) -> an appointment and its customer's link."""
    def make(starts_at, confirm=True, **more):
        one = booked(starts_at, expect=201, **more)
        if confirm:
            one = store.advisor.post(f"/v1/appointments/{one['id']}/confirm", expect=200)
        return one, share(store, one)
    return make


def share(store, one, expect=200):
    return store.advisor.post(f"/v1/appointments/{one['id']}/link", expect=expect)


def look(chain, link, **options):
    return chain.anyone.get(f"/v1/public/{link['token']}/appointment", **options)


def act(chain, link, verb, body=None, **options):
    return chain.anyone.post(f"/v1/public/{link['token']}/appointment/{verb}", body, **options)


def slots(chain, link, first=None, last=None, **options):
    return chain.anyone.get(f"/v1/public/{link['token']}/appointment/slots", params={"from": first or day(), "to": last or day()}, **options)


def history(store, one):
    return [(s["what"], s["by"], s["actor"] and s["actor"]["id"]) for s in store.advisor.pages(f"/v1/appointments/{one['id']}/history")]


def acts(store, one):
    return [a["what"] for a in store.advisor.pages(f"/v1/appointments/{one['id']}/customer-acts")]


def verbs(seen):
    return {a["verb"]: a["enabled"] for a in seen["actions"]}


def test_what_the_customer_sees(trade, chain, store):
    """D7: time and zone, the store and the way there, what to bring, what is to be done and what was agreed; no name, no whole phone."""
    shop = chain.admin.get(f"/v1/stores/{store.id}", expect=200)
    chain.admin.patch(f"/v1/stores/{store.id}", {"address": "延安西路 1 号", "directions": "地下二层入口", "what_to_bring": "行驶证"},
                      version=shop["version"], expect=200)
    customer = trade.customer()
    vehicle = trade.vehicle(customer["id"])
    operation = trade.operation(name="更换前制动片")
    one = trade.appointment(customer["id"], vehicle["id"], operation_ids=[operation["id"]], odometer_km=41000, transport="loaner")
    store.advisor.patch(f"/v1/appointments/{one['id']}", {"note": "难缠的客户"}, version=1, expect=200)
    store.advisor.post("/v1/transports", {"appointment_id": one["id"], "mode": "pick_up", "pick_up": {"address": "世纪大道 100 号", "at": days_ahead(1, 1)}},
                       expect=201)
    link = share(store, one)
    assert (link["appointment_id"], link["expires_at"], link["store_id"]) == (one["id"], one["ends_at"], store.id)
    seen = look(chain, link, expect=200)
    assert (seen["number"], seen["status"], seen["starts_at"], seen["time_zone"]) == (one["number"], "pending", one["starts_at"], "Asia/Shanghai")
    assert seen["store"] == {"id": store.id, "name": shop["name"], "phone": shop["phone"], "address": "延安西路 1 号",
                             "directions": "地下二层入口", "what_to_bring": "行驶证"}
    assert (seen["services"], seen["concerns"], seen["odometer_km"], seen["transport"]) == (["更换前制动片"], ["保养"], 41000, "loaner")
    assert seen["transport_agreed"] == {"mode": "pick_up", "drives": [
        {"kind": "pick_up", "status": "planned", "due_at": days_ahead(1, 1), "address": "世纪大道 100 号"}]}
    assert (seen["vehicle"]["id"], seen["loaner"], seen["photos"], seen["customer_confirmed_at"]) == (vehicle["id"], None, [], None)
    assert seen["contact_phone"] == one["customer"]["phone"] and "*" in seen["contact_phone"]
    body = seen.body.decode()
    assert customer["name"] not in body and customer["id"] not in body and "难缠" not in body
    assert all(verbs(seen).values()) and set(verbs(seen)) == {"confirm", "reschedule", "cancel", "add-facts", "photos"}
    opened = chain.anyone.get("/v1/public/" + link["token"], expect=200)
    assert (opened["kind"], opened["vehicle"]["id"]) == ("appointment", vehicle["id"])


def test_the_loaner_that_waits(trade, chain, store):
    """D7: a car that is reserved for the visit stands there."""
    one = trade.appointment()
    car = trade.loaner_car()
    store.advisor.post("/v1/loans", {"loaner_car_id": car["id"], "appointment_id": one["id"], "from": days_ahead(1, 1), "to": days_ahead(1, 9)}, expect=201)
    assert look(chain, share(store, one), expect=200)["loaner"] == {
        "plate": car["plate"], "model": car["model"], "starts_at": days_ahead(1, 1), "ends_at": days_ahead(1, 9)}


def test_the_customer_will_come(store, chain, shared, verify):
    """D7: said twice it is said once; the store's own agreement is another thing; a move by the store asks anew."""
    one, link = shared(at(9), confirm=False)
    first = act(chain, link, "confirm", expect=200)
    assert (first["status"], first["customer_confirmed_at"] is not None) == ("pending", True)
    again = act(chain, link, "confirm", expect=200)
    assert (again["customer_confirmed_at"], again["version"]) == (first["customer_confirmed_at"], first["version"])
    assert history(store, one) == [("booked", "store", store.advisor.id)] and acts(store, one) == ["customer_confirmed"]
    assert len(told(store, "customer_confirmed", one)) == 1
    store.advisor.post(f"/v1/appointments/{one['id']}/reschedule", {"starts_at": at(10), "reason": "store_staff"}, expect=200)
    seen = look(chain, link, expect=200)
    assert (seen["starts_at"], seen["customer_confirmed_at"]) == (at(10), None)
    assert store.advisor.get(f"/v1/appointments/{one['id']}/link", expect=200)["expires_at"] == seen["ends_at"]
    assert store.advisor.get(f"/v1/appointments/{one['id']}", expect=200)["customer_confirmed_at"] is None
    assert verify("links", "bookings", "slots") == []


def test_another_time(store, chain, shared, booked, trade, verify):
    """D7: what is free for the same work at this store, and a move to it; told as the customer's own, who will come."""
    operation = trade.operation(standard_hours=2)
    one, link = shared(at(9), operation_ids=[operation["id"]])
    for _ in range(2):
        booked(at(11), expect=201, operation_ids=[operation["id"]])
    free_now = [s["starts_at"] for s in slots(chain, link, expect=200)["data"]]
    assert free_now == [s["starts_at"] for s in free(store, operation_id=operation["id"])["data"]]
    page = slots(chain, link, expect=200)
    assert set(page["data"][0]) == {"starts_at", "ends_at", "time_zone"}
    taken = act(chain, link, "reschedule", {"starts_at": at(11)})
    assert (taken.status, taken.code) == (409, "slot_taken")
    assert act(chain, link, "reschedule", {"starts_at": at(3)}).code == "store_closed"
    past = act(chain, link, "reschedule", {"starts_at": at(10, ahead=-1)})
    assert past.status == 422 and past.errors == {"/starts_at": "bad_value"}
    moved = act(chain, link, "reschedule", {"starts_at": free_now[-1], "note": "下午更方便"}, expect=200)
    assert (moved["starts_at"], moved["status"], moved["customer_confirmed_at"] is not None) == (free_now[-1], "confirmed", True)
    assert history(store, one)[-1] == ("rescheduled", "customer", None)
    (last,) = store.advisor.pages(f"/v1/appointments/{one['id']}/customer-acts")
    assert (last["what"], last["starts_at"]) == ("rescheduled", free_now[-1])
    assert (last["reason"], last["note"]) == ("customer_time", "下午更方便")
    assert look(chain, link, expect=200)["starts_at"] == free_now[-1]
    assert slots(chain, link, first=day(2), last=day(1)).status == 400
    assert slots(chain, link, first=day(1), last=day(400), expect=200)["data"]
    assert verify("links", "bookings", "slots") == []


def test_the_customer_cancels(store, chain, shared, sql, trade, verify):
    """D7, D18: with a reason of the customer's, late as for the store's own; slot and drive are free again, and the link is dead."""
    one, link = shared(at(9))
    assert act(chain, link, "cancel", {"reason": "store_staff"}).errors == {"/reason": "bad_value"}
    assert act(chain, link, "cancel", {}).errors == {"/reason": "required"}
    store.advisor.post("/v1/transports", {"appointment_id": one["id"], "mode": "wait"}, expect=201)
    gone = act(chain, link, "cancel", {"reason": "went_elsewhere", "note": "改天"}, expect=200)
    assert gone["status"] == "cancelled" and not any(verbs(gone).values())
    now = store.advisor.get(f"/v1/appointments/{one['id']}", expect=200)
    assert (now["status"], now["reason"], now["late_cancel"]) == ("cancelled", "went_elsewhere", False)
    assert history(store, one)[-1] == ("cancelled", "customer", None) and acts(store, one) == ["cancelled"]
    assert store.advisor.get("/v1/transports", params={"store_id": store.id, "appointment_id": one["id"]}, expect=200)["data"][0]["status"] == "cancelled"
    assert look(chain, link).status == 404 and store.advisor.get(f"/v1/appointments/{one['id']}/link").status == 404
    assert share(store, one, expect=None).code == "illegal_transition"
    late, link = shared(at(9))
    ago(sql, late, -60)
    sql("UPDATE link SET expires_at = now() + interval '1 day' WHERE id = %s", (link["id"],))
    assert look(chain, link, expect=200)["cancel_until"] < late["starts_at"]
    act(chain, link, "cancel", {"reason": "customer_time"}, expect=200)
    assert store.advisor.get(f"/v1/appointments/{late['id']}", expect=200)["late_cancel"] is True
    assert verify("links", "slots") == []


def test_what_the_customer_tells(store, chain, shared, verify):
    """D9: concerns are added, each once, and no more than a booking has; mileage; photos, which the link shows and nobody else's does."""
    one, link = shared(at(9), concerns=["保养"])
    seen = act(chain, link, "add-facts", {"concerns": ["冷车异响", "保养"], "odometer_km": 48200}, expect=200)
    assert (seen["concerns"], seen["odometer_km"]) == (["保养", "冷车异响"], 48200)
    assert act(chain, link, "add-facts", {}).errors == {"/concerns": "required"}
    assert act(chain, link, "add-facts", {"odometer_km": -1}).errors == {"/odometer_km": "too_small"}
    for n in range(2):
        act(chain, link, "add-facts", {"concerns": [f"{n}-{i}" for i in range(20)]}, expect=200)
    assert act(chain, link, "add-facts", {"concerns": [str(i) for i in range(9)]}).errors == {"/concerns": "too_many"}
    photos = f"/v1/public/{link['token']}/appointment/photos"
    seen = chain.anyone.post(photos, raw=PICTURE, headers={"Content-Type": "image/png"}, expect=200)
    (photo,) = seen["photos"]
    assert photo["media_type"] == "image/png"
    assert chain.anyone.get(f"/v1/public/{link['token']}/files/{photo['id']}").body == PICTURE
    (file,) = store.advisor.get("/v1/files", params={"subject_type": "appointment", "subject_id": one["id"]}, expect=200)["data"]
    assert file["id"] == photo["id"]
    ours = store.advisor.post("/v1/files", raw=PICTURE, headers={"Content-Type": "image/png"},
                              params={"subject_type": "appointment", "subject_id": one["id"]}, expect=201)["id"]
    assert [p["id"] for p in look(chain, link, expect=200)["photos"]] == [photo["id"]]
    assert chain.anyone.get(f"/v1/public/{link['token']}/files/{ours}").status == 404
    _, other = shared(at(13))
    assert chain.anyone.get(f"/v1/public/{other['token']}/files/{photo['id']}").status == 404
    assert chain.anyone.post(photos, raw=b"%PDF-1.4\n", headers={"Content-Type": "image/png"}).status == 415
    assert chain.anyone.post(photos, raw=b"%PDF-1.4\n", headers={"Content-Type": "application/pdf"}).status == 415
    for _ in range(19):
        chain.anyone.post(photos, raw=PICTURE, headers={"Content-Type": "image/png"}, expect=200)
    assert chain.anyone.post(photos, raw=PICTURE, headers={"Content-Type": "image/png"}).code == "too_many_photos"
    anew = share(store, one)
    assert len(look(chain, anew, expect=200)["photos"]) == 20
    assert acts(store, one) == ["told_more"] * 23 and len(history(store, one)) == 2
    assert verify("links", "bookings") == []


def test_links_that_open_nothing(store, chain, shared, trade, sql):
    """D7: wrong, cut, of another purpose, made anew, taken back, over: one answer for all, whatever is asked."""
    one, first = shared(at(9))
    path = f"/v1/appointments/{one['id']}"
    second = share(store, one)
    assert look(chain, second).status == 200
    progress = store.advisor.get(f"/v1/work-orders/{trade.shared()['id']}/progress-link", expect=200)
    dead = [first["token"], second["token"][:-1], second["token"] + "A", "x" * 43, progress["token"], trade.sent_estimate()["token"]]
    answers = []

    def ask(token):
        link = {"token": token}
        for reply in (look(chain, link), slots(chain, link), act(chain, link, "confirm"), act(chain, link, "cancel", {"reason": "price"}),
                      act(chain, link, "reschedule", {"starts_at": at(10)}), act(chain, link, "add-facts", {"odometer_km": 1}),
                      chain.anyone.post(f"/v1/public/{token}/appointment/photos", raw=PICTURE, headers={"Content-Type": "image/png"})):
            answers.append((reply.status, {k: v for k, v in reply.json.items() if k not in ("request_id", "instance")}))

    for token in dead:
        ask(token)
    store.advisor.post(path + "/stop-sharing", expect=200)
    assert store.advisor.post(path + "/stop-sharing").code == "not_shared" and store.advisor.get(path + "/link").status == 404
    ask(second["token"])
    third = share(store, one)
    sql("UPDATE link SET expires_at = now() WHERE id = %s", (third["id"],))
    ask(third["token"])
    fourth = share(store, one)
    store.advisor.post(path + "/arrive", expect=200)
    ask(fourth["token"])
    received, fifth = shared(at(13))
    trade.reception(received["customer_id"], received["vehicle_id"], appointment_id=received["id"])
    ask(fifth["token"])
    assert answers[0][0] == 404 and all(answer == answers[0] for answer in answers)
    assert chain.anyone.get(f"/v1/public/{progress['token']}/progress").status == 200
    _, live = shared(at(15))
    assert chain.anyone.get(f"/v1/public/{live['token']}/progress").status == 404
    assert chain.anyone.post(f"/v1/public/{live['token']}/estimate-decision", {"lines": []}).status >= 400


def test_who_shares(store, chain, shared, trade):
    """D7: who may share appointments, of their own store; never one that is over."""
    one, _ = shared(at(9))
    for verb in ("link", "stop-sharing"):
        assert store.tech1.post(f"/v1/appointments/{one['id']}/{verb}").code == "forbidden"
        assert store.dispatcher.post(f"/v1/appointments/{one['id']}/{verb}").code == "forbidden"
        assert Trade(chain.store()).store.advisor.post(f"/v1/appointments/{one['id']}/{verb}").status == 404
    assert Trade(chain.store()).store.advisor.get(f"/v1/appointments/{one['id']}/link").status == 404
    declined = trade.appointment()
    store.advisor.post(f"/v1/appointments/{declined['id']}/decline", {"reason": "store_no_capacity"}, expect=200)
    assert share(store, declined, expect=None).code == "illegal_transition"


def test_the_messages_name_the_link(store, chain, shared, booked):
    """D7: the event by which a confirmation is sent names the link that is there; its token is read by who may share it."""
    one, link = shared(at(9, ahead=3), confirm=False)
    store.advisor.post(f"/v1/appointments/{one['id']}/confirm", expect=200)
    data, = wait_for(lambda: told(store, "confirmation_due", one))
    assert (data["link_id"], "what_to_bring" in data["store"], link["token"] in str(data)) == (link["id"], True, False)
    other = booked(at(11, ahead=3), expect=201)
    store.advisor.post(f"/v1/appointments/{other['id']}/confirm", expect=200)
    data, = wait_for(lambda: told(store, "confirmation_due", other))
    assert data["link_id"] is None


def test_taps_and_counters_at_once(store, chain, shared, verify):
    """D7: the store cancels while the customer moves, two taps, a link made anew meanwhile: one after the other, and all of it adds up."""
    for hour in (9, 11, 13):
        one, link = shared(at(hour))
        staff, move = at_once(lambda one=one: store.advisor.post(f"/v1/appointments/{one['id']}/cancel", {"reason": "store_staff"}),
                              lambda link=link, hour=hour: act(chain, link, "reschedule", {"starts_at": at(hour, 30)}))
        assert staff.status == 200 and move.status in (200, 404), (staff, move)
        assert look(chain, link).status == 404
    one, link = shared(at(9))
    assert sorted(r.status for r in at_once(*[lambda: act(chain, link, "cancel", {"reason": "price"})] * 2)) == [200, 404]
    assert [h[0] for h in history(store, one)].count("cancelled") == 1
    one, link = shared(at(9))
    assert [r.status for r in at_once(*[lambda: act(chain, link, "confirm")] * 2)] == [200, 200]
    assert acts(store, one) == ["customer_confirmed"]
    seen = look(chain, link, expect=200)
    moves = at_once(*[lambda hour=hour: act(chain, link, "reschedule", {"starts_at": at(hour)}, headers={"If-Match": seen.etag}) for hour in (15, 16)])
    assert sorted(r.status for r in moves) == [200, 412]
    links = at_once(*[lambda: share(store, one, expect=None)] * 2)
    assert [r.status for r in links] == [200, 200] and links[0]["id"] != links[1]["id"]
    assert sorted(look(chain, made).status for made in links) == [200, 404]
    assert verify("links", "bookings", "slots") == []


def test_a_link_has_a_limit_of_its_own(another, db, contract, book, chain, shared):
    """D7: so many requests a minute of one link; another link and the store go on."""
    people = People(db, another(RATE_LINK=20).port, contract, book)
    anyone, admin = people.client(), people.hire(chain.unique().lower(), "hq_admin")  # a daemon with a key of its own
    link, other = (admin.get(f"/v1/appointments/{shared(at(hour))[0]['id']}/link", expect=200) for hour in (9, 11))
    seen = [anyone.get(f"/v1/public/{link['token']}/appointment/slots", params={"from": day(), "to": day()}).status for _ in range(25)]
    assert seen[:20] == [200] * 20 and 429 in seen[20:]
    assert anyone.get(f"/v1/public/{other['token']}/appointment").status == 200
