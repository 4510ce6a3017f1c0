# SPDX-License-Identifier: Apache-2.0
"""Every named statement of lib/ is sound SQL for the role that runs it, and none that is asked all day
walks through a table that grows."""

import importlib.util
import json
import pathlib

import psycopg2
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

spec = importlib.util.spec_from_file_location("contract_tool", ROOT / "tools/contract.py")
tool = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tool)

STATEMENTS = tool.read_statements(ROOT / "lib")
for page in [name for name, s in STATEMENTS.items() if "page" in s["notes"].split()]:
    STATEMENTS[page + "_count"] = tool.counting(STATEMENTS[page])
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "ROLLBACK", "RELEASE")
PREPARABLE = sorted(name for name, s in STATEMENTS.items() if not s["sql"].startswith(CONTROL))

# Tables that stay small: a statement may read them whole.
SMALL = {
    "region", "store", "store_hours", "store_holiday", "store_policy", "bay", "warehouse", "bin", "operation",
    "staff", "staff_grant", "api_key", "event_consumer", "schema_migration", "reference_data", "document_counter",
    "sla_rule", "survey_template", "survey_question", "kpi", "public_holidays", "vpic_wmi", "vpic_pattern", "vpic_wmi_schema",
    "vpic_model_make", "wmi_cn",
    "import_job"}  # the policy of staged rows looks their job up; there are few


@pytest.fixture(scope="module")
def app(run):
    """A connection of the daemon's role, with the whole chain as its scope."""
    connection = psycopg2.connect(run["dsn"].replace("user=postgres", "user=fettle_app"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.hq', '1', false)")
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        # the tables of a test are small: ask whether an index can serve, not what is cheaper here
        for way in ("seqscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET enable_{way} = off")
        cursor.execute("SET jit = off")
        yield cursor
    connection.close()


def plan(app, name):
    """The statement's generic plan."""
    sql, order = tool.numbered(STATEMENTS[name])
    app.execute(f'PREPARE "{name}" AS {sql}')
    try:
        arguments = "(" + ", ".join(["NULL"] * len(order)) + ")" if order else ""
        app.execute(f'EXPLAIN (FORMAT JSON) EXECUTE "{name}"{arguments}')
        found = app.fetchone()[0]
    finally:
        app.execute(f'DEALLOCATE "{name}"')
    return (found if isinstance(found, list) else json.loads(found))[0]["Plan"]


def nodes(node):
    yield node
    for child in node.get("Plans", []):
        yield from nodes(child)


def is_whole(node):
    """Does the node read its table from end to end?"""
    kind = node["Node Type"]
    return kind == "Seq Scan" or kind in ("Index Scan", "Index Only Scan") and "Index Cond" not in node


@pytest.mark.parametrize("name", PREPARABLE)
def test_statement(app, name):
    found = plan(app, name)
    notes = STATEMENTS[name]["notes"].split()
    if "unnamed" in notes or "page" in notes:
        return  # planned for its values, see the load test
    whole = {node["Relation Name"] for node in nodes(found) if is_whole(node)}
    assert whole <= SMALL, f"{name} reads whole tables: {sorted(whole - SMALL)}"


