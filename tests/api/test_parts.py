# SPDX-License-Identifier: Apache-2.0
"""The list of parts: one number however it is written, found as people type it."""

import random

import pytest

from fettle import at_once, uuid7
from trade import PAPER, PICTURE, Trade


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


def test_what_a_number_says(chain, store, part):
    """H1: by the rule of Chinese makers group, subgroup, piece, structure and change; of other makers nothing; who knows better tells."""
    made = part(number="3502105-" + chain.unique() + "-B")
    tail = made["number"].split("-")[1]
    empty = dict.fromkeys(("company", "source", "repair"))
    fields = {"scheme": "qc_t_265", "group": "35", "subgroup": "3502", "piece": "105", "structure": tail, "change": "B", **empty}
    assert made["number_fields"] == fields
    other = part()
    assert other["number_fields"] is None
    for subgroup in ("35", "3502"):
        assert made["id"] in found(store.parts, subgroup=subgroup) and other["id"] not in found(store.parts, subgroup=subgroup)
    assert made["id"] not in found(store.parts, subgroup="3503")
    for wrong in ("3", "35021", "3A"):
        assert "subgroup" in store.parts.get("/v1/parts", params={"subgroup": wrong}, expect=400).errors
    path = f"/v1/parts/{made['id']}"
    told = chain.purchaser.patch(path, {"number_fields": {"repair": "X1"}}, version=made["version"], expect=200)
    assert told["number_fields"] == {**fields, "scheme": "told", "repair": "X1"}
    again = chain.purchaser.patch(path, {"number_fields": {}}, version=told["version"], expect=200)
    assert again["number_fields"] == fields
    renamed = chain.purchaser.patch(path, {"number": "06A-" + chain.unique()}, version=again["version"], expect=200)
    assert renamed["number_fields"] is None and made["id"] not in found(store.parts, subgroup="35")


def test_classes_and_packs(chain, store, part):
    """H2 H3 H4 H5: source, technology by its points, importance and use; how much a pack holds."""
    plain = part()
    assert [plain[name] for name in ("source_class", "technology_score", "technology_class", "use_class", "key_class")] == [None] * 5
    assert (plain["pack_quantity"], plain["barcodes"], plain["current"]) == (1, [], None)
    for score, named in ((50, "high"), (35, "high"), (34, "medium"), (25, "medium"), (24, "low"), (0, "low")):
        made = part(technology_score=score, source_class="equivalent", use_class="wear", key_class=2, pack_quantity=4)
        assert (made["technology_class"], made["source_class"], made["use_class"], made["key_class"], made["pack_quantity"]) == (named, "equivalent", "wear", 2, 4)
    assert made["id"] in found(store.parts, source_class="original,equivalent") and made["id"] not in found(store.parts, source_class="used")
    cleared = chain.purchaser.patch(f"/v1/parts/{made['id']}", {"technology_score": None, "source_class": None, "use_class": None}, version=made["version"], expect=200)
    assert [cleared[name] for name in ("technology_score", "technology_class", "source_class", "use_class")] == [None] * 4
    body = {"number": chain.unique(), "name": "x", "unit": "件", "sale_price": 1, "technology_score": 51, "pack_quantity": 0, "source_class": "stolen"}
    assert set(chain.purchaser.post("/v1/parts", body, expect=422).errors) == {"/technology_score", "/pack_quantity", "/source_class"}


def uploaded(store, content=PICTURE, media="image/png", **more):
    return store.tech1.request("POST", "/v1/files", raw=content, headers={"Content-Type": media}, params={"store_id": store.id, **more}, expect=201)["id"]


def test_pictures_and_drawings(chain, store, part):
    """H13: files of a part in their order, with captions; every store sees them; what is not named any more is detached."""
    made, other = part(), chain.store()
    photo, drawing = uploaded(store, name="正面.png"), uploaded(store, PAPER, "application/pdf", name="图纸.pdf")
    path = f"/v1/parts/{made['id']}/files"
    both = [{"file_id": drawing, "kind": "drawing", "caption": "装配图"}, {"file_id": photo, "kind": "photo"}]
    now = chain.purchaser.put(path, {"files": both}, version=made["version"], expect=200)
    assert now["version"] > made["version"]
    seen = other.advisor.pages(path, limit=1)
    assert [(f["id"], f["kind"], f["caption"], f["media_type"], f["size"]) for f in seen] == [
        (drawing, "drawing", "装配图", "application/pdf", len(PAPER)), (photo, "photo", None, "image/png", len(PICTURE))]
    assert [chain.people.client().get(f["url"]).body for f in seen] == [PAPER, PICTURE]
    assert other.advisor.get(f"/v1/files/{photo}").status == 404    # the file itself stays the store's
    assert chain.purchaser.put(path, {"files": []}, version=made["version"]).code == "stale_version"
    chain.purchaser.put(path, {"files": both[1:]}, version=now["version"], expect=200)
    assert [f["id"] for f in store.advisor.pages(path)] == [photo]
    assert [f["id"] for f in store.advisor.pages(f"/v1/parts/{part()['id']}/files")] == []


def test_what_may_show_a_part(chain, store, part):
    """H13: pictures and papers that belong to nothing; what is a customer's stays with the visit; headquarters writes."""
    made, trade = part(), Trade(store)
    path = f"/v1/parts/{made['id']}/files"

    def put(*files, who=chain.purchaser):
        return who.put(path, {"files": [{"file_id": f, "kind": "photo"} for f in files]}, version=made["version"])
    photo, of_visit = uploaded(store), uploaded(store, subject_type="reception", subject_id=trade.reception()["id"])
    assert put(photo, who=store.manager).status == 403
    assert put(photo, of_visit, uuid7()).errors == {"/files/1/file_id": "not_found", "/files/2/file_id": "not_found"}
    assert put(photo, photo).errors == {"/files/1/file_id": "not_unique"}
    assert put(*[uuid7() for _ in range(31)]).errors == {"/files": "too_many"}
    video = uploaded(store, b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video/mp4")
    assert put(video).errors == {"/files/0/file_id": "bad_value"}
    assert store.advisor.pages(path) == [] and store.advisor.get(f"/v1/parts/{uuid7()}/files").status == 404
    assert sorted(r.status for r in at_once(*[lambda: put(photo) for _ in range(6)])) == [200] + [412] * 5
    assert [f["id"] for f in store.advisor.pages(path)] == [photo]


def test_where_catalogues_show_a_part(chain, store, part):
    """H13: catalogue, figure and position, as a text, in their order."""
    made = part()
    path = f"/v1/parts/{made['id']}/epc-references"
    told = [{"catalogue": "ETKA VW", "figure": "615-010", "position": "14", "note": "前轴"}, {"catalogue": "PET", "figure": "6-02"}]
    assert store.manager.put(path, {"references": told}, version=made["version"]).status == 403
    wrong = chain.purchaser.put(path, {"references": [{"figure": ""}]}, version=made["version"])
    assert wrong.errors == {"/references/0/catalogue": "required", "/references/0/figure": "too_short"}
    now = chain.purchaser.put(path, {"references": told}, version=made["version"], expect=200)
    seen = store.advisor.pages(path, limit=1)
    assert [(r["catalogue"], r["figure"], r["position"], r["note"]) for r in seen] == [("ETKA VW", "615-010", "14", "前轴"), ("PET", "6-02", None, None)]
    chain.purchaser.put(path, {"references": told[1:]}, version=now["version"], expect=200)
    assert [r["catalogue"] for r in store.advisor.pages(path)] == ["PET"]


@pytest.fixture
def kind(chain):
    def make(key_class=2, expect=201, **more):
        return chain.purchaser.post("/v1/key-part-kinds", {"key_class": key_class, "name": "转向器 " + chain.unique(), **more}, expect=expect)
    return make


def test_kinds_of_key_parts(chain, store, part, kind):
    """H4: class 1 has the rule's three kinds, the chain writes the others; what a part is makes its class."""
    rule = {k["name"] for k in store.advisor.pages("/v1/key-part-kinds", key_class=1)}
    assert {"汽油机电控系统", "制动系统防抱死、防滑装置", "安全气囊"} <= rule
    steering, hose = kind(2, note="含总成"), kind(3)
    assert (steering["key_class"], steering["note"], steering["active"]) == (2, "含总成", True)
    assert steering["id"] in {k["id"] for k in store.advisor.pages("/v1/key-part-kinds", key_class=2, limit=1)}
    made = part(key_part_kind_id=steering["id"])
    assert (made["key_class"], made["key_part_kind"]) == (2, {"id": steering["id"], "name": steering["name"]})
    path = f"/v1/parts/{made['id']}"
    moved = chain.purchaser.patch(path, {"key_part_kind_id": hose["id"]}, version=made["version"], expect=200)
    assert (moved["key_class"], moved["key_part_kind"]["id"]) == (3, hose["id"])
    assert [p["id"] for p in store.advisor.pages(f"/v1/key-part-kinds/{hose['id']}/parts")] == [made["id"]]
    assert store.advisor.pages(f"/v1/key-part-kinds/{steering['id']}/parts") == []
    for wrong in (1, None):
        assert chain.purchaser.patch(path, {"key_class": wrong}, version=moved["version"]).errors == {"/key_class": "bad_value"}
    plain = chain.purchaser.patch(path, {"key_part_kind_id": None}, version=moved["version"], expect=200)
    assert (plain["key_class"], plain["key_part_kind"]) == (None, None)
    told = chain.purchaser.patch(path, {"key_part_kind_id": None, "key_class": 1}, version=plain["version"], expect=200)
    assert (told["key_class"], told["key_part_kind"]) == (1, None)
    same = chain.purchaser.patch(path, {"key_part_kind_id": steering["id"], "key_class": 2}, version=told["version"], expect=200)
    renamed = chain.purchaser.patch(f"/v1/key-part-kinds/{steering['id']}", {"name": "转向器总成 " + chain.unique(), "active": False, "note": None}, version=1, expect=200)
    assert (renamed["active"], renamed["note"], renamed["key_class"]) == (False, None, 2)
    assert chain.purchaser.patch(path, {"name": "转向器"}, version=same["version"], expect=200)["key_part_kind"]["name"] == renamed["name"]


def test_what_is_wrong_with_a_kind(chain, store, kind):
    """H4: headquarters writes them, no two of a name; what is wrong is told by its field."""
    made = kind()
    body = {"number": chain.unique(), "name": "x", "unit": "件", "sale_price": 1}
    assert store.manager.post("/v1/key-part-kinds", {"key_class": 2, "name": "x"}).status == 403
    assert kind(4, expect=422).errors == {"/key_class": "too_large"}
    assert kind(name=made["name"], expect=409).errors == {"/name": "duplicate"}
    assert kind(id=made["id"], expect=409).errors == {"/id": "duplicate"}
    assert chain.purchaser.patch(f"/v1/key-part-kinds/{made['id']}", {"key_class": 3}, version=1).errors == {"/key_class": "unknown_field"}
    assert chain.purchaser.post("/v1/parts", {**body, "key_part_kind_id": uuid7()}).errors == {"/key_part_kind_id": "not_found"}
    assert chain.purchaser.post("/v1/parts", {**body, "key_part_kind_id": made["id"], "key_class": 1}).errors == {"/key_class": "bad_value"}
    chain.purchaser.patch(f"/v1/key-part-kinds/{made['id']}", {"active": False}, version=1, expect=200)
    assert chain.purchaser.post("/v1/parts", {**body, "key_part_kind_id": made["id"]}).errors == {"/key_part_kind_id": "bad_value"}
    assert store.advisor.get(f"/v1/key-part-kinds/{uuid7()}/parts").status == 404
    name = "同名 " + chain.unique()
    assert sorted(r.status for r in at_once(*[lambda: kind(name=name, expect=None) for _ in range(6)])) == [201] + [409] * 5


def test_barcodes(chain, store, part):
    """H8: a part is found by any barcode it carries; no two parts carry one."""
    codes = [chain.unique(), "QR:" + chain.unique()]
    made = part(barcodes=codes)
    assert made["barcodes"] == sorted(codes)
    for code in codes:
        assert found(store.parts, barcode=code) == [made["id"]]
    assert found(store.parts, barcode=codes[0], q=made["number"]) == [made["id"]]
    taken = chain.purchaser.post("/v1/parts", {"number": chain.unique(), "name": "x", "unit": "件", "sale_price": 1, "barcodes": [codes[1]]})
    assert (taken.status, taken.errors) == (409, {"/barcodes": "duplicate"})
    left = chain.purchaser.patch(f"/v1/parts/{made['id']}", {"barcodes": codes[:1]}, version=made["version"], expect=200)
    assert left["barcodes"] == codes[:1] and found(store.parts, barcode=codes[1]) == []
    assert part(barcodes=codes[1:])["barcodes"] == codes[1:]
    same = chain.purchaser.post("/v1/parts", {"number": chain.unique(), "name": "x", "unit": "件", "sale_price": 1, "barcodes": ["1", "1"]})
    assert same.errors == {"/barcodes/1": "not_unique"}


def test_what_succeeds_a_part(chain, store, part):
    """H7: chains of successors by their days, both ways; alternatives; ended by a day; no circle, and one successor at a time."""
    old, new, newest, other = (part() for _ in range(4))

    def say(of, by, kind="successor", expect=201, who=chain.purchaser, **more):
        return who.post(f"/v1/parts/{of['id']}/replacements", {"part_id": by["id"], "kind": kind, **more}, expect=expect)

    def seen(of):
        return [(r["direction"], r["part"]["id"], r["holds"]) for r in store.advisor.get(f"/v1/parts/{of['id']}/replacements", expect=200).data]

    def current(of):
        now = store.advisor.get(f"/v1/parts/{of['id']}", expect=200)["current"]
        return now and now["id"]
    first = say(old, new, note="改进密封")
    assert (first["direction"], first["part"]["id"], first["valid_to"], first["note"]) == ("replaced_by", new["id"], None, "改进密封")
    later = say(new, newest, valid_from="2035-01-01")
    assert (later["valid_from"], later["holds"]) == ("2035-01-01", False)
    assert (current(old), current(new), current(newest)) == (new["id"], None, None)
    assert seen(old) == [("replaced_by", new["id"], True)]
    assert seen(new) == [("replaces", old["id"], True), ("replaced_by", newest["id"], False)]
    say(other, newest, kind="alternative")
    say(other, old, kind="alternative", one_way=True)
    assert seen(other) == [("either", newest["id"], True), ("replaced_by", old["id"], True)]
    assert ("replaces", other["id"], True) in seen(old) and ("either", other["id"], True) in seen(newest)
    # what cannot be
    assert say(newest, old, expect=409).code == "replacement_circle"
    assert say(old, other, expect=409).code == "has_successor"
    assert say(old, old, expect=422).errors == {"/part_id": "bad_value"}
    assert say(old, {"id": uuid7()}, expect=422).errors == {"/part_id": "not_found"}
    assert say({"id": uuid7()}, old, expect=404).code == "not_found"
    for who in (store.manager, store.parts):
        say(old, new, kind="alternative", who=who, expect=403)
    # an end
    end = f"/v1/part-replacements/{first['id']}/end"
    ended = chain.purchaser.post(end, {}, expect=200)
    assert ended["valid_to"] and not ended["holds"] and current(old) is None
    assert chain.purchaser.post(end, {"valid_to": "2034-01-01"}, expect=422).errors == {"/valid_to": "bad_value"}
    assert chain.purchaser.post(f"/v1/part-replacements/{uuid7()}/end", {}, expect=404).code == "not_found"
    assert store.parts.post(end, {}, expect=403)
    say(old, other)
    assert current(old) == other["id"]


def test_circles_that_many_close_at_once(chain, part, sql):
    """H7: of parts that are linked in a ring at the same moment, one link is refused."""
    ring = [part() for _ in range(6)]
    buyer = chain.purchaser
    replies = at_once(*[lambda a=a, b=b: buyer.post(f"/v1/parts/{a['id']}/replacements", {"part_id": b["id"], "kind": "successor"})
                        for a, b in zip(ring, ring[1:] + ring[:1])])
    assert sorted(r.status for r in replies) == [201] * 5 + [409]
    assert [r.code for r in replies if r.status == 409] == ["replacement_circle"]


def test_what_a_part_fits(chain, store, part):
    """H6: parts that are known to fit a car, by its make, model and year."""
    trade = Trade(store)
    vehicle = trade.vehicle(trade.customer()["id"], make="Volkswagen", model="Lavida", model_year=2017)["id"]
    fits, older, other, any_model = (part() for _ in range(4))

    def say(of, *fitments, expect=200):
        return chain.purchaser.put(f"/v1/parts/{of['id']}/fitments", {"fitments": list(fitments)}, version=chain.purchaser.get(f"/v1/parts/{of['id']}")["version"], expect=expect)
    say(fits, {"make": "volkswagen", "model": "LAVIDA", "year_from": 2015, "year_to": 2019, "engine": "EA211"}, {"make": "Skoda"})
    say(older, {"make": "Volkswagen", "model": "Lavida", "year_to": 2016})
    say(other, {"make": "Volkswagen", "model": "Passat"})
    say(any_model, {"make": "Volkswagen"})
    ids = {p["id"] for p in (fits, older, other, any_model)}
    assert {p for p in found(store.advisor, fits_vehicle_id=vehicle) if p in ids} == {fits["id"], any_model["id"]}
    assert found(store.advisor, fits_vehicle_id=vehicle, q=fits["number"]) == [fits["id"]]
    assert found(chain.store().advisor, fits_vehicle_id=vehicle) == []
    listed = store.advisor.get(f"/v1/parts/{fits['id']}/fitments", expect=200).data
    assert [(f["make"], f["model"], f["year_from"], f["year_to"], f["engine"]) for f in listed] == [
        ("volkswagen", "LAVIDA", 2015, 2019, "EA211"), ("Skoda", None, None, None, None)]
    assert say(fits, {"make": "x", "year_from": 2019, "year_to": 2015}, expect=422).errors == {"/fitments/0/year_to": "bad_value"}
    say(fits)
    assert store.advisor.get(f"/v1/parts/{fits['id']}/fitments", expect=200).data == []
