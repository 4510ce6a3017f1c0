# SPDX-License-Identifier: Apache-2.0
"""The one search box (B16): whatever is at hand finds it, for those who may see it."""

import random

import pytest

from fettle import at_once


@pytest.fixture
def known(store, chain):
    """A customer with a name that no other test has, and their vehicle."""
    phone, vin, plate = chain.phone(), chain.vin(), chain.plate()
    name = "欧阳" + "".join(random.choices("晨昊梓涵雨桐嘉怡子轩", k=2)) + store.code
    customer = store.advisor.post("/v1/customers", {"kind": "person", "name": name, "phone": phone}, expect=201)
    vehicle = store.advisor.post("/v1/vehicles", {"vin": vin, "plate": plate, "customer_id": customer["id"]}, expect=201)
    return {"customer": customer, "vehicle": vehicle, "phone": phone, "name": name}


def search(who, q, expect=200, **more):
    return who.get("/v1/search", params={"q": q, **more}, expect=expect)


def hits(who, q):
    return [(h["subject"], h["matched"], h["id"]) for h in search(who, q).data]


def test_by_whatever_is_at_hand(store, known):
    """B16: phone tail, plate, VIN tail, name, pinyin, initials."""
    customer, vehicle, phone = known["customer"]["id"], known["vehicle"]["id"], known["phone"]
    plate, vin = known["vehicle"]["plate"], known["vehicle"]["vin"]
    for q, kind in ((phone[-4:], "phone_tail"), (phone, "phone_tail"), (known["name"], "name"),
                    (known["name"][1:], "name"), ("ouyang", "pinyin"), ("oy", "initials")):
        assert ("customer", kind, customer) in hits(store.advisor, q), (q, kind)
    for q, kind in ((plate, "plate"), (plate[1:], "plate"), (plate[2:].lower(), "plate"), (vin[-6:], "vin_tail"),
                    (vin, "vin_tail"), (plate[:2] + "·" + plate[2:], "plate")):
        assert ("vehicle", kind, vehicle) in hits(store.advisor, q), (q, kind)
    shown = next(h for h in search(store.advisor, phone[-8:]).data if h["id"] == customer)
    assert (shown["title"], shown["subtitle"]) == (known["name"], phone[:3] + "****" + phone[-4:])


def test_only_who_may_see_it(store, chain, known):
    """B16: another store finds nothing; a technician finds the vehicle and not its owner."""
    other = chain.store()
    assert hits(other.advisor, known["phone"]) == [] and hits(other.advisor, known["vehicle"]["plate"]) == []
    assert hits(store.tech1, known["name"]) == []
    assert hits(store.tech1, known["vehicle"]["plate"]) == [("vehicle", "plate", known["vehicle"]["id"])]
    assert ("customer", "name", known["customer"]["id"]) in hits(chain.admin, known["name"])


def test_too_little_finds_nothing(store, known):
    """B16: three digits are no phone tail, five characters no VIN tail; the limit holds."""
    assert not [h for h in hits(store.advisor, known["phone"][-3:]) if h[1] == "phone_tail"]
    assert not [h for h in hits(store.advisor, known["vehicle"]["vin"][-5:]) if h[1] == "vin_tail"]
    for _ in range(3):
        store.advisor.post("/v1/customers", {"kind": "person", "name": known["name"]}, expect=201)
    page = search(store.advisor, known["name"], limit=2)
    assert len(page.data) == 2 and page["next_cursor"] is None
    assert search(store.advisor, "", expect=400).errors == {"q": "too_short"}
    assert search(store.advisor, "·", expect=200).data == []


def test_documents_and_parts(store, chain):
    """B16: a document by its number from either end, a part by number and initials."""
    number = "QX-" + chain.unique()
    part = chain.purchaser.post("/v1/parts", {"number": number, "name": "离合器轴承套" + number, "unit": "件",
                                              "sale_price": 100}, expect=201)
    assert ("part", "part_number", part["id"]) in hits(store.parts, number.lower().replace("-", " "))
    assert ("part", "initials", part["id"]) in hits(store.parts, "lhqzct" + number.replace("-", ""))
    issue = store.parts.post("/v1/stock-documents", {
        "kind": "receipt", "store_id": store.id, "reason": "purchase",
        "lines": [{"part_id": part["id"], "quantity": 1, "unit_cost": 10}]}, expect=201)
    wanted = ("stock_document", issue["id"])
    assert wanted in {(h[0], h[2]) for h in hits(store.parts, issue["number"])}
    assert wanted in {(h[0], h[2]) for h in hits(store.parts, issue["number"][-11:])}
    other = chain.store()
    assert hits(other.parts, issue["number"]) == []


def test_every_store_that_knows_them_finds_them(store, chain, known):
    """B16: from the moment a store knows a customer it finds them by every key, those that another store changes later
    too; a manager of both stores and headquarters find each of them once."""
    other = chain.store(region=store.region)
    customer, phone = known["customer"]["id"], known["phone"]
    other.advisor.post("/v1/customers/lookup", {"phone": phone}, expect=200)
    assert ("customer", "name", customer) in hits(other.advisor, known["name"])
    name, again = "司马" + chain.unique(), chain.phone()
    store.advisor.patch(f"/v1/customers/{customer}", {"name": name}, version=1, expect=200)
    store.advisor.post(f"/v1/customers/{customer}/contacts", {"kind": "phone", "value": again}, expect=201)
    manager = chain.people.hire(chain.unique().lower(), "region_manager", region=store.region)
    for who in (store.advisor, other.advisor, manager, chain.admin):
        assert hits(who, known["name"]) == []
        assert hits(who, name) == [("customer", "name", customer)]
        assert hits(who, again) == [("customer", "phone_tail", customer)]
        assert [c["id"] for c in who.get("/v1/customers", params={"q": name}, expect=200).data] == [customer]
    assert hits(chain.store().advisor, name) == []


def test_a_name_changes_while_a_store_learns_of_them(store, chain):
    """B16: whichever comes first, the new store finds the new name and not the old one."""
    for n in range(4):
        phone, was, will = chain.phone(), f"诸葛{n}{chain.unique()}", f"夏侯{n}{chain.unique()}"
        customer = store.advisor.post("/v1/customers", {"kind": "person", "name": was, "phone": phone}, expect=201)
        other = chain.store()
        at_once(lambda c=customer, w=will: store.advisor.patch(f"/v1/customers/{c['id']}", {"name": w}, version=1, expect=200),
                lambda p=phone, o=other: o.advisor.post("/v1/customers/lookup", {"phone": p}, expect=200))
        assert hits(other.advisor, was) == [] and hits(other.advisor, will) == [("customer", "name", customer["id"])]


def test_operations(store, chain):
    """B16: labour by its code from either end, its name and its initials; a new name replaces the old one."""
    code = "OP" + chain.unique()
    made = chain.admin.post("/v1/operations", {"code": code, "name": "更换刹车片" + code, "standard_hours": 1.5, "unit_price": 20000}, expect=201)
    for q, kind in ((code, "number"), (code[-5:], "number_tail"), ("刹车片" + code, "name"), ("ghscp" + code, "initials")):
        assert ("operation", kind, made["id"]) in hits(store.advisor, q), (q, kind)
    chain.admin.patch(f"/v1/operations/{made['id']}", {"name": "更换制动盘" + code}, version=1, expect=200)
    assert hits(store.advisor, "刹车片" + code) == [] and hits(store.advisor, code)
    assert ("operation", "name", made["id"]) in hits(store.advisor, "制动盘" + code)
