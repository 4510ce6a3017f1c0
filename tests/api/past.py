# SPDX-License-Identifier: Apache-2.0
"""Orders of any day, put into the database with the event that tells of them: no call can deliver yesterday."""

from fettle import uuid7

CUSTOMER = "王芳"


def tell(sql, type_, store, subject, at):
    """The event that a command would have left."""
    sql("INSERT INTO event (id, at, type, store_id, subject_type, subject_id) VALUES (%s, %s, %s, %s, %s, %s)",
        (uuid7(), at, type_, store.id, type_.split(".", maxsplit=1)[0], subject))


def deliver(sql, store, at="now()", completed=None, promised=None, first_promised=None, customer=None):
    """A delivered work order of a new vehicle; instants are texts that PostgreSQL reads.  Returns its id."""
    vehicle, reception, order = uuid7(), uuid7(), uuid7()
    at = sql("SELECT %s::timestamptz" if at != "now()" else "SELECT now()", (at,) if at != "now()" else None)[0][0]
    if customer is None:
        customer = uuid7()
        sql("INSERT INTO customer (id, kind, name, phone, created_at, updated_at)"
            " VALUES (%s, 'person', %s, %s, now(), now())", (customer, CUSTOMER, store.chain.phone()))
        sql("INSERT INTO customer_store VALUES (%s, %s, 'created', now())", (customer, store.id))
    sql("INSERT INTO vehicle (id, plate, created_at, updated_at) VALUES (%s, %s, now(), now())",
        (vehicle, store.chain.plate()))
    sql("INSERT INTO vehicle_store VALUES (%s, %s, 'created', now())", (vehicle, store.id))
    sql("INSERT INTO reception (id, store_id, number, customer_id, vehicle_id, status, odometer_km, arrived_at,"
        " departed_at, created_at, updated_at) VALUES (%s, %s, %s, %s, %s, 'handed_over', 1, %s, %s, %s, %s)",
        (reception, store.id, "R" + reception, customer, vehicle, at, at, at, at))
    sql("INSERT INTO work_order (id, store_id, number, reception_id, customer_id, vehicle_id, status, opened_at,"
        " completed_at, promised_at, first_promised_at, delivered_at, created_at, updated_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, 'delivered', %s, %s, %s, %s, %s, %s, %s)",
        (order, store.id, "W" + order, reception, customer, vehicle, at, completed or at, promised,
         first_promised or promised, at, at, at))
    tell(sql, "work_order.delivered", store, order, at)
    return order
