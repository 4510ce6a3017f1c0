# SPDX-License-Identifier: Apache-2.0
"""Customers: made at one counter, known in the chain, found by others only by what they know exactly."""

import contextlib
import random
import threading
import time
import uuid

import psycopg2

from fettle import at_once, uuid7, wait_for
from trade import Trade


def person(store, who=None, expect=201, **more):
    body = {"kind": "person", "name": "王小明", "phone": store.chain.phone(), **more}
    return (who or store.advisor).post("/v1/customers", body, expect=expect)


def phone_of(customer, store):
    return store.advisor.get(f"/v1/customers/{customer['id']}/phone", expect=200)["phone"]


def entries(store, operation):
    """The access log's rows of one operation in a store."""
    return [row for row in store.chain.auditor.pages("/v1/access-log", store_id=store.id) if row["operation"] == operation]


def test_a_new_customer_is_masked_everywhere(store):
    """B1, B2, B5, B9: kind, contacts, tags, channel and source; phones only masked, but where it is logged."""
    phone, other = store.chain.phone(), store.chain.phone()
    made = person(store, phone=phone, tags=["vip", "fleet"], source="老客户介绍", preferred_channel="wechat",
                  external_ids={"crm": "77"}, metadata={"likes": "茶"},
                  contacts=[{"kind": "phone", "value": f"+86 {other}", "name": "李师傅", "role": "司机"},
                            {"kind": "email", "value": "wang@example.com"}])
    assert made["phone"] == phone[:3] + "****" + phone[-4:] and made["kind"] == "person"
    assert made["tags"] == ["vip", "fleet"] and made["external_ids"] == {"crm": "77"} and made["source"] == "老客户介绍"
    assert [c["value"] for c in made["contacts"]] == [other[:3] + "****" + other[-4:], "w***@example.com"]
    assert made.headers["Location"] == f"/v1/customers/{made['id']}"
    assert phone_of(made, store) == phone
    values = store.advisor.get(f"/v1/customers/{made['id']}/contact-values", expect=200).data
    assert [c["value"] for c in values] == [other, "wang@example.com"]
    assert len(entries(store, "getCustomerPhone")) == 1 and len(entries(store, "listContactValues")) == 1
    assert entries(store, "getCustomerPhone")[0]["subject_id"] == made["id"]


def test_who_may_not_see_contacts(store):
    """B1: a cashier reads customers but no numbers; a technician none of both."""
    made = person(store)
    assert store.cashier.get(f"/v1/customers/{made['id']}", expect=200)["phone"].count("*") == 4
    store.cashier.get(f"/v1/customers/{made['id']}/phone", expect=403)
    store.cashier.get(f"/v1/customers/{made['id']}/contact-values", expect=403)
    store.tech1.get(f"/v1/customers/{made['id']}", expect=403)
    person(store, who=store.cashier, expect=403)


def test_bad_fields(store):
    wrong = person(store, expect=422, kind="robot", phone="abc", tags=["a", "a"], name="")
    assert set(wrong.errors) == {"/kind", "/phone", "/tags", "/name"} or {"/kind", "/phone", "/name"} <= set(wrong.errors)
    assert person(store, expect=422, contacts=[{"kind": "email", "value": "no at"}]).errors == {"/contacts/0/value": "bad_contact"}
    assert person(store, expect=422, who=store.chain.admin).errors == {"/store_id": "required"}
    assert person(store, expect=422, who=store.chain.admin, store_id=uuid7()).code == "not_found"


def test_patch_and_versions(store):
    """B5: a merge patch; what was found by the old name is found by the new one only."""
    made = person(store)
    path = f"/v1/customers/{made['id']}"
    store.advisor.patch(path, {"name": "赵敏"}, expect=428)
    name = "赵敏" + store.code
    changed = store.advisor.patch(path, {"name": name, "source": None, "tags": ["x"]}, version=1, expect=200)
    assert (changed["name"], changed["version"], changed["tags"]) == (name, 2, ["x"])
    stale = store.advisor.patch(path, {"name": "过时"}, version=1, expect=412)
    assert stale["current"]["name"] == name
    found = store.advisor.get("/v1/customers", params={"q": name}, expect=200).data
    assert [c["id"] for c in found] == [made["id"]]
    assert made["id"] not in {c["id"] for c in store.advisor.get("/v1/customers", params={"q": "王小明"}, expect=200).data}


def test_another_store_sees_nobody_until_it_asks_exactly(store, chain):
    """B3, B16: invisible, then found by the whole number, with a row in the access log; nothing leaks."""
    other = chain.store()
    phone = chain.phone()
    made = person(store, phone=phone)
    path = f"/v1/customers/{made['id']}"
    for below in ("", "/contacts", "/consents", "/vehicles", "/timeline", "/phone"):
        other.advisor.get(path + below, expect=404)
    other.advisor.patch(path, {"name": "x"}, version=1, expect=404)
    assert other.advisor.get("/v1/customers", params={"phone": phone}, expect=200).data == []
    assert other.advisor.get("/v1/search", params={"q": phone[-8:]}, expect=200).data == []
    nobody = other.advisor.post("/v1/customers/lookup", {"phone": chain.phone()}, expect=404)
    assert "errors" not in nobody.json
    found = other.advisor.post("/v1/customers/lookup", {"phone": phone}, expect=200)
    assert found["id"] == made["id"]
    other.advisor.get(path, expect=200)
    log = entries(other, "lookupCustomer")
    assert [row["subject_id"] for row in log if row["subject_id"]] == [made["id"]] and len(log) == 2
    assert [hit["id"] for hit in other.advisor.get("/v1/search", params={"q": phone[-8:]}, expect=200).data] == [made["id"]]
    other.cashier.post("/v1/customers/lookup", {"phone": phone}, expect=403)


def test_contacts_come_and_go(store):
    """B1: further numbers find the customer; a contact taken away no longer does."""
    made, phone = person(store), store.chain.phone()
    added = store.advisor.post(f"/v1/customers/{made['id']}/contacts", {"kind": "phone", "value": phone, "name": "司机"}, expect=201)
    assert added["customer_id"] == made["id"] and added["value"] == phone[:3] + "****" + phone[-4:]
    assert [h["id"] for h in store.advisor.get("/v1/search", params={"q": phone[-7:]}, expect=200).data] == [made["id"]]
    assert store.advisor.post("/v1/customers/lookup", {"phone": phone}, expect=200)["id"] == made["id"]
    bad = store.advisor.post(f"/v1/customers/{made['id']}/contacts", {"kind": "phone", "value": "call me"}, expect=422)
    assert bad.errors == {"/value": "bad_contact"}
    store.advisor.delete(f"/v1/contacts/{added['id']}", expect=204)
    store.advisor.get(f"/v1/contacts/{added['id']}", expect=404)
    store.advisor.delete(f"/v1/contacts/{added['id']}", expect=404)
    assert store.advisor.get("/v1/search", params={"q": phone[-7:]}, expect=200).data == []
    assert store.advisor.get(f"/v1/customers/{made['id']}/contacts", expect=200).data == []


def test_consents(store):
    """B2: opt-in by channel and purpose, with its withdrawal on record."""
    made = person(store)
    path = f"/v1/customers/{made['id']}/consents"
    given = store.advisor.post(path, {"channel": "sms", "purpose": "marketing", "text_version": "2026-1"}, expect=201)
    assert given["withdrawn_at"] is None
    taken = store.advisor.post(f"/v1/consents/{given['id']}/withdraw", expect=200)
    assert taken["withdrawn_at"]
    again = store.advisor.post(f"/v1/consents/{given['id']}/withdraw", expect=200)
    assert again["withdrawn_at"] == taken["withdrawn_at"]
    assert store.advisor.get(path, expect=200).data == [again.json]
    assert store.advisor.post(path, {"channel": "fax", "purpose": "marketing", "text_version": "1"}, expect=422).errors == {"/channel": "bad_code"}


def test_two_become_one(store, chain):
    """B3: a duplicate is shown, merged by headquarters, and its id keeps answering; nothing is lost."""
    other, phone, second = chain.store(), chain.phone(), chain.phone()
    keep = person(store, phone=phone, tags=["a"])
    gone = person(other, phone=second, tags=["b"], source="网络")
    car = other.advisor.post("/v1/vehicles", {"plate": chain.plate(), "customer_id": gone["id"]}, expect=201)
    body = {"keep_id": keep["id"], "merge_id": gone["id"]}
    store.manager.post("/v1/customers/merge", body, expect=403)
    assert chain.admin.post("/v1/customers/merge", {"keep_id": keep["id"], "merge_id": keep["id"]},
                            expect=422).errors == {"/merge_id": "merge_with_itself"}
    one = chain.admin.post("/v1/customers/merge", body, expect=200)
    assert one["id"] == keep["id"] and one["tags"] == ["a", "b"] and one["source"] == "网络"
    assert [c["kind"] for c in one["contacts"]] == ["phone"]
    for who in (other.advisor, chain.admin):
        assert who.get(f"/v1/customers/{gone['id']}", expect=200)["id"] == keep["id"]
    owned = other.advisor.get(f"/v1/customers/{gone['id']}/vehicles", expect=200).data
    assert [o["vehicle"]["id"] for o in owned] == [car["id"]]
    assert other.advisor.get(f"/v1/vehicles/{car['id']}", expect=200)["owner"]["id"] == keep["id"]
    # a document that names the old id is the survivor's
    late = other.advisor.post("/v1/vehicles", {"plate": chain.plate(), "customer_id": gone["id"]}, expect=201)
    assert late["owner"]["id"] == keep["id"]
    assert chain.admin.post("/v1/customers/merge", body, expect=422).errors == {"/merge_id": "not_found"}
    # and a chain of merges resolves to its end
    third = person(store)
    chain.admin.post("/v1/customers/merge", {"keep_id": third["id"], "merge_id": keep["id"]}, expect=200)
    assert chain.admin.get(f"/v1/customers/{gone['id']}", expect=200)["id"] == third["id"]
    assert other.advisor.post("/v1/customers/lookup", {"phone": second}, expect=200)["id"] == third["id"]


def test_duplicates_are_shown(store):
    """B3: the same number twice."""
    phone = store.chain.phone()
    pair = {person(store, phone=phone)["id"], person(store, phone=phone, name="王晓明")["id"]}
    found = [d for d in store.advisor.pages("/v1/customers/duplicates")]
    assert [(d["reason"], {d["customer"]["id"], d["other"]["id"]}) for d in found] == [("same_phone", pair)]


def test_duplicates_as_they_come_and_go(store, chain):
    """B3: by a number that is changed, a name that is changed, a car that is sold; nobody who is gone; page after page; of a store its own."""
    trade = Trade(store)
    one, two, three = (person(store, name=name) for name in ("周一", "周二", "周三"))

    def pairs(who=store.advisor, **params):
        return {(d["reason"], frozenset((d["customer"]["id"], d["other"]["id"]))) for d in who.pages("/v1/customers/duplicates", **params)}

    def change(who, **what):
        path = f"/v1/customers/{who['id']}"
        store.advisor.patch(path, {**what, "version": store.advisor.get(path, expect=200)["version"]}, expect=200)

    both = frozenset((one["id"], two["id"]))
    assert pairs() == set()
    phone = chain.phone()
    change(one, phone=phone)
    change(two, phone=phone)
    assert pairs() == {("same_phone", both)}
    change(two, phone=chain.phone())
    assert pairs() == set()
    car = trade.vehicle(one["id"])["id"]
    store.advisor.post(f"/v1/vehicles/{car}/owners", {"customer_id": two["id"], "role": "owner"}, expect=201)
    assert pairs() == set()
    change(two, name="周一")
    assert pairs() == {("same_name_and_vehicle", both)}
    change(three, name="周一")
    store.advisor.post(f"/v1/vehicles/{car}/owners", {"customer_id": three["id"], "role": "driver"}, expect=201)
    assert pairs() == pairs(limit=1) == {("same_name_and_vehicle", frozenset(pair)) for pair in (
        (one["id"], two["id"]), (one["id"], three["id"]), (two["id"], three["id"]))}
    assert pairs(chain.store().advisor) == set()
    chain.admin.post("/v1/customers/merge", {"keep_id": one["id"], "merge_id": two["id"]}, expect=200)
    assert pairs() == {("same_name_and_vehicle", frozenset((one["id"], three["id"])))}


def test_two_who_make_a_person_at_once_are_duplicates(store, sql):
    """B3: whoever comes second finds the first, or is told as its duplicate."""
    phone, advisor = store.chain.phone(), store.advisor
    at_once(*[lambda: person(store, advisor, phone=phone) for _ in range(8)])
    made = {row[0] for row in sql("SELECT id FROM customer WHERE phone = %s", (phone,))}
    shown = {d[side]["id"] for d in store.advisor.pages("/v1/customers/duplicates") for side in ("customer", "other")}
    assert len(made) == 1 or shown == made


def test_who_is_still_being_served_stays(store, chain):
    """A12: a customer with something open is not taken out of use; the problem names it.  Who goes leaves who and why."""
    trade = Trade(store)
    customer = trade.customer()["id"]
    path = f"/v1/customers/{customer}"
    reception = trade.reception(customer, trade.vehicle(customer)["id"])
    refused = chain.admin.delete(path)
    assert (refused.status, refused.code) == (409, "in_use") and reception["number"] in refused["detail"]
    store.advisor.post(f"/v1/receptions/{reception['id']}/leave", {"reason": "other"}, expect=200)
    complaint = store.service.post("/v1/complaints", {
        "store_id": store.id, "customer_id": customer, "channel": "phone", "category": "attitude", "description": "等待太久"},
        expect=201)
    assert complaint["number"] in chain.admin.delete(path, expect=409)["detail"]
    store.service.post(f"/v1/complaints/{complaint['id']}/withdraw", {"reason": "误会"}, expect=200)
    version = chain.admin.get(path, expect=200)["version"]
    position = chain.admin.get("/v1/customers", params={"limit": 1}, expect=200)["position"]
    chain.admin.delete(path, params={"reason": "重复录入"}, expect=204)
    assert chain.admin.get(path).status == 404
    # the feed stays below the oldest transaction that still runs
    gone, = wait_for(lambda: [c for c in chain.admin.pages("/v1/customers", after_position=position) if c["id"] == customer])
    assert (gone["deleted_reason"], gone["version"]) == ("重复录入", version + 1) and gone["deleted_at"]


def test_a_change_and_a_merge_at_once(store, chain, run, sql):
    """B3: a change that waits for a merge is made to the customer that stayed."""
    keep, gone = person(store), person(store)
    with contextlib.closing(psycopg2.connect(run["dsn"])) as db, db.cursor() as cursor:
        cursor.execute("SELECT FROM customer WHERE id = %s FOR UPDATE", (gone["id"],))
        merging, changing = [threading.Thread(target=call) for call in (
            lambda: results.append(chain.admin.post("/v1/customers/merge", {"keep_id": keep["id"], "merge_id": gone["id"]})),
            lambda: results.append(store.advisor.patch(f"/v1/customers/{gone['id']}", {"source": "转介绍", "version": 2})))]
        results, waiting = [], "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s"
        for thread, query in ((merging, "%FROM customer%FOR UPDATE%"), (changing, "%FROM customer%FOR NO KEY UPDATE%")):
            thread.start()
            wait_for(lambda: sql(waiting, (query,))[0][0])  # pylint: disable=cell-var-from-loop
        db.rollback()
    merging.join()
    changing.join()
    assert sorted(r.status for r in results) == [200, 200], results
    assert chain.admin.get(f"/v1/customers/{keep['id']}", expect=200)["source"] == "转介绍"


def test_a_merge_and_a_document_at_once(store, chain):
    """B3: whoever comes first, the new vehicle belongs to the customer that stayed."""
    for _ in range(3):
        keep, gone = person(store), person(store)
        merged, car = at_once(
            lambda: chain.admin.post("/v1/customers/merge", {"keep_id": keep["id"], "merge_id": gone["id"]}, expect=200),
            lambda: store.advisor.post("/v1/vehicles", {"plate": chain.plate(), "customer_id": gone["id"]}, expect=201))
        assert merged["id"] == keep["id"]
        assert store.advisor.get(f"/v1/vehicles/{car['id']}", expect=200)["owner"]["id"] == keep["id"]


def test_a_deleted_customer_leaves_a_tombstone(store, chain):
    """B3: gone from lists and search, told to those who follow the feed."""
    made = person(store)
    store.manager.delete(f"/v1/customers/{made['id']}", expect=403)
    position = store.advisor.get("/v1/customers", expect=200)["position"]
    chain.admin.delete(f"/v1/customers/{made['id']}", expect=204)
    store.advisor.get(f"/v1/customers/{made['id']}", expect=404)
    assert made["id"] not in {c["id"] for c in store.advisor.pages("/v1/customers")}
    # the feed stays below the oldest transaction that still runs
    graves = wait_for(lambda: [c["id"] for c in store.advisor.pages("/v1/customers", after_position=position) if c["deleted_at"]])
    assert graves == [made["id"]]


def test_lists_by_page_and_filter(store):
    """B5: every customer of the store once, whatever the page; filters by kind, tag and phone."""
    phone = store.chain.phone()
    people = {person(store)["id"] for _ in range(4)}
    fleet = person(store, kind="fleet", name="某某物流有限公司", tags=["大客户"], phone=phone)["id"]
    listed = [c["id"] for c in store.advisor.pages("/v1/customers", limit=2)]
    assert len(listed) == 5 and set(listed) == people | {fleet}
    for wanted in ({"kind": "fleet,company"}, {"tag": "大客户"}, {"phone": phone}, {"q": "物流"}, {"q": "mmwl"}):
        assert [c["id"] for c in store.advisor.get("/v1/customers", params=wanted, expect=200).data] == [fleet], wanted


def test_a_timeline_of_a_new_customer_is_empty(store):
    made = person(store)
    assert store.advisor.get(f"/v1/customers/{made['id']}/timeline", expect=200).data == []
    store.advisor.get(f"/v1/customers/{uuid7()}/timeline", expect=404)


def test_days_of_customers_whose_ids_were_made_elsewhere(store):
    """B1: a client that makes ids ahead of time, or long before it is connected again: the days are those of the customer."""
    def made_at(seconds):
        return str(uuid.UUID(int=int((time.time() + seconds) * 1000) << 80 | 7 << 76 | 2 << 62 | random.getrandbits(62)))
    ids = [person(store, id=made_at(days * 86400))["id"] for days in (-400, -2, 0, 3)]
    cars = [store.advisor.post("/v1/vehicles", {"id": made_at(days * 86400), "customer_id": ids[0], "plate": f"沪A{i:05d}"}, expect=201)["id"] for i, days in enumerate((-90, 0), 77001)]
    day = {"created_from": ago(3600), "created_to": ago(-3600)}
    for who, within in ((store.advisor, {"store_id": store.id}), (store.chain.auditor, {})):
        for sort in ("created_at", "-created_at"):
            listed = [c["id"] for c in who.pages("/v1/customers", sort=sort, **day, **within)]
            assert len(set(listed)) == len(listed) and set(ids) <= set(listed)
        listed = [v["id"] for v in who.pages("/v1/vehicles", **day, **within)]
        assert len(set(listed)) == len(listed) and set(cars) <= set(listed)
    assert not set(ids) & {c["id"] for c in store.advisor.pages("/v1/customers", created_to=ago(3600))}
    assert [c["id"] for c in store.advisor.pages("/v1/customers") if c["id"] in ids] == [ids[3], ids[2], ids[1], ids[0]]


def ago(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds))
