# SPDX-License-Identifier: Apache-2.0
"""Regions, stores, bays, hours and house rules."""

from fettle import at_once, uuid7


def test_a_store_opens(chain, admin):
    """Headquarters opens a region with a store; the store's people see their own."""
    region = admin.post("/v1/regions", {"code": chain.unique(), "name": "华东"}, expect=201)
    assert region.headers["Location"] == "/v1/regions/" + region["id"]
    assert admin.get(region.headers["Location"], expect=200)["name"] == "华东"
    changed = admin.patch(region.headers["Location"], {"name": "华东区"}, version=region["version"], expect=200)
    assert (changed["name"], changed["version"]) == ("华东区", 2)

    store, other = chain.store(region["id"]), chain.store(region["id"])
    assert [s["id"] for s in admin.pages("/v1/stores", region_id=region["id"], limit=1)] == [
        s.id for s in sorted((store, other), key=lambda s: s.code)]
    assert [s["id"] for s in store.manager.get("/v1/stores", expect=200).data] == [store.id]
    assert store.manager.get(f"/v1/stores/{other.id}").status == 404
    assert {r["name"] for r in admin.pages("/v1/regions")} >= {"华东区"}
    assert [b["code"] for b in store.tech1.get(f"/v1/stores/{store.id}/bays", expect=200).data] == ["B1", "B2"]
    assert store.tech1.get(f"/v1/bays/{store.bay}", expect=200)["kind"] == "lift"


def test_a_store_keeps_its_own_hours(store):
    """A holiday, other opening hours, and the version that goes with them."""
    path = f"/v1/stores/{store.id}"
    holiday = store.manager.post(path + "/holidays", {"date": "2026-10-01", "closed": True, "name": "国庆"}, expect=201)
    assert holiday["holidays"] == [{"date": "2026-10-01", "closed": True, "opens": None, "closes": None, "name": "国庆"}]
    again = store.manager.post(path + "/holidays", {"date": "2026-10-01", "closed": True})
    assert (again.status, again.code) == (409, "duplicate")
    hours = store.manager.put(path + "/hours", {"hours": [{"weekday": 1, "opens": "09:00", "closes": "12:00"},
                                                         {"weekday": 1, "opens": "13:00", "closes": "18:00"}]},
                              version=holiday["version"], expect=200)
    assert [h["opens"] for h in hours["hours"]] == ["09:00", "13:00"]
    moved = store.manager.patch(path, {"phone": "021 5555 0000", "metadata": {"door": "north"}},
                                version=hours["version"], expect=200)
    assert (moved["phone"], moved["metadata"]) == ("02155550000", {"door": "north"})
    assert store.manager.patch(path, {"phone": None}, version=moved["version"], expect=200)["phone"] is None


def test_house_rules(store):
    """Only who may write policies changes them, and not beyond their limits."""
    path = f"/v1/stores/{store.id}/policies"
    rules = store.advisor.get(path, expect=200)
    assert (rules["vin_rule"], rules["tax_bp"]) == ("strict", 600)
    assert store.advisor.patch(path, {"tax_bp": 300}, version=rules["version"]).status == 403
    changed = store.manager.patch(path, {"tax_bp": 300}, version=rules["version"], expect=200)
    assert (changed["tax_bp"], changed["version"]) == (300, rules["version"] + 1)
    wrong = store.manager.patch(path, {"tax_bp": 5001, "slot_minutes": 4}, version=changed["version"])
    assert wrong.errors == {"/tax_bp": "too_large", "/slot_minutes": "too_small"}


def test_codes_are_taken_once(chain, admin):
    """Two make the same region at once: one is told whose it is."""
    code = chain.unique()
    one, two = at_once(*[lambda: admin.post("/v1/regions", {"code": code, "name": "北"})] * 2)
    assert sorted((one.status, two.status)) == [201, 409]
    late = max(one, two, key=lambda reply: reply.status)
    assert late.code == "duplicate" and late.errors == {"/code": "duplicate"}
    unknown = admin.post("/v1/stores", {"code": chain.unique(), "name": "无", "region_id": uuid7()})
    assert (unknown.status, unknown.errors) == (422, {"/region_id": "not_found"})
