# SPDX-License-Identifier: Apache-2.0
"""The waiting list, for who waits: what the link shows, and what is said to an offer (D17)."""

import pytest

from fettle import at_once, wait_for
from slots import at
from test_waiting_list import entry, lapse
from trade import Trade


@pytest.fixture(name="waits")
def _waits(store, booked):
    """waits(from, to, ...) -> an entry of the waiting list and its customer's link."""
    def put(starts_from, starts_to, **more):
        one = store.advisor.post("/v1/waiting-list", {
            "store_id": store.id, "customer_id": booked.customer, "vehicle_id": booked.vehicle, "starts_from": starts_from,
            "starts_to": starts_to, "channel": "phone", **more}, expect=201)
        return one, share(store, one)
    return put


def share(store, one, expect=200):
    return store.advisor.post(f"/v1/waiting-list/{one['id']}/link", expect=expect)


def offer(store, one, expect=200, **body):
    return store.advisor.post(f"/v1/waiting-list/{one['id']}/offer", body, expect=expect)


def look(chain, link, **options):
    return chain.anyone.get(f"/v1/public/{link['token']}/waiting", **options)


def act(chain, link, verb, body=None, **options):
    return chain.anyone.post(f"/v1/public/{link['token']}/waiting/{verb}", body, **options)


def verbs(seen):
    return {a["verb"]: a["enabled"] for a in seen["actions"]}


def test_what_who_waits_sees(store, chain, waits, verify):
    """D17: what was wished for, what is offered and until when, and the store; no name and no phone."""
    one, link = waits(at(9), at(11), concerns=["异响"])
    assert (link["entry_id"], link["store_id"], link["expires_at"]) == (one["id"], store.id, one["starts_to"])
    seen = look(chain, link, expect=200)
    assert (seen["id"], seen["status"], seen["offered_starts_at"], seen["concerns"]) == (one["id"], "waiting", None, ["异响"])
    assert (seen["store"]["id"], seen["time_zone"], seen["starts_from"]) == (store.id, "Asia/Shanghai", at(9))
    assert verbs(seen) == {"accept": False, "decline": False, "leave": True}
    offered = offer(store, one)
    seen = look(chain, link, expect=200)
    assert (seen["status"], seen["offered_starts_at"], seen["offer_expires_at"]) == ("offered", at(9), offered["offer_expires_at"])
    assert verbs(seen) == {"accept": True, "decline": True, "leave": True}
    assert one["customer"]["name"].encode() not in seen.body and b"****" not in seen.body
    (told,) = wait_for(lambda: store.manager.pages("/v1/events", type="waiting_entry.offered", subject_id=one["id"]))
    assert (told["data"]["link_id"], told["data"]["starts_at"], told["data"]["customer_id"]) == (link["id"], at(9), one["customer_id"])
    assert verify("slots", "bookings") == []


def test_an_offer_is_taken_by_the_link(store, chain, waits, verify):
    """D17: it becomes the booking; of two who press at once one is told that it was done."""
    one, link = waits(at(9), at(11))
    assert act(chain, link, "accept").code == "illegal_transition"
    offer(store, one)
    replies = at_once(*[lambda: act(chain, link, "accept")] * 2)
    assert sorted(r.status for r in replies) in ([200, 404], [200, 409]), replies
    (done,) = [r for r in replies if r.status == 200]
    assert (done["status"], done["offered_starts_at"], verbs(done)) == ("booked", at(9), {"accept": False, "decline": False, "leave": False})
    kept = entry(store, one)
    booking = store.advisor.get(f"/v1/appointments/{kept['appointment_id']}", expect=200)
    assert (kept["status"], booking["starts_at"], booking["status"], booking["customer_id"]) == ("booked", at(9), "pending", one["customer_id"])
    assert look(chain, link).status == 404 and store.advisor.get(f"/v1/waiting-list/{one['id']}/link").status == 404
    assert verify("slots", "bookings") == []


def test_what_is_let_go_goes_to_the_next(store, chain, waits, booked, verify):
    """D17: who declines waits on, and is not offered the same again by itself; the next is."""
    one, link = waits(at(9), at(9, 30))
    first = [booked(at(9), expect=201)["id"] for _ in store.bays]
    other, _ = waits(at(9), at(9, 30))
    store.advisor.post(f"/v1/appointments/{first[0]}/cancel", {"reason": "price"}, expect=200)
    seen = wait_for(lambda: (lambda e: e if e["status"] == "offered" else None)(look(chain, link, expect=200)))
    assert act(chain, link, "decline", headers={"If-Match": '"999"'}).status == 412
    gone = act(chain, link, "decline", headers={"If-Match": seen.etag}, expect=200)
    assert (gone["status"], gone["offered_starts_at"]) == ("waiting", None)
    assert wait_for(lambda: (lambda e: e if e["status"] == "offered" else None)(entry(store, other)))["offered_starts_at"] == at(9)
    store.advisor.post(f"/v1/waiting-list/{other['id']}/leave", {"reason": "went_elsewhere"}, expect=200,
                       headers={"If-Match": entry(store, other).etag})
    assert wait_for(lambda: store.manager.pages("/v1/events", type="slot_hold.released", limit=200)[1:])
    assert entry(store, one)["status"] == "waiting"
    assert offer(store, one)["offered_starts_at"] == at(9)  # by hand it is
    assert verify("slots", "bookings") == []


def test_who_leaves_by_the_link(store, chain, waits, verify):
    """D17: for a reason of their own; the slot is free, and the link opens nothing any more."""
    one, link = waits(at(9), at(11))
    offer(store, one)
    assert act(chain, link, "leave", {"reason": "store_staff"}).errors == {"/reason": "bad_value"}
    assert act(chain, link, "leave", {"reason": "sun"}).errors == {"/reason": "bad_code"}
    left = act(chain, link, "leave", {"reason": "vehicle_sold", "note": "已卖"}, expect=200)
    assert left["status"] == "left" and look(chain, link).status == 404
    kept = entry(store, one)
    assert (kept["status"], kept["reason"], kept["note"]) == ("left", "vehicle_sold", "已卖")
    assert share(store, one, expect=409).code == "illegal_transition"
    assert verify("slots", "bookings") == []


def test_what_the_link_does_not_open(store, chain, waits, sql, booked):
    """D17: an offer that is over, another link's entry, a link that was taken away, or is one of an appointment; nor is it anybody's to make."""
    one, link = waits(at(9), at(11))
    lapse(sql, offer(store, one))
    assert look(chain, link, expect=200)["status"] == "waiting" and act(chain, link, "accept").code == "illegal_transition"
    anew = share(store, one)
    assert look(chain, link).status == 404 and look(chain, anew, expect=200)["id"] == one["id"]
    other = Trade(chain.store())
    assert other.store.advisor.post(f"/v1/waiting-list/{one['id']}/link").status == 404
    store.tech1.post(f"/v1/waiting-list/{one['id']}/link", expect=403)
    visit = booked(at(15), expect=201)
    of_visit = store.advisor.post(f"/v1/appointments/{visit['id']}/link", expect=200)
    assert look(chain, of_visit).status == 404 and chain.anyone.get(f"/v1/public/{anew['token']}/appointment").status == 404
    hidden = store.advisor.post(f"/v1/waiting-list/{one['id']}/stop-sharing", expect=200)
    assert hidden["id"] == one["id"] and look(chain, anew).status == 404
    assert store.advisor.post(f"/v1/waiting-list/{one['id']}/stop-sharing", expect=409).code == "not_shared"
