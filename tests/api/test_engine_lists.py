# SPDX-License-Identifier: Apache-2.0
"""Lists: pages, cursors, counts, and following what changes."""

import threading

import psycopg2
import pytest

from fettle import wait_for


def regions(chain, count):
    return [chain.region() for _ in range(count)]


def test_pages_join_up(admin, chain):
    """Whatever the size of the pages, the whole is the same."""
    region = chain.region()
    made = [chain.store(region, bays=0).id for _ in range(7)]
    whole = [s["id"] for s in admin.pages("/v1/stores", region_id=region)]
    assert sorted(whole) == sorted(made)
    for limit in (1, 2, 3, 7, 200):
        assert [s["id"] for s in admin.pages("/v1/stores", limit=limit, region_id=region)] == whole
    page = admin.get("/v1/stores", params={"region_id": region, "limit": 7}, expect=200)
    assert page["next_cursor"] is None and page["position"] is not None
    counted = admin.get("/v1/stores", params={"region_id": region, "limit": 2, "count": "true"}, expect=200)
    assert counted["count"] == {"value": 7, "capped": False}
    second = admin.get("/v1/stores", params={"region_id": region, "limit": 2, "count": "true",
                                             "cursor": counted["next_cursor"]}, expect=200)
    assert second["count"] == {"value": 7, "capped": False}


def test_a_list_below_an_object_counts_too(store):
    page = store.manager.get(f"/v1/stores/{store.id}/bays?count=true&limit=1", expect=200)
    assert page["count"] == {"value": 2, "capped": False} and len(page.data) == 1 and page["position"] is not None


def test_cursors_are_bound(admin, chain, store):
    """A cursor is good for one list, its filters and its caller, and cannot be made up."""
    chain.store(store.region)
    filters = {"region_id": store.region, "limit": 1}
    cursor = admin.get("/v1/stores", params=filters, expect=200)["next_cursor"]
    assert admin.get("/v1/stores", params={**filters, "cursor": cursor, "limit": 5}, expect=200)
    flipped = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    for caller, path, params in (
            (admin, "/v1/stores", {**filters, "cursor": flipped}),
            (admin, "/v1/stores", {**filters, "cursor": cursor[1:]}),
            (admin, "/v1/stores", {**filters, "cursor": ""}),
            (admin, "/v1/stores", {**filters, "cursor": "x" * 999}),
            (admin, "/v1/stores", {"cursor": cursor}),
            (admin, "/v1/stores", {**filters, "code": "X", "cursor": cursor}),
            (admin, "/v1/regions", {"cursor": cursor}),
            (admin, "/v1/customers/duplicates", {"cursor": cursor}),
            (chain.analyst, "/v1/stores", {**filters, "cursor": cursor})):
        reply = caller.get(path, params=params)
        assert (reply.status, reply.code) == (400, "bad_cursor"), (path, params, reply)


def test_nothing_is_lost_or_doubled_while_others_write(admin, chain):
    """Reading page by page beside four writers sees each row that was there exactly once."""
    region = chain.region()
    before = {chain.store(region, bays=0).id for _ in range(12)}
    stop = threading.Event()

    def write():
        while not stop.is_set():
            chain.store(region, bays=0)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(5):
            seen = [s["id"] for s in admin.pages("/v1/stores", limit=3, region_id=region)]
            assert len(seen) == len(set(seen)) and before <= set(seen)
    finally:
        stop.set()
        for writer in writers:
            writer.join()


def test_a_position_resumes_exactly(admin, chain, db, run):
    """after_position tells every change once committed, however long its transaction was open."""
    region = chain.region()
    slow, first = chain.store(region, bays=0), chain.store(region, bays=0)
    with psycopg2.connect(run["dsn"]) as other:
        with other.cursor() as cursor:      # begins before, commits after
            cursor.execute("UPDATE store SET name = '慢', version = version + 1, updated_at = now(),"
                           " changed = pg_current_xact_id() WHERE id = %s", (slow.id,))
        version = admin.get(f"/v1/stores/{first.id}")["version"]
        admin.patch(f"/v1/stores/{first.id}", {"name": "快"}, version=version, expect=200)
        page = admin.get("/v1/stores", params={"region_id": region}, expect=200)
        position = page["position"]
        other.commit()
    other.close()

    def following(position, store):
        """The changes from a position on, once they tell of a store: what is open anywhere else holds them back."""
        def look():
            page = admin.get("/v1/stores", params={"region_id": region, "after_position": position}, expect=200)
            return page if store in {s["id"] for s in page.data} else None
        return wait_for(look, 20)

    changed = following(position, slow.id)
    later = admin.get("/v1/stores", params={"region_id": region, "after_position": changed["position"]}, expect=200)
    assert later["position"] >= changed["position"]
    admin.patch(f"/v1/stores/{first.id}", {"name": "更快"}, version=version + 1, expect=200)
    following(later["position"], first.id)


def test_only_what_changed_since(admin, chain):
    region = chain.region()
    old, new = chain.store(region, bays=0), chain.store(region, bays=0)
    mark = admin.get(f"/v1/stores/{new.id}", expect=200)["updated_at"]
    admin.patch(f"/v1/stores/{old.id}", {"name": "改"}, version=2, expect=200)
    assert [s["id"] for s in admin.pages("/v1/stores", region_id=region, updated_after=mark)] == [old.id]


@pytest.mark.parametrize("position", ["0", "1"])
def test_from_the_beginning(admin, chain, position):
    region = chain.region()
    store = chain.store(region, bays=0)
    def found():
        """Nothing, as long as somebody's older transaction is open."""
        return admin.get("/v1/stores", params={"region_id": region, "after_position": position}, expect=200).data
    assert [s["id"] for s in wait_for(found)] == [store.id]
