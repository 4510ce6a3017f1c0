# SPDX-License-Identifier: Apache-2.0
"""What could be promised, and what keeps it from being earlier (R3)."""

import pytest
from fettle import uuid7
from slots import at
from trade import Trade


@pytest.fixture(name="trade")
def _trade(store):
    store.tech1  # somebody must be there to do it  # pylint: disable=pointless-statement
    return Trade(store)


def simulate(trade, *operations, start=at(10), who=None, **more):
    return (who or trade.store.advisor).get("/v1/promise-simulation", params={
        "store_id": trade.store.id, "operation_id": [o["id"] for o in operations], "from": start, **more})


def told(*args, **more):
    reply = simulate(*args, **more)
    assert reply.status == 200, reply
    return reply["starts_at"], reply["finishes_at"], reply["limited_by"], {g["limit"]: g["finishes_at"] for g in reply["gains"]}


def booked(trade, hour, technician=None, hours=1):
    """Somebody has the time from then on."""
    work = trade.operation(standard_hours=hours)
    customer = trade.customer()["id"]
    return trade.store.advisor.post("/v1/appointments", {
        "store_id": trade.store.id, "customer_id": customer, "vehicle_id": trade.vehicle(customer)["id"], "starts_at": at(hour),
        "operation_ids": [work["id"]], "technician_id": (technician or trade.store.tech1).id, "channel": "phone"}, expect=201)


def test_work_takes_its_time(trade):
    """R3: with nothing in the way it is done when its hours are over; twice the work takes twice as long."""
    work = trade.operation(standard_hours=1.5)
    reply = simulate(trade, work)
    assert (reply["minutes"], reply["starts_at"], reply["finishes_at"], reply["limited_by"], reply["gains"], reply["parts"]) == (
        90, at(10), at(11, 30), "work", [], [])
    assert (reply["technician"]["id"], reply["bay"]["id"], reply["from"]) == (trade.store.tech1.id, trade.store.bay, at(10))
    assert told(trade, work, work)[1] == at(13)
    assert simulate(trade, work, start="2020-01-01T00:00:00Z")["from"] > "2026"


def test_a_technician_who_is_booked(trade):
    """R3: what is booked goes before; more technicians would help, more bays would not."""
    booked(trade, 10)
    assert told(trade, trade.operation(standard_hours=1.5)) == (at(11), at(12, 30), "technician", {"technician": at(11, 30)})
    # and it goes on behind what was booked in between
    assert told(trade, trade.operation(standard_hours=1.5), start=at(9))[:2] == (at(9), at(11, 30))


def test_a_bay_that_is_taken(chain):
    """R3: with two technicians and one bay it is the bay."""
    trade = Trade(chain.store(bays=1))
    trade.store.tech2  # pylint: disable=pointless-statement
    booked(trade, 10)
    assert told(trade, trade.operation(standard_hours=1.5)) == (at(11), at(12, 30), "bay", {"bay": at(11, 30)})


def test_a_car_that_stands_on_the_bay(chain):
    """R3: a bay is free once the car on it is promised."""
    trade = Trade(chain.store(bays=1))
    order = trade.authorised(promised_at=at(14))
    trade.step(trade.store.dispatcher, order, "dispatch", {"assignments": [{"line_id": order["lines"][0]["id"],
                                                                            "technician_id": trade.store.tech1.id}]})
    trade.step(trade.store.dispatcher, order, "enter-bay", {"bay_id": trade.store.bay})
    assert told(trade, trade.operation(standard_hours=1))[:3] == (at(14), at(15), "bay")


def test_a_skill_that_few_have(trade):
    """R3: who lacks the skill is of no use; the skill is what limits it."""
    store = trade.store
    store.manager.put(f"/v1/staff/{store.tech1.id}/skills", {"skills": [{"skill": "hybrid", "level": 3}]}, version=1, expect=200)
    store.tech2  # pylint: disable=pointless-statement
    booked(trade, 10)
    assert told(trade, trade.operation(standard_hours=1, skill="hybrid")) == (
        at(11), at(12), "skill", {"skill": at(11), "technician": at(11)})
    assert told(trade, trade.operation(standard_hours=1))[1] == at(11)
    assert told(trade, trade.operation(standard_hours=1, skill="welding"))[1:3] == (None, "skill")


def test_the_end_of_the_day(trade):
    """R3: what is not done when the store or the shift ends goes on the next morning."""
    work = trade.operation(standard_hours=1.5)
    assert told(trade, work, start=at(19)) == (at(19), at(8, 30, 2), "hours", {"hours": at(20, 30)})
    trade.shift(days=1)  # nine to five
    assert told(trade, work, start=at(16, 30))[:3] == (at(16, 30), at(9, ahead=2), "technician")
    trade.absence(starts_at=at(0), ends_at=at(23))
    assert told(trade, work)[0] > at(20)


def test_parts(trade):
    """R3: what is short is there when somebody says so, else nothing can be promised."""
    part, work = trade.part()["id"], trade.operation(standard_hours=1)
    trade.stock_up(part, 3)
    assert told(trade, work, part_id=[part], quantity=[3])[1:3] == (at(11), "work")
    reply = simulate(trade, work, part_id=[part, part], quantity=[3])
    assert (reply["finishes_at"], reply["limited_by"], reply["gains"]) == (None, "part", [])
    assert [(p["id"], p["quantity"], p["available"], p["short"]) for p in reply["parts"]] == [(part, 4, 3, 1)]
    assert told(trade, work, part_id=[part], quantity=[4], parts_at=at(14)) == (at(14), at(15), "part", {"part": at(11)})
    assert told(trade, work, part_id=[part], quantity=[1], parts_at=at(14))[1] == at(11)


def test_what_is_wrong(trade, chain):
    """R3: what is not in the catalogue, quantities of nothing, another store, a role without bookings."""
    work = trade.operation()
    assert simulate(trade, {"id": uuid7()}).errors == {"operation_id": "not_found"}
    assert simulate(trade, work, part_id=[uuid7()]).errors == {"part_id": "not_found"}
    assert simulate(trade, work, quantity=[1]).errors == {"quantity": "bad_value"}
    assert simulate(trade).status == 400
    assert simulate(trade, work, who=Trade(chain.store()).store.advisor).status in (404, 422)
    assert simulate(trade, work, who=trade.store.cashier).code == "forbidden"
    nobody = Trade(chain.store())
    assert told(nobody, work)[1:3] == (None, "technician")


def test_a_busy_store(chain):
    """R3: with eight bays, sixteen technicians and five days booked."""
    trade = Trade(chain.store(bays=8))
    team = [trade.store.hire(chain.unique().lower(), "technician") for _ in range(16)]
    with chain.people.db.cursor() as cursor:
        cursor.execute("""
            INSERT INTO occupation (id, store_id, bay_id, technician_id, starts_at, ends_at, share, service_classes)
            SELECT gen_random_uuid(), %s, b.id, t.id, %s::timestamptz + d * interval '1 day' + h * interval '1 hour',
                   %s::timestamptz + d * interval '1 day' + h * interval '1 hour' + interval '50 minutes', 'booked', '{}'
              FROM generate_series(0, 4) d CROSS JOIN generate_series(0, 11) h
             CROSS JOIN unnest(%s::uuid[]) WITH ORDINALITY b (id, n)
              JOIN unnest(%s::uuid[]) WITH ORDINALITY t (id, n) ON t.n = b.n""",
                       (trade.store.id, at(8), at(8), trade.store.bays, [t.id for t in team]))
    starts, finish, limit, _ = told(trade, trade.operation(standard_hours=6), start=at(8))
    with chain.people.db.cursor() as cursor:
        cursor.execute("DELETE FROM occupation WHERE store_id = %s", (trade.store.id,))
    assert finish and limit == "bay" and starts < finish, (starts, finish, limit)
