# SPDX-License-Identifier: Apache-2.0
"""The list of parts: one number however it is written, found as people type it."""

import random

import pytest

from fettle import at_once, uuid7


@pytest.fixture
def part(chain):
    """part(name): a part with a number of its own."""
    def make(name="机油滤清器", **more):
        body = {"number": "06A-" + chain.unique(), "name": name, "unit": "件", "sale_price": 6800, **more}
        return chain.purchaser.post("/v1/parts", body, expect=201)
    return make


def found(client, **params):
    return [p["id"] for p in client.pages("/v1/parts", **params)]


def test_one_number_in_any_writing(chain, store, part):
    """E1: blanks, dashes, case and full-width forms do not make another part."""
    made = part(brand="SACHS")
    number = made["number"]
    plain = number.replace("-", "")
    wide = "".join(chr(ord(c) + 0xfee0) for c in number)
    for typed in (number, plain, plain.lower(), ". ".join(plain), wide, number.replace("-", "/")):
        assert found(store.advisor, number=typed) == [made["id"]], typed
        assert made["id"] in found(store.advisor, q=typed), typed
    again = chain.purchaser.post("/v1/parts", {"number": plain.lower(), "brand": "SACHS", "name": "x", "unit": "件",
                                               "sale_price": 1})
    assert (again.status, again["existing"]) == (409, {"type": "part", "id": made["id"]})
    assert part(number=number, brand="LUK")["id"] != made["id"]
    assert found(store.advisor, number=number + "9") == []


def test_found_as_people_type(chain, store, part):
    """E1: by the beginning of the name, of its full pinyin, of its initials; after a change by the new ones."""
    made = part("离合器压盘")
    for typed in ("离合器", "lihe", "lhq", "LHQYP", "压盘"):
        assert made["id"] in found(store.parts, q=typed), typed
    for typed in ("yqlq", "压盘离", "%", "lhqypx"):
        assert made["id"] not in found(store.parts, q=typed), typed
    changed = chain.purchaser.patch(f"/v1/parts/{made['id']}", {"name": "火花塞", "sale_price": 3000},
                                    version=made["version"], expect=200)
    assert (changed["name"], changed["sale_price"], changed["number"]) == ("火花塞", 3000, made["number"])
    assert made["id"] in found(store.parts, q="hhs")
    assert made["id"] not in found(store.parts, q="lhq")
    assert made["id"] in found(store.parts, q=made["number"])


def test_pages(chain, store, part):
    """E1: no part is lost or doubled between pages."""
    word = "".join(random.choices("甲乙丙丁戊己庚辛", k=6))
    made = {part(word + str(i))["id"] for i in range(7)}
    pages = store.advisor.pages("/v1/parts", limit=3, q=word)
    assert len(pages) == 7 and {p["id"] for p in pages} == made
    assert store.advisor.get("/v1/parts", params={"q": word, "limit": 2, "count": "true"})["count"]["value"] == 7
    # found by several words of its name, and by its number too, a part stands in the pages once
    both = [part(f"{word} {word}9", number=word + chain.unique())["id"] for _ in range(2)]
    for limit in (1, 2, 200):
        pages = [p["id"] for p in store.advisor.pages("/v1/parts", limit=limit, q=word)]
        assert sorted(pages) == sorted(made | set(both)), limit
    assert [p["id"] for p in store.advisor.pages("/v1/parts", limit=1, q=word, active="false")] == []


def test_who_may_write(chain, store, part):
    """E1: stores read the list, purchasers write it."""
    made = part()
    body = {"number": chain.unique(), "name": "x", "unit": "件", "sale_price": 1}
    for who in (store.manager, store.parts, store.advisor):
        assert who.post("/v1/parts", body).status == 403
        assert who.patch(f"/v1/parts/{made['id']}", {"name": "y"}, version=1).status == 403
        assert who.get(f"/v1/parts/{made['id']}", expect=200)["number"] == made["number"]
    wrong = chain.purchaser.post("/v1/parts", {"number": "", "name": "x", "sale_price": 1.5, "colour": "red"})
    assert wrong.errors == {"/number": "too_short", "/unit": "required", "/sale_price": "wrong_type",
                            "/colour": "unknown_field"}
    assert store.advisor.get(f"/v1/parts/{uuid7()}").status == 404
    both = at_once(*[lambda: chain.purchaser.post("/v1/parts", body) for _ in range(8)])
    assert sorted(r.status for r in both) == [201] + [409] * 7
