# SPDX-License-Identifier: Apache-2.0
"""What customers are told before an appointment, who comes late, who does not come, and how they booked."""

import pytest

from fettle import wait_for
from slots import at
from trade import Trade


@pytest.fixture
def rules(store):
    """rules(...) changes the store's policies."""
    def change(**members):
        path = f"/v1/stores/{store.id}/policies"
        return store.manager.patch(path, members, version=store.manager.get(path, expect=200)["version"], expect=200)
    return change


@pytest.fixture
def confirmed(store, booked):
    """confirmed(starts_at, ...) -> a confirmed appointment."""
    def make(starts_at, **more):
        return store.advisor.post(f"/v1/appointments/{booked(starts_at, expect=201, **more)['id']}/confirm", expect=200)
    return make


def told(store, what, one):
    return [e["data"] for e in store.manager.pages("/v1/events", type=f"appointment.{what}", subject_id=one["id"])]


def notices(sql, one):
    """(kind, lead, told, dropped) of all there are, in order."""
    return sql("SELECT kind, lead_hours, told_at IS NOT NULL, dropped_at IS NOT NULL FROM appointment_notice WHERE appointment_id = %s"
               " ORDER BY starts_at, kind, lead_hours", (one["id"],))


def come_due(sql, one):
    """As if the hours had passed."""
    sql("UPDATE appointment_notice SET due_at = now() WHERE appointment_id = %s AND told_at IS NULL AND dropped_at IS NULL", (one["id"],))


def ago(sql, one, minutes):
    """As if it had begun so many minutes ago."""
    for table in ("appointment", "occupation"):
        sql(f"UPDATE {table} SET ends_at = now() - make_interval(mins => %s) + (ends_at - starts_at), starts_at = now() - make_interval(mins => %s)"
            " WHERE id = %s", (minutes, minutes, one["id"]))


def test_confirmed_and_reminded(store, chain, rules, confirmed, sql, second, verify):
    """D7: each lead once, with the store's directions, however many daemons there are; none of a lead that has passed."""
    assert second.port
    shop = chain.admin.get(f"/v1/stores/{store.id}", expect=200)
    chain.admin.patch(f"/v1/stores/{store.id}", {"address": "延安西路 1 号", "directions": "地下二层入口"}, version=shop["version"], expect=200)
    rules(reminder_hours=[2, 24, 720])
    many = [confirmed(at(9 + hour // 2, 30 * (hour % 2), ahead=3)) for hour in range(6)]
    one = many[0]
    data, = wait_for(lambda: told(store, "confirmation_due", one))
    assert (data["number"], data["starts_at"], data["lead_hours"], data["time_zone"]) == (one["number"], at(9, ahead=3), 0, "Asia/Shanghai")
    assert (data["customer_id"], data["vehicle_id"]) == (one["customer_id"], one["vehicle_id"])
    assert data["store"] == {"name": shop["name"], "phone": shop["phone"], "address": "延安西路 1 号", "directions": "地下二层入口", "what_to_bring": None}
    assert notices(sql, one) == [("confirmation", 0, True, False), ("reminder", 2, False, False), ("reminder", 24, False, False)]
    wait_for(lambda: all(told(store, "confirmation_due", a) for a in many))
    for a in many:
        come_due(sql, a)
    wait_for(lambda: all(len(told(store, "reminder_due", a)) == 2 for a in many))
    assert sorted(d["lead_hours"] for d in told(store, "reminder_due", one)) == [2, 24]
    wait_for(lambda: not sql("SELECT 1 FROM appointment_notice WHERE store_id = %s AND told_at IS NULL", (store.id,)))
    for a in many:
        assert (len(told(store, "confirmation_due", a)), len(told(store, "reminder_due", a))) == (1, 2)
    assert verify("notices", "bookings", "slots") == []


def test_nothing_is_told_of_what_does_not_take_place(store, confirmed, booked, sql):
    """D7: after a cancellation or a move the old reminder is not told; the new one is; a pending booking tells nothing."""
    gone, moved, pending = confirmed(at(9, ahead=4)), confirmed(at(10, ahead=4)), booked(at(11, ahead=4), expect=201)
    for one in (gone, moved):
        wait_for(lambda one=one: told(store, "confirmation_due", one))
    store.advisor.post(f"/v1/appointments/{gone['id']}/cancel", {"reason": "weather"}, expect=200)
    store.advisor.post(f"/v1/appointments/{moved['id']}/reschedule", {"starts_at": at(14, ahead=4), "reason": "customer_time"}, expect=200)
    wait_for(lambda: len(told(store, "confirmation_due", moved)) == 2)
    for one in (gone, moved):
        come_due(sql, one)
    wait_for(lambda: notices(sql, moved) == [("confirmation", 0, True, False), ("reminder", 24, False, True),
                                             ("confirmation", 0, True, False), ("reminder", 24, True, False)])
    wait_for(lambda: notices(sql, gone) == [("confirmation", 0, True, False), ("reminder", 24, False, True)])
    wait_for(lambda: told(store, "reminder_due", moved))
    assert [d["starts_at"] for d in told(store, "reminder_due", moved)] == [at(14, ahead=4)]
    assert told(store, "reminder_due", gone) == [] and notices(sql, pending) == []


def test_moved_away_and_back(store, confirmed, sql, verify):
    """D7: who was moved to another time and back is told the time that holds, as the last that was told is the other."""
    one = confirmed(at(9, ahead=4))
    wait_for(lambda: len(told(store, "confirmation_due", one)) == 1)
    for n, to in enumerate((at(14, ahead=4), at(9, ahead=4), at(14, ahead=4)), 2):
        store.advisor.post(f"/v1/appointments/{one['id']}/reschedule", {"starts_at": to, "reason": "customer_time"}, expect=200)
        assert wait_for(lambda n=n: (lambda d: d if len(d) == n else None)(told(store, "confirmation_due", one)))[-1]["starts_at"] == to
    # what was dropped unsaid is said, too
    sql("UPDATE appointment_notice SET told_at = NULL, dropped_at = now() WHERE appointment_id = %s AND kind = 'confirmation' AND starts_at = %s",
        (one["id"], at(9, ahead=4)))
    store.advisor.post(f"/v1/appointments/{one['id']}/reschedule", {"starts_at": at(9, ahead=4), "reason": "customer_time"}, expect=200)
    wait_for(lambda: len(told(store, "confirmation_due", one)) == 5)
    assert verify("notices") == []


def test_who_comes_late(store, rules, confirmed, sql):
    """D6: an arrival after the grace is told, whether it was marked or the car was received at once."""
    rules(grace_minutes=20)
    near, far, straight = confirmed(at(9)), confirmed(at(10)), confirmed(at(11))
    for one, minutes in ((near, 10), (far, 45), (straight, 90)):
        ago(sql, one, minutes)
    for one in (near, far):
        store.advisor.post(f"/v1/appointments/{one['id']}/arrive", expect=200)
    store.advisor.post("/v1/receptions", {"store_id": store.id, "appointment_id": straight["id"], "odometer_km": 1}, expect=201)
    assert wait_for(lambda: told(store, "arrived_late", far)) == [{"late_minutes": 45, "grace_minutes": 20}]
    assert wait_for(lambda: told(store, "arrived_late", straight)) == [{"late_minutes": 90, "grace_minutes": 20}]
    wait_for(lambda: told(store, "arrived", near))
    assert told(store, "arrived_late", near) == []
    assert store.advisor.get(f"/v1/appointments/{near['id']}", expect=200)["late_minutes"] == 10


def test_who_does_not_come(store, rules, confirmed, sql):
    """D6: after the grace no-show is marked by itself, where the store's policy says so only; the slot is free then."""
    policy = rules(grace_minutes=30)
    assert (policy["no_show_automatic"], policy["reminder_hours"]) == (False, [24])
    soon, missed = confirmed(at(9)), confirmed(at(10))
    ago(sql, soon, 20)
    ago(sql, missed, 55)
    # the job has come round for a store that has it so, and this one was left alone
    rules(no_show_automatic=True, grace_minutes=60)
    assert store.advisor.get(f"/v1/appointments/{missed['id']}", expect=200)["status"] == "confirmed"
    rules(grace_minutes=30)
    done = wait_for(lambda: (lambda a: a if a["status"] == "no_show" else None)(
        store.advisor.get(f"/v1/appointments/{missed['id']}", expect=200)), 20)
    assert done["reason"] == "late_beyond_grace" and done["no_show_at"]
    assert store.advisor.get(f"/v1/appointments/{soon['id']}", expect=200)["status"] == "confirmed"
    assert sql("SELECT id FROM occupation WHERE id = ANY (%s::uuid[])", ([soon["id"], missed["id"]],)) == [(soon["id"],)]
    steps = store.advisor.pages(f"/v1/appointments/{missed['id']}/history")
    assert (steps[-1]["what"], steps[-1]["reason"], steps[-1]["actor"]) == ("no_show", "late_beyond_grace", None)
    late = store.advisor.post(f"/v1/appointments/{missed['id']}/arrive", expect=200)
    assert late["status"] == "arrived" and late["no_show_at"]


def test_the_rules_of_a_store(store, chain):
    """D6, D7: limits of the leads and the grace."""
    path = f"/v1/stores/{store.id}/policies"
    version = store.manager.get(path, expect=200)["version"]
    for member, value, errors in (("reminder_hours", [0], {"/reminder_hours/0": "too_small"}), ("grace_minutes", -1, {"/grace_minutes": "too_small"}),
                                  ("reminder_hours", [24, 24], {"/reminder_hours/1": "not_unique"}),
                                  ("no_show_automatic", "yes", {"/no_show_automatic": "wrong_type"})):
        assert store.manager.patch(path, {member: value}, version=version).errors == errors
    assert store.manager.patch(path, {"reminder_hours": []}, version=version, expect=200)["reminder_hours"] == []
    assert store.advisor.patch(path, {"grace_minutes": 5}, version=version + 1).status == 403
    assert chain.store().manager.patch(path, {"grace_minutes": 5}, version=version + 1).status == 404


def test_how_they_booked(store, booked):
    """D5: each channel is kept and can be asked for."""
    made = {channel: booked(at(9 + n // 2, 30 * (n % 2)), expect=201, channel=channel)["id"]
            for n, channel in enumerate(("mini_program", "app", "web", "phone", "walk_in", "third_party"))}
    for channel, id in made.items():
        assert [(a["id"], a["channel"]) for a in store.advisor.pages("/v1/appointments", store_id=store.id, channel=channel)] == [(id, channel)]
    assert len(store.advisor.pages("/v1/appointments", store_id=store.id, channel="app,web", limit=1)) == 2
    assert store.advisor.get("/v1/appointments", params={"channel": "fax"}).errors == {"channel": "bad_code"}
    assert booked(at(15), channel="fax").errors == {"/channel": "bad_code"}


def test_what_is_known_of_the_car_before_it_comes(store, chain):
    """D9: the VIN is checked when it is noted for the booking; its mileage stands among the readings."""
    trade, vin = Trade(store), chain.vin()
    customer = trade.customer()["id"]
    wrong = vin[:8] + ("1" if vin[8] != "1" else "2") + vin[9:]
    car = {"plate": chain.plate(), "customer_id": customer, "store_id": store.id}
    assert store.advisor.post("/v1/vehicles", {**car, "vin": wrong}).errors == {"/vin": "vin_check_failed"}
    vehicle = store.advisor.post("/v1/vehicles", {**car, "vin": vin}, expect=201)
    made = trade.appointment(customer, vehicle["id"], odometer_km=48210, concerns=["刹车异响"])
    assert (made["vehicle"]["vin"], made["odometer_km"], made["concerns"]) == (vin, 48210, ["刹车异响"])
    readings = store.advisor.pages(f"/v1/vehicles/{vehicle['id']}/odometer-readings")
    assert [(r["km"], r["source"]) for r in readings] == [(48210, "appointment")]
