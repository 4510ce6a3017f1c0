# SPDX-License-Identifier: Apache-2.0
"""What only the stories need; the daemon and the chain are in tests/conftest.py."""

import contextlib
import pathlib

import psycopg2
import pytest

from fettle import Daemon, People, uuid7, wait_for
from trade import Shop


@pytest.fixture(scope="session")
def anyone(chain):
    """A client without a token."""
    return chain.anyone


@pytest.fixture
def second(another, db, contract, book):
    """People of a second daemon of the chain."""
    return People(db, another().port, contract, book)


@pytest.fixture(scope="session")
def password_hash(run, db, tmp_path_factory):
    """The stored form of `correct horse`: made by the daemon's own command."""
    name = "hash-" + uuid7()
    url = run["dsn"].replace("user=postgres", "user=fettle_app")
    done = Daemon(tmp_path_factory.mktemp("hash"), DATABASE_URL=url).run("create-admin", name, "Hash", text="correct horse\n")
    assert done.returncode == 0, done.stderr
    with db.cursor() as cursor:
        cursor.execute("SELECT c.password FROM credential c JOIN staff f ON f.id = c.staff_id WHERE f.username = %s", (name,))
        return cursor.fetchone()[0]


@pytest.fixture
def password(db, password_hash):
    """password(staff): they may log in with `correct horse`."""
    def give(staff):
        with db.cursor() as cursor:
            cursor.execute("INSERT INTO credential (staff_id, password, updated_at) VALUES (%s, %s, now())",
                           (staff, password_hash))
    return give


@pytest.fixture
def shop(chain, store):
    return Shop(chain, store)


@pytest.fixture
def verify(run, store, sql, tmp_path):
    """verify(check ...) -> what `fettled verify` says of this test's store, once its events are folded; of these
    checks alone where a test makes by SQL what no command would have made so."""
    url = run["dsn"].replace("user=postgres", "user=fettle_app")

    def folded():
        return not sql("SELECT 1 FROM event e JOIN event_consumer c ON c.name = 'kpis' WHERE e.store_id = %s"
                       " AND (e.position, e.id) > (c.position, c.last_id)", (store.id,))

    def tell(*checks):
        wait_for(folded)
        done = Daemon(tmp_path, DATABASE_URL=url).run("verify")
        assert done.returncode == (1 if done.stdout else 0), done.stderr
        return [line for line in done.stdout.splitlines()
                if f" {store.code} " in line and (not checks or line.split(":")[0] in checks)]
    return tell


@pytest.fixture
def migrate(run):
    """migrate(name): a migration that mends rows, once more, as the schema's owner."""
    def again(name):
        text = (pathlib.Path(__file__).resolve().parents[2] / "migrations" / f"{name}.sql").read_text(encoding="utf-8")
        with contextlib.closing(psycopg2.connect(run["dsn"])) as connection, connection, connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE fettle_owner; SELECT set_config('app.hq', '1', true)")
            cursor.execute(text)
    return again


@pytest.fixture
def booked(store):
    """Makes appointments of a customer of the store: booked(starts_at, ...) -> reply."""
    store.tech1, store.tech2  # pylint: disable=pointless-statement
    customer = store.advisor.post("/v1/customers", {"kind": "person", "name": "王芳", "phone": store.chain.phone()},
                                  expect=201)["id"]
    vehicle = store.advisor.post("/v1/vehicles", {"plate": store.chain.plate(), "customer_id": customer},
                                 expect=201)["id"]

    def book(starts_at, by=None, expect=None, key=None, **more):
        return (by or store.advisor).post("/v1/appointments", {
            "store_id": store.id, "customer_id": customer, "vehicle_id": vehicle, "starts_at": starts_at,
            "channel": "phone", **more}, expect=expect, key=key)

    book.customer, book.vehicle = customer, vehicle
    return book
