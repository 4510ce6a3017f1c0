# SPDX-License-Identifier: Apache-2.0
"""The catalogue of labour: headquarters writes it, every store reads it."""

from fettle import uuid7


def operation(chain, **more):
    return chain.purchaser.post("/v1/operations", {"code": chain.unique(), "name": "更换机油", "standard_hours": 0.5,
                                                   "unit_price": 12000, **more}, expect=201)


def test_catalogue(chain, store):
    """F9: an operation is added, found by code, by any piece of its name and by initials, and changed."""
    made = operation(chain, name="更换离合器", standard_hours=2.125, repair_category="assembly")
    assert made.headers["Location"] == f"/v1/operations/{made['id']}"
    assert (made["standard_hours"], made["unit_price"], made["repair_category"], made["service_class"]) == \
        (2.125, 12000, "assembly", "repair")
    for typed in (made["code"].lower(), "离合器", "ghlhq"):
        found = store.advisor.pages("/v1/operations", q=typed, store_id=store.id)
        assert made["id"] in [o["id"] for o in found], typed
        assert all({"id", "code", "name", "standard_hours", "unit_price"} <= set(o) for o in found)
    changed = chain.purchaser.patch(f"/v1/operations/{made['id']}", {"name": "更换刹车片", "skill": "brake", "active": False},
                                    version=made["version"], expect=200)
    assert (changed["name"], changed["skill"], changed["active"], changed["version"]) == ("更换刹车片", "brake", False, 2)
    assert made["id"] in [o["id"] for o in store.tech1.pages("/v1/operations", q="ghscp")]
    assert made["id"] not in [o["id"] for o in store.tech1.pages("/v1/operations", q="ghlhq")]
    assert made["id"] not in [o["id"] for o in store.tech1.pages("/v1/operations", code=made["code"], active="true")]


def test_who_may_write(chain, store):
    """F9: a store never changes the chain's catalogue; codes are unique; fields are checked all at once."""
    made = operation(chain)
    body = {"code": chain.unique(), "name": "四轮定位", "standard_hours": 1, "unit_price": 1}
    for who in (store.manager, store.advisor, store.parts):
        assert who.post("/v1/operations", body).status == 403
        assert who.patch(f"/v1/operations/{made['id']}", {"name": "x"}, version=1).status == 403
    again = chain.purchaser.post("/v1/operations", {**body, "code": made["code"]})
    assert (again.status, again.code) == (409, "duplicate")
    wrong = chain.purchaser.post("/v1/operations", {"code": "a b", "name": "", "standard_hours": 0, "unit_price": -1})
    assert wrong.errors == {"/code": "bad_format", "/name": "too_short", "/standard_hours": "too_small",
                            "/unit_price": "too_small"}
    assert chain.purchaser.patch(f"/v1/operations/{made['id']}", {"name": "x"}).status == 428
    assert chain.purchaser.patch(f"/v1/operations/{made['id']}", {"name": "x"}, version=7)["current"]["version"] == 1
    assert store.advisor.get(f"/v1/operations/{uuid7()}").status == 404
