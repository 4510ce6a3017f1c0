# SPDX-License-Identifier: Apache-2.0
"""What the database itself guarantees: row security, rights, definer functions, checks and ledgers."""

import re

import psycopg2
import psycopg2.errors
import pytest
import yaml

from fettle import ROOT

# Tables without row security: shared by the chain, or never readable by the daemon's role.
SHARED = {
    "markup_matrix", "markup_band",
    "package", "package_revision", "package_item", "operation_requirement", "operation_evidence", "operation_check",
    "region", "operation", "part", "part_barcode", "part_replacement", "part_fitment", "supplier", "supplier_qualification", "supplier_offer", "central_purchase", "document_counter", "event_consumer", "schema_migration", "reference_data",
    "public_holidays", "vpic_wmi", "vpic_pattern", "vpic_wmi_schema", "vpic_model_make", "wmi_cn", "survey_template",
    "survey_question", "kpi", "price_list", "listed_price", "price_change", "price_adjustment", "price_adjustment_line", "key_part_kind", "waste_kind", "part_file", "part_epc_reference", "inspection_template", "inspection_template_item", "fault_code", "guarantee_rule",
    "credential", "login_failure", "session", "tablet_secret", "audit_class", "bi_store"}
UNREADABLE = {"tablet_secret", "credential", "login_failure", "session", "audit_class", "bi_store"}
# Rows of these are visible without a context, by design.
OPEN_ROWS = {"search_key", "routing_rule"}
# Policies beside the one of each table: a staff member sees the own row, a store who may act in it.
MORE_POLICIES = {"staff_self", "staff_acting"}
LEDGERS = {"audit_entry", "event", "access_log", "stock_movement", "work_order_stage", "complaint_step", "price_change", "waste_entry", "task_attempt"}
# Functions that look past row security.
DEFINERS = {
    "audit_added", "audit_row", "booking_lapse", "car_twins", "certificates_needed", "credential_find", "credential_set", "credential_tried", "customer_find", "customer_twins", "file_find", "link_find",
    "pin_set", "pin_unlock", "plate_release", "search_key_share", "search_key_spread", "search_key_withdraw", "session_add", "session_find",
    "session_revoke", "session_revoke_others", "tablet_code_set", "tablet_login_find", "tablet_login_tried", "tablet_pair",
    "tablet_session_add", "tablet_unlock", "skills_needed", "staff_acting",
    "technician_certified", "technician_lacks", "technician_works", "technicians_at_work", "technicians_backlog", "technicians_free", "vehicle_find", "vehicle_history", "visit_over",
    "comeback_charged_lock", "comeback_object", "comeback_repeat", "comebacks_charged", "guarantee_rule_used", "guarantees_rework", "vehicle_guarantees", "vehicle_recommendations",
    "line_put_off_elsewhere", "line_revived", "transfer_demands_wait", "stock_elsewhere", "transfer_line_batches", "part_batch_of",
    "part_in_stock"}
# What two stores have in common is seen by both.
BETWEEN = {"transfer", "transfer_line"}
# References between tables of a store that do not carry the store: staff may belong to the chain.
SINGLE_REFERENCES = {"staff"}
# Checks on codes that are no enumeration of the contract.
INTERNAL_CODES = {
    "appointment_notice_kind_check", "overdue_subject_type_check", "audit_class_class_check", "occupation_share_check", "link_purpose_check", "staff_grant_scope_check", "customer_store_why_check",
    "vehicle_store_why_check",
    "appointment_step_what_check"}  # of two enumerations: what a store does and what its customer does


@pytest.fixture(scope="module")
def rows(db):
    def fetch(statement, arguments=None):
        with db.cursor() as cursor:
            cursor.execute(statement, arguments)
            return cursor.fetchall()
    return fetch


@pytest.fixture(scope="module")
def app(run):
    """A connection of the daemon's role that has told nothing about itself."""
    connection = psycopg2.connect(run["dsn"].replace("user=postgres", "user=fettle_app"))
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


@pytest.fixture(scope="module")
def tables(rows):
    """{table: has a store_id}; partitions follow their parents."""
    return dict(rows("""
        SELECT c.relname, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'store_id'
                                                               AND NOT a.attisdropped)
          FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
           AND NOT c.relispartition"""))


def test_every_table_is_protected(rows, tables):
    """Row security is on, forced, and has both clauses; what is shared is written down."""
    secured = {name for name, on, forced in rows(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')") if on and forced}
    assert {t for t, has in tables.items() if has} - {"bi_store", "document_counter"} <= secured
    assert {t for t in tables if t not in secured} <= SHARED
    policies = set()
    for table, name, roles, command, using, check in rows(
            "SELECT tablename, policyname, roles::text[], cmd, qual, with_check FROM pg_policies WHERE schemaname = 'public'"):
        if name in MORE_POLICIES:
            continue
        if name == table + "_bi":
            assert command == "SELECT" and roles == ["fettle_bi_views"], table
            continue
        assert name == table + "_scope" and command == "ALL" and set(roles) == {"fettle_app", "fettle_owner"}, table
        assert using and check, table
        policies.add(table)
    assert secured == policies


def test_tables_of_a_store_have_the_one_predicate(rows, tables):
    """No table of a store has a policy of its own making, but for those written here."""
    shaped = {t: (using, check) for t, using, check in rows(
        "SELECT tablename, qual, with_check FROM pg_policies WHERE policyname = tablename || '_scope'")}
    norm = re.compile(r"\bstore_id\b")
    template = norm.sub("X", shaped["bay"][0])
    for table, has in tables.items():
        if not has or table in ("bi_store", "document_counter", "search_key", "staff_grant", "routing_rule"):
            continue
        using, check = shaped[table]
        if table in BETWEEN:
            first, second = (re.sub(r"\s+", " ", template.strip()).replace("X", column) for column in ("store_id", "from_store_id"))
            assert re.sub(r"\s+", " ", using.strip()) == f"CASE WHEN {first} THEN true ELSE {second} END", table
        else:
            assert norm.sub("X", using) == template, table
        assert check == using or table in ("event", "access_log") and check == "true", table


def test_reports_know_the_kinds_with_books_of_their_own(rows):
    """The kinds that the contract keeps apart are those that reports of the chain leave out."""
    kinds = yaml.safe_load((ROOT / "api-spec/permissions.yaml").read_text(encoding="utf-8"))["store_kinds"]
    (using,), = rows("SELECT qual FROM pg_policies WHERE policyname = 'work_order_bi'")
    named = re.search(r"kind = ANY \(ARRAY\[([^]]*)\]", using)
    assert set(re.findall(r"'(\w+)'", named.group(1))) == {kind for kind, info in kinds.items() if "reach" in info}


def test_without_a_context_there_is_nothing(app, tables):
    """Tables that the other tests of a run fill show nothing to a caller without a principal."""
    for table in sorted(tables):
        if table in SHARED | OPEN_ROWS:
            continue
        app.execute(f"SELECT count(*) FROM {table}")
        assert app.fetchone() == (0,), table


def test_another_store_is_invisible(app, db, rows, tables, run):
    """With one store as the scope, no table shows a row of another, but for people who may act in it."""
    acting = {"staff": "id NOT IN (SELECT staff_acting())", "staff_grant": "staff_id NOT IN (SELECT staff_acting())"}
    stores = rows("SELECT id FROM store LIMIT 3")
    for (store,) in stores:
        app.execute("SELECT set_config('app.store', %s, false)", (store,))
        for table in sorted(t for t, has in tables.items() if has and t not in SHARED | OPEN_ROWS):
            also = "from_store_id <> app_store" if table in BETWEEN else acting.get(table, "true")
            app.execute(f"SELECT count(*) FROM {table}, (SELECT %s::uuid AS app_store) a WHERE store_id IS DISTINCT FROM app_store AND {also}", (store,))
            assert app.fetchone() == (0,), table
    app.execute("SELECT set_config('app.store', '', false)")


def test_the_daemons_role_is_nobody(rows, app):
    assert rows("SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles"
                " WHERE rolname = 'fettle_app'") == [(False,) * 5]
    assert rows("SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member"
                " WHERE r.rolname IN ('fettle_app', 'fettle_bi', 'fettle_bi_views')") == [(0,)]
    assert rows("SELECT relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner"
                " WHERE r.rolname IN ('fettle_app', 'fettle_bi', 'fettle_definer')"
                "    OR r.rolname = 'fettle_bi_views' AND c.relnamespace <> 'bi'::regnamespace") == []
    assert rows("SELECT proname FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE r.rolname = 'fettle_app'") == []
    for statement in ("CREATE TABLE x (a int)", "CREATE SCHEMA x", "ALTER TABLE store DISABLE ROW LEVEL SECURITY",
                      "SET ROLE fettle_owner", "TRUNCATE store", "COPY store TO PROGRAM 'cat'"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            app.execute(statement)


def test_what_must_not_be_read(app):
    for table in UNREADABLE:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            app.execute(f"SELECT * FROM {table}")


def test_the_past_cannot_be_changed(app, tables):
    """Ledgers take new rows only; the audit trail takes none but its trigger's."""
    for table in sorted(LEDGERS & set(tables)):
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                app.execute(statement)
        app.execute(f"SELECT has_table_privilege('{table}', 'UPDATE') OR has_any_column_privilege('{table}', 'UPDATE')")
        assert app.fetchone() == (False,), table
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        app.execute("INSERT INTO audit_entry (table_name, action) VALUES ('store', 'insert')")
    app.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit_entry'::regclass")
    for (partition,) in app.fetchall():
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            app.execute(f"SELECT FROM {partition}")


def test_definer_functions(rows):
    """The doors through row security are these, each with a fixed search path, and closed to the public."""
    found = rows("""SELECT p.proname, p.proconfig, r.rolname, has_function_privilege('fettle_bi', p.oid, 'EXECUTE')
                      FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
                     WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace""")
    assert {name for name, *_ in found} == DEFINERS
    for name, config, owner, public in found:
        assert config == ["search_path=pg_catalog, public"] and owner == "fettle_definer" and not public, name


def test_everything_people_edit_is_audited(rows):
    missing = rows("""
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'changed'
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT a.attisdropped
           AND (SELECT array_agg(t.tgtype::integer ORDER BY t.tgname) FROM pg_trigger t  -- each row changed or removed; added: the statement
                 WHERE t.tgrelid = c.oid AND t.tgname IN ('audit', 'audit_added') AND t.tgenabled = 'O') IS DISTINCT FROM ARRAY[25, 4]""")
    assert missing == []


def test_references_stay_in_the_store(rows, tables):
    """A reference from one table of a store to another carries a store, its own or the one it names: keys see through row security."""
    wrong = []
    for name, source, target, columns in rows("""
            SELECT k.conname, s.relname, t.relname,
                   (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey))
              FROM pg_constraint k JOIN pg_class s ON s.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
             WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace"""):
        if tables.get(source) and tables.get(target) and target not in SINGLE_REFERENCES and not any(c.endswith("store_id") for c in columns):
            wrong.append(f"{name}: {source} -> {target}")
    assert wrong == []


def test_codes_agree(rows, contract):
    """A check on codes lists what an enumeration of the contract lists."""
    enums = {}

    def collect(schema):
        if isinstance(schema, dict):
            if isinstance(schema.get("enum"), list):
                enums[frozenset(schema["enum"])] = True
            for value in schema.values():
                collect(value)
        elif isinstance(schema, list):
            for value in schema:
                collect(value)
    collect(contract.doc)
    wrong = []
    for name, text in rows("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'"
                           " AND connamespace = 'public'::regnamespace"):
        listed = re.fullmatch(r"CHECK \(\(\w+ = ANY \(ARRAY\[(.*)\]\)\)\)", text)
        if listed and name not in INTERNAL_CODES:
            codes = frozenset(re.findall(r"'([^']*)'::text", listed.group(1)))
            if codes not in enums:
                wrong.append(f"{name}: {sorted(codes)}")
    assert wrong == []


def test_named_constraints_exist(rows):
    """What the contract maps to problems is there, and every unique index and reference is mapped or internal."""
    mapped = {}
    for path in (ROOT / "api-spec").glob("*.yaml"):
        mapped.update(yaml.safe_load(path.read_text(encoding="utf-8")).get("x-constraints") or {})
    there = {name for (name,) in rows(
        "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace UNION"
        " SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace")}
    assert set(mapped) - there == set()
