# SPDX-License-Identifier: Apache-2.0
"""Own, franchise and certified stores: how far rights given for a region or the chain reach into them."""

import datetime
import types

import pytest

from fettle import uuid7, wait_for
from trade import Trade

KINDS = ("own", "warehouse", "franchise", "certified")
# Lists of what a franchise and a certified workshop keep to themselves.
OWN_BOOKS = ("work-orders", "receptions", "settlements", "payments", "stock-levels", "stock-movements", "stock-documents")
# What they share with the brand.
SHARED = ("complaints",)


@pytest.fixture(scope="module")
def region(chain):
    """A region with a store of each kind, in each of which one order was delivered and paid; and its manager."""
    made = types.SimpleNamespace(id=chain.region(), trades={})
    for kind in KINDS:
        trade = Trade(chain.store(made.id, kind=kind))
        trade.order_id = trade.delivered()["id"]
        trade.complaint()
        trade.stock_up(trade.part()["id"])
        made.trades[kind] = trade
    made.manager = chain.people.hire(chain.unique().lower(), "region_manager", region=made.id)
    # who somebody is may be a second old
    for client in (chain.admin, chain.analyst, chain.auditor, made.manager):
        for kind in ("franchise", "certified"):
            wait_for(lambda client=client, kind=kind:
                     client.get(f"/v1/work-orders/{made.trades[kind].order_id}").status == 404, seconds=2)
    return made


def stores_of(client, path, region, **more):
    """Of this region's stores those that a list of everything shows, by kind."""
    ids = {trade.store.id: kind for kind, trade in region.trades.items()}
    return {ids[row["store_id"]] for row in client.pages(path, limit=200, **more) if row["store_id"] in ids}


@pytest.mark.parametrize("path", OWN_BOOKS)
def test_a_store_with_books_of_its_own_keeps_them(chain, region, path):
    """Headquarters and the region see the chain's own stores; another kind's are not there for them, asked for by name too."""
    assert stores_of(region.manager, f"/v1/{path}", region) == {"own", "warehouse"}
    assert stores_of(chain.analyst if path != "payments" else chain.auditor, f"/v1/{path}", region) == {"own", "warehouse"}
    for kind, trade in region.trades.items():
        named = chain.admin.get(f"/v1/{path}", params={"store_id": trade.store.id})
        there = named.status == 200 and bool(named.data)
        assert there == (kind in ("own", "warehouse")), (kind, named)
        assert trade.store.manager.get(f"/v1/{path}", expect=200).data, kind


@pytest.mark.parametrize("path", SHARED)
def test_what_the_brand_sees_everywhere(chain, region, path):
    for client in (region.manager, chain.analyst):
        assert stores_of(client, f"/v1/{path}", region) == set(KINDS)


def test_figures_reach_headquarters_from_every_store(chain, region):
    for kind, trade in region.trades.items():
        day = trade.store.manager.get(f"/v1/work-orders/{trade.order_id}", expect=200)["delivered_at"]
        day = str((datetime.datetime.fromisoformat(day) + datetime.timedelta(hours=8)).date())  # the store's own
        values = wait_for(lambda store=trade.store.id, day=day: chain.analyst.get("/v1/kpi-values", params={
            "kpi": "orders_delivered", "store_id": store, "from": day, "to": day, "grain": "month"}, expect=200).data)
        assert [v["value"] for v in values] == [1], kind


def test_one_object_of_theirs_is_not_there(chain, region):
    for kind, trade in region.trades.items():
        order = trade.store.manager.get(f"/v1/work-orders/{trade.order_id}", expect=200)
        seen = kind in ("own", "warehouse")
        for client in (chain.admin, chain.analyst, region.manager):
            assert client.get(f"/v1/work-orders/{order['id']}").status == (200 if seen else 404)
            assert client.get(f"/v1/customers/{order['customer_id']}").status == (200 if seen else 404)
            assert client.get(f"/v1/vehicles/{order['vehicle_id']}").status == (200 if seen else 404)
            hits = {hit["id"] for hit in client.pages("/v1/search", q=order["number"])}
            assert (order["id"] in hits) == seen, (kind, hits)
        refused = chain.admin.post("/v1/customers", {"kind": "person", "name": "客", "phone": chain.phone(),
                                                     "store_id": trade.store.id})
        assert refused.status == (201 if seen else 422), refused


def test_a_look_up_tells_headquarters_no_more(chain, region):
    """The exact phone of a franchise's customer finds nobody for headquarters, and stands in the access log."""
    phone = chain.phone()
    trade = region.trades["franchise"]
    trade.customer(phone=phone)
    assert chain.admin.post("/v1/customers/lookup", {"phone": phone}).status == 404
    assert trade.store.advisor.post("/v1/customers/lookup", {"phone": phone, "store_id": trade.store.id}).status == 200


def test_a_complaint_of_a_franchise_is_handled_by_the_brand(chain, region):
    """Of a franchise the brand may act, of a certified workshop only see."""
    for kind, status in (("franchise", 200), ("certified", 404)):
        made = region.trades[kind].complaint()
        assert chain.admin.get(f"/v1/complaints/{made['id']}", expect=200)["description"] == made["description"]
        answer = chain.admin.post(f"/v1/complaints/{made['id']}/assign", {"owner_id": region.trades[kind].store.service.id})
        assert answer.status == status, (kind, answer)


def test_headquarters_staffs_every_store(chain, region):
    """The first manager of a franchise is made by headquarters; whoever is granted the store has all of the role there."""
    store = region.trades["franchise"].store
    made = chain.admin.post("/v1/staff", {"name": "店长", "store_id": store.id}, expect=201)
    chain.admin.post(f"/v1/staff/{made['id']}/grants", {"role": "store_manager", "store_id": store.id}, expect=201)
    client = chain.people.client(chain.people.session(made["id"]))
    assert client.get(f"/v1/work-orders/{region.trades['franchise'].order_id}").status == 200
    both = chain.people.hire(chain.unique().lower(), "hq_analyst")
    assert both.get(f"/v1/work-orders/{region.trades['franchise'].order_id}").status == 404
    chain.admin.post(f"/v1/staff/{both.id}/grants", {"role": "service_advisor", "store_id": store.id}, expect=201)
    wait_for(lambda: both.get(f"/v1/work-orders/{region.trades['franchise'].order_id}").status == 200)
    assert both.get(f"/v1/work-orders/{region.trades['certified'].order_id}").status == 404


def test_the_kind_is_headquarters_to_change(chain, region):
    """A manager could else close the books; and a change holds within a second."""
    trade = Trade(chain.store(region.id))
    path, order = f"/v1/stores/{trade.store.id}", trade.order()["id"]
    version = trade.store.manager.get(path, expect=200)["version"]
    for change in ({"kind": "franchise"}, {"region_id": chain.region()}):
        refused = trade.store.manager.patch(path, change, version=version)
        assert (refused.status, set(refused.errors)) == (403, {"/" + next(iter(change))})
        assert "store.write (chain)" in refused["detail"]
    assert chain.analyst.get(f"/v1/work-orders/{order}").status == 200
    changed = chain.admin.patch(path, {"kind": "franchise"}, version=version, expect=200)
    assert changed["kind"] == "franchise"
    wait_for(lambda: chain.analyst.get(f"/v1/work-orders/{order}").status == 404, seconds=2)
    wait_for(lambda: region.manager.get(f"/v1/work-orders/{order}").status == 404, seconds=2)


def test_a_key_of_the_chain_reaches_no_further(chain, region):
    """A key that names the store reaches in; one of the chain does as far as its role's people do."""
    for stores, status in ((None, 404), ([region.trades["franchise"].store.id], 200)):
        body = {"name": chain.unique(), "role": "hq_analyst", "scopes": ["work_order.read"]}
        made = chain.admin.post("/v1/api-keys", {**body, **({"store_ids": stores} if stores else {})}, expect=201)
        key = chain.people.client(made["token"])
        assert key.get(f"/v1/work-orders/{region.trades['franchise'].order_id}").status == status
        assert key.get(f"/v1/work-orders/{region.trades['own'].order_id}").status == (404 if stores else 200)


def test_events_and_audit_of_the_chain_stay(chain, region):
    """What is in no store is headquarters' as before."""
    del region
    made = chain.admin.post("/v1/regions", {"code": chain.unique(), "name": "区"}, expect=201)
    audited = chain.auditor.get("/v1/audit-entries", params={"row_id": made["id"]}, expect=200).data
    assert [entry["action"] for entry in audited] == ["insert"]
    assert chain.admin.get(f"/v1/regions/{uuid7()}").status == 404
