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


def dispatched(trade, hours, who=None, **more):
    """An order of so many hours, given to somebody."""
    store = trade.store
    order = trade.authorised(lines=[{"kind": "labour", "operation_id": trade.operation(standard_hours=hours)["id"]}], **more)
    return trade.step(store.dispatcher, order, "dispatch", {"assignments": [
        {"line_id": order["lines"][0]["id"], "technician_id": (who or store.tech1).id}]})


def test_work_that_is_dispatched_goes_before(trade, sql):
    """R3: who holds work does it first: its planned hours less those clocked, and while the clock runs on until it is promised."""
    work = trade.operation(standard_hours=1)
    trade.shift(days=0, **{"from": "00:00", "to": "00:01"})  # nobody works today any more
    order = dispatched(trade, 3, promised_at=at(13))
    assert told(trade, work, start=at(8))[:3] == (at(11), at(12), "technician")
    assert told(trade, work, start=at(12))[:2] == (at(12), at(13))
    other = dispatched(trade, 2, trade.store.tech2)
    assert told(trade, work, start=at(8))[:2] == (at(10), at(11))
    line = order["lines"][0]["id"]
    trade.line_step(trade.store.tech1, line, "clock-on")
    sql("UPDATE clock_entry SET started_at = now() - interval '2 hours' WHERE line_id = %s", (line,))
    starts, finish = told(trade, work, start=at(8))[:2]
    assert at(8, 58) < starts <= at(9) and at(9, 58) < finish <= at(10)
    sql("UPDATE clock_entry SET started_at = now() - interval '4 hours' WHERE line_id = %s", (line,))
    trade.step(trade.store.advisor, other, "cancel", {"reason": "客户取消"})
    assert told(trade, work, start=at(8))[0] == at(8)  # tech2 is free again
    trade.absence(trade.store.tech2, starts_at=at(0), ends_at=at(23))
    assert told(trade, work, start=at(8))[:2] == (at(13), at(14))
    trade.line_step(trade.store.tech1, line, "finish")
    assert told(trade, work, start=at(8))[0] == at(8)


def test_outside_work_comes_back_when_it_comes(trade, sql):
    """R3 G13: what a vendor has keeps the order until it is back, as the vendor or who asks says; nobody's word is no promise."""
    store = trade.store
    order = trade.authorised(lines=[{"kind": "labour", "operation_id": trade.operation(standard_hours=1)["id"]},
                                    {"kind": "sublet", "description": "曲轴磨削", "amount": 80000}])

    def asked(**more):
        return told(trade, start=at(9), work_order_id=order["id"], **more)

    assert asked() == (at(9), None, "sublet", {"sublet": at(10)})
    assert asked(sublets_at=at(15))[1:] == (at(15), "sublet", {"sublet": at(10)})
    assert asked(sublets_at=at(9))[1:3] == (at(10), "work")
    one = store.advisor.post("/v1/sublets", {"line_id": order["lines"][1]["id"], "vendor": "宏达机加工", "due_at": at(16, ahead=2)}, expect=201)
    assert asked(sublets_at=at(15))[1:3] == (at(16, ahead=2), "sublet")
    assert told(trade, trade.operation(standard_hours=1), start=at(9))[1:3] == (at(10), "work")  # of no order
    sql("UPDATE sublet SET due_at = now() - interval '1 hour' WHERE id = %s", (one["id"],))
    assert asked()[1:3] == (None, "sublet")
    for verb in ("send", "return"):
        store.advisor.post(f"/v1/sublets/{one['id']}/{verb}", expect=200)
    assert asked()[1:3] == (at(10), "work")


def test_an_order_does_not_stand_in_its_own_way(chain):
    """R3: of an order or a booking its own bay, slot, work and reserved parts are its own; others' are not."""
    trade = Trade(chain.store(bays=1))
    store, advisor = trade.store, trade.store.advisor
    part = trade.part()["id"]
    trade.stock_up(part, 2)
    hours = trade.operation(standard_hours=2)
    trade.shift(days=0, **{"from": "00:00", "to": "00:01"})
    order = trade.authorised(promised_at=at(18), lines=[{"kind": "labour", "operation_id": hours["id"]}, {"kind": "part", "part_id": part, "quantity": 2}])
    trade.step(store.dispatcher, order, "dispatch", {"assignments": [{"line_id": order["lines"][0]["id"], "technician_id": store.tech1.id}]})
    trade.step(store.dispatcher, order, "enter-bay", {"bay_id": store.bay})
    assert told(trade, start=at(8), work_order_id=order["id"])[:3] == (at(8), at(10), "work")
    assert told(trade, hours, start=at(8))[:3] == (at(18), at(20), "bay")
    assert told(trade, hours, start=at(8), part_id=[part], quantity=[2])[1:3] == (None, "part")
    own = simulate(trade, hours, start=at(8), part_id=[part], quantity=[2], work_order_id=order["id"])
    assert (own["finishes_at"], [(p["available"], p["short"]) for p in own["parts"]]) == (at(10), [(2, 0)])
    assert [(p["id"], p["quantity"]) for p in simulate(trade, start=at(8), work_order_id=order["id"])["parts"]] == [(part, 2)]
    customer = trade.customer()["id"]
    booking = advisor.post("/v1/appointments", {
        "store_id": store.id, "customer_id": customer, "vehicle_id": trade.vehicle(customer)["id"], "starts_at": at(9, ahead=2),
        "operation_ids": [hours["id"]], "channel": "phone", "parts": [{"part_id": part, "quantity": 1}]}, expect=201)
    assert told(trade, hours, start=at(9, ahead=2))[0] == at(11, ahead=2)
    mine = simulate(trade, start=at(9, ahead=2), appointment_id=booking["id"], parts_at=at(9, ahead=2))
    assert (mine["minutes"], mine["starts_at"], [(p["quantity"], p["short"]) for p in mine["parts"]]) == (120, at(9, ahead=2), [(1, 1)])
    foreign = Trade(chain.store()).authorised()["id"]
    assert simulate(trade, work_order_id=foreign).errors == {"work_order_id": "not_found"}
    assert simulate(trade, appointment_id=uuid7()).errors == {"appointment_id": "not_found"}
    assert simulate(trade).errors == {"operation_id": "required"}


def test_equipment_that_is_booked(trade):
    """R3, G30: while the only rig is booked the work waits for it, and is told so."""
    trade.store.tech2  # pylint: disable=pointless-statement
    trade.equipment(kind="alignment")
    aligning = trade.operation(standard_hours=1, equipment="alignment")
    customer = trade.customer()["id"]
    trade.store.advisor.post("/v1/appointments", {
        "store_id": trade.store.id, "customer_id": customer, "vehicle_id": trade.vehicle(customer)["id"], "starts_at": at(10),
        "operation_ids": [aligning["id"]], "channel": "phone"}, expect=201)
    assert told(trade, aligning) == (at(11), at(12), "equipment", {"equipment": at(11)})
    assert told(trade, trade.operation(standard_hours=1))[1] == at(11)


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
