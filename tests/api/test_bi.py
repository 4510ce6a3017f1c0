# SPDX-License-Identifier: Apache-2.0
"""Reports: a login reads the views of schema bi, for the stores that its role was given, and no personal data."""

import secrets

import psycopg2
import psycopg2.errors
import pytest

from fettle import wait_for
from trade import Trade

# What all reports share; every other view shows rows of stores.
SHARED = {"operation", "part", "kpi"}
# Words that would tell a person, a car, or what was said about them.
PERSONAL = {"phone", "plate", "vin", "contact_name", "contact_phone", "note", "description", "text", "answer", "concerns",
            "metadata", "external_ids", "username", "engine_number", "id_number", "address"}


@pytest.fixture
def two(chain):
    """Two stores, each with a delivered and paid order, a complaint and stock."""
    stores = [chain.store(), chain.store()]
    for store in stores:
        trade = Trade(store)
        trade.delivered()
        trade.complaint()
        trade.appointment()
        trade.stock_up(trade.part()["id"])
    return stores


@pytest.fixture
def report(run, db):
    """report(*stores): a cursor of a new login that reads these stores; None is the chain."""
    made = []
    def login(*stores):
        name = "report_" + secrets.token_hex(4)
        with db.cursor() as cursor:
            cursor.execute(f"CREATE ROLE {name} LOGIN IN ROLE fettle_bi")
            for store in stores:
                cursor.execute("INSERT INTO bi_store VALUES (%s, %s)", (name, store.id if store else None))
        connection = psycopg2.connect(run["dsn"].replace("user=postgres", f"user={name}"))
        connection.autocommit = True
        made.append((name, connection))
        return connection.cursor()
    yield login
    for name, connection in made:
        connection.close()
        with db.cursor() as cursor:
            cursor.execute("DELETE FROM bi_store WHERE role_name = %s", (name,))
            cursor.execute(f"DROP ROLE {name}")


@pytest.fixture
def views(sql):
    return {name for (name,) in sql("SELECT viewname FROM pg_views WHERE schemaname = 'bi'")}


def stores_in(cursor, view):
    """The stores whose rows a view shows."""
    if view == "vehicle":
        cursor.execute("SELECT store_id FROM bi.work_order w JOIN bi.vehicle v ON v.id = w.vehicle_id")
    else:
        cursor.execute(f"SELECT DISTINCT {'id' if view == 'store' else 'store_id'} FROM bi.{view}")
    return {str(row[0]) for row in cursor.fetchall()}


def test_a_login_without_stores_sees_none(report, views, two):
    cursor = report()
    for view in views - SHARED:
        assert stores_in(cursor, view) == set(), view


def test_a_login_sees_its_stores_whatever_it_sets(report, views, two):
    one, other = two
    cursor = report(one)
    filled = views - SHARED - {"payment_refund", "survey", "kpi_day"}
    for settings in ({}, {"app.hq": "1"}, {"app.store": other.id}, {"app.stores": "{%s}" % other.id}):
        for name, value in settings.items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
        for view in views - SHARED:
            seen = stores_in(cursor, view)
            assert seen == {one.id} if view in filled else seen <= {one.id}, view
    cursor.execute("SELECT count(*) FROM bi.work_order WHERE store_id = %s", (other.id,))
    assert cursor.fetchone() == (0,)


def test_headquarters_sees_stores_to_come(report, chain, two):
    cursor = report(None)
    late = chain.store()
    assert {store.id for store in two} | {late.id} <= stores_in(cursor, "store")


def test_headquarters_leaves_out_books_of_others(report, views, chain, sql):
    """Of a franchise a login of the chain sees what the brand sees; one that names the store sees all of it."""
    store = chain.store(kind="franchise")
    trade = Trade(store)
    trade.delivered()
    trade.complaint()
    trade.stock_up(trade.part()["id"])
    wait_for(lambda: sql("SELECT 1 FROM kpi_day WHERE store_id = %s", (store.id,)))
    filled = views - SHARED - {"appointment", "payment_refund", "survey"}
    whole, named = report(None), report(None, store)
    for view in filled:
        assert (store.id in stores_in(whole, view)) == (view in ("store", "complaint", "kpi_day")), view
        assert store.id in stores_in(named, view), view


def test_a_visit_in_figures(report, two):
    """What the API says of the bill is what the report sums up, in the store's own days."""
    store = two[0]
    bill = store.manager.get("/v1/settlements", params={"store_id": store.id}, expect=200).data[0]
    cursor = report(store)
    cursor.execute("SELECT t.number, t.total, t.paid, t.issued_on = w.delivered_on, v.id IS NOT NULL, sum(l.amount)"
                   "  FROM bi.settlement t JOIN bi.work_order w ON w.id = t.work_order_id"
                   "  LEFT JOIN bi.vehicle v ON v.id = w.vehicle_id JOIN bi.work_order_line l ON l.work_order_id = w.id"
                   " GROUP BY 1, 2, 3, 4, 5")
    assert cursor.fetchall() == [(bill["number"], bill["total"], bill["paid"], True, True, bill["total"])]


def test_nothing_but_the_views(report, sql, two):
    cursor = report(two[0])
    tables = sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')")
    for (table,) in tables:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(f"SELECT FROM public.{table}")
    for statement in ("CREATE TABLE bi.x (a int)", "DELETE FROM bi.clock_entry", "UPDATE bi.part SET name = ''",
                      "INSERT INTO public.bi_store VALUES (current_user, NULL)", "SET ROLE fettle_bi_views", "DROP VIEW bi.kpi",
                      "SELECT public.session_find('x')"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(statement)


def test_no_personal_column(sql, views):
    """No view reads a column that the audit trail calls personal, nor one that people write freely."""
    read = sql("""
        SELECT v.relname, t.relname, a.attname
          FROM pg_class v
          JOIN pg_rewrite r ON r.ev_class = v.oid
          JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refobjsubid > 0
          JOIN pg_class t ON t.oid = d.refobjid AND t.relnamespace = 'public'::regnamespace
          JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
         WHERE v.relnamespace = 'bi'::regnamespace""")
    assert {view for view, *_ in read} == views
    classed = set(sql("SELECT table_name, column_name FROM audit_class"))
    assert not [row for row in read if row[1:] in classed or row[2] in PERSONAL]
