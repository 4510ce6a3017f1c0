# SPDX-License-Identifier: Apache-2.0
"""Days and instants of a store's clock, and what is free then."""

import datetime
import zoneinfo

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")


def day(ahead=1):
    return datetime.datetime.now(SHANGHAI).date() + datetime.timedelta(ahead)


def at(hour, minute=0, ahead=1):
    """An instant of the store's clock, as the API writes it."""
    local = datetime.datetime.combine(day(ahead), datetime.time(hour, minute), SHANGHAI)
    return local.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def operation(store, **more):
    return store.chain.purchaser.post("/v1/operations", {
        "code": store.chain.unique(), "name": "保养", "standard_hours": 0.5, "unit_price": 1, **more}, expect=201)["id"]


def free(store, first=None, last=None, expect=200, **more):
    return store.advisor.get("/v1/availability", params={
        "store_id": store.id, "from": first or day(), "to": last or day(), **more}, expect=expect)
