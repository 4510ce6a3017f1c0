# SPDX-License-Identifier: Apache-2.0
"""The one search box (B16): whatever is at hand finds it, for those who may see it."""

import random

import pytest


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
