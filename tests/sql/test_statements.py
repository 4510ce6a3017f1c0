# SPDX-License-Identifier: Apache-2.0
"""Every named statement of lib/ is sound SQL for the role that runs it, and none that is asked all day
walks through a table that grows."""

import importlib.util
import json
import pathlib
import re

import psycopg2
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

spec = importlib.util.spec_from_file_location("contract_tool", ROOT / "tools/contract.py")
tool = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tool)

STATEMENTS = tool.read_statements(ROOT / "lib")
for page in [name for name, s in STATEMENTS.items() if "page" in s["notes"].split()]:
    STATEMENTS[page + "_count"] = tool.counting(STATEMENTS[page])
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "ROLLBACK", "RELEASE", "SET")
PREPARABLE = sorted(name for name, s in STATEMENTS.items() if not s["sql"].startswith(CONTROL))

# Tables that stay small: a statement may read them whole.
SMALL = {
    "markup_matrix", "package", "package_revision", "operation_evidence", "operation_check",
    "region", "store", "store_hours", "store_holiday", "store_policy", "booking_limit", "bay", "warehouse", "bin", "operation",
    "staff", "staff_grant", "api_key", "event_consumer", "schema_migration", "reference_data", "document_counter",
    "sla_rule", "survey_template", "survey_question", "kpi", "inspection_template", "inspection_template_item", "fault_code", "public_holidays", "vpic_wmi", "vpic_pattern", "vpic_wmi_schema",
    "vpic_model_make", "wmi_cn",
    "import_job"}  # the policy of staged rows looks their job up; there are few


@pytest.fixture
def planner(run):
    """A transaction of the daemon's role, with the whole chain as its scope; it is rolled back."""
    connection = psycopg2.connect(run["dsn"])
    with connection.cursor() as cursor:
        # the tables of a test are small: ask whether an index can serve, not what is cheaper here
        for setting in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit"):
            cursor.execute(f"SET LOCAL {setting} = off")
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        # and whatever a run has put into them, the planner takes them for tables that were never counted: some pages each
        cursor.execute("UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        cursor.execute("SELECT set_config('app.hq', '1', true)")
        yield cursor
    connection.rollback()
    connection.close()


def plan(planner, name):
    """The statement's generic plan."""
    sql, order = tool.numbered(STATEMENTS[name])
    planner.execute("SET LOCAL ROLE fettle_app")
    planner.execute(f'PREPARE "{name}" AS {sql}')
    arguments = "(" + ", ".join(["NULL"] * len(order)) + ")" if order else ""
    planner.execute(f'EXPLAIN (FORMAT JSON) EXECUTE "{name}"{arguments}')
    found = planner.fetchone()[0]
    planner.execute(f'DEALLOCATE "{name}"')
    planner.execute("RESET ROLE")
    return (found if isinstance(found, list) else json.loads(found))[0]["Plan"]


def nodes(node):
    yield node
    for child in node.get("Plans", []):
        yield from nodes(child)


def is_whole(node):
    """Does the node read its table from end to end?"""
    kind = node["Node Type"]
    return kind == "Seq Scan" or kind in ("Index Scan", "Index Only Scan") and "Index Cond" not in node


def read_whole(planner, name):
    return [node for node in nodes(plan(planner, name)) if is_whole(node) and node["Relation Name"] not in SMALL]


@pytest.mark.parametrize("name", PREPARABLE)
def test_statement(planner, name):
    plan(planner, name)  # it is sound SQL, and its own role may run it
    notes = STATEMENTS[name]["notes"].split()
    if "unnamed" in notes or "page" in notes:
        return  # planned for its values, see the load test
    whole = read_whole(planner, name)
    for _ in range(3):
        # a table of one page may be walked along any index for the price of the right one: take that one away
        walked = [node["Index Name"] for node in whole if "Index Name" in node]
        if not walked:
            break
        planner.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid::regclass::text = ANY (%s)", (walked,))
        whole = read_whole(planner, name)
    assert not whole, f"{name} reads whole tables: {sorted(node['Relation Name'] for node in whole)}"


# timezone() is not leakproof: under row security a condition with it is asked of every row, and no index helps.
MADE_INSIDE = re.compile(r"\b\w+\.(?:\w+_)?at [<>]=? [^\n]*?AT TIME ZONE (?!'UTC')[^\n]*")


def test_a_day_is_made_before_its_rows_are_looked_for():
    found = [f"{file.relative_to(ROOT)}: {match[0]}" for folder in ("lib", "migrations/repeatable") for file in sorted((ROOT / folder).rglob("*.sql"))
             for match in MADE_INSIDE.finditer(file.read_text(encoding="utf-8"))]
    assert not found, "make the instants in a subquery of their own (OFFSET 0):\n" + "\n".join(found)


# Every order of every list.  A store's own customers are few enough to be put in order by name; the parts by number
# are read together with those that words were typed for.
ORDERED = [(sql, scope) for page in sorted(STATEMENTS) for sql in STATEMENTS[page].get("orders", {}).values()
           for scope in ("one store", "the chain")
           if not (sql.startswith("customer_list_by_name") and scope == "one store") and sql != "part_list"]
SOME = {"limit": "51", "now": "'2026-01-01'"}
STORE = {"scope_store": "'00000000-0000-7000-8000-000000000002'"}
AFTER = {"after_at": "'2026-01-01'", "after_id": "'00000000-0000-7000-8000-000000000001'", "after_name": "'赵'",
         "after_key": "'A'"}


def spine(node):
    """The nodes that the rows of a page come through: of a join the side that leads; of the others none that is
    known to be empty."""
    if node.get("One-Time Filter") == "false":
        return []
    feeding = [child for child in node.get("Plans", []) if child["Parent Relationship"] in ("Outer", "Member", "Subquery")]
    below = [found for child in feeding for found in spine(child)]
    return [node] + below if below or not feeding else []


@pytest.mark.parametrize("name, scope", ORDERED)
@pytest.mark.parametrize("page", ("first", "next"))
def test_an_order_is_an_index(planner, name, scope, page):
    """No page is put in order: it is read off an index that has it, the store's own for one store."""
    sql, order = tool.numbered(STATEMENTS[name])
    values = {**SOME, **(STORE if scope == "one store" else {}), **(AFTER if page == "next" else {})}
    for setting in ("enable_sort = off", "enable_bitmapscan = off", "plan_cache_mode = force_custom_plan", "ROLE fettle_app"):
        planner.execute(f"SET LOCAL {setting}")
    planner.execute(f'PREPARE "{name}" AS {sql}')
    planner.execute(f'EXPLAIN (FORMAT JSON) EXECUTE "{name}"(' + ", ".join(values.get(p, "NULL") for p in order) + ")")
    found = planner.fetchone()[0]
    planner.execute(f'DEALLOCATE "{name}"')
    through = spine((found if isinstance(found, list) else json.loads(found))[0]["Plan"])
    assert "Sort" not in {node["Node Type"] for node in through}, through
    assert any("Index" in node["Node Type"] for node in through)
    if page == "first" and scope == "one store" and ".store_id = :scope_store" in STATEMENTS[name]["sql"]:
        assert any("store_id" in node.get("Index Cond", "") for node in through), through


# States that few are in at any time, and kinds that few are of: (list, filter, code, its index).
FEW = [("settlement_list", "status", "issued", "settlement_status_idx"), ("payment_list", "status", "pending", "payment_status_idx"),
       ("stock_document_list", "status", "draft", "stock_document_status_idx"), ("demand_list", "status", "open", "demand_waiting_idx"),
       ("work_order_line_list", "work_status", "paused", "work_order_line_work_idx"), ("reception_list", "status", "greeted", "reception_open_idx"),
       ("appointment_list", "status", "pending", "appointment_status_idx"), ("survey_list", "status", "sent", "survey_waiting_idx"),
       ("customer_list", "kind", "fleet", "customer_kind_idx")]


@pytest.mark.parametrize("name, member, code, index", FEW)
def test_the_few_have_an_index(planner, name, member, code, index):
    """A page of what few are, written as lanes write it, need not read a store's whole history: an index of those serves."""
    sql, order = tool.numbered(STATEMENTS[name])
    values = {**SOME, **STORE, member: "'{\"%s\"}'" % code}
    planner.execute("UPDATE pg_index SET indisvalid = false FROM pg_class c WHERE c.oid = indexrelid AND NOT indisprimary AND c.relname <> %s"
                    " AND indrelid = (SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = %s::regclass)", (index, index))
    planner.execute("SET LOCAL plan_cache_mode = force_custom_plan")
    planner.execute("SET LOCAL ROLE fettle_app")
    planner.execute(f'PREPARE "{name}" AS {sql}')
    planner.execute(f'EXPLAIN (FORMAT JSON) EXECUTE "{name}"(' + ", ".join(values.get(p, "NULL") for p in order) + ")")
    found = planner.fetchone()[0]
    planner.execute(f'DEALLOCATE "{name}"')
    used = {node.get("Index Name") for node in nodes((found if isinstance(found, list) else json.loads(found))[0]["Plan"])}
    assert index in used, used
