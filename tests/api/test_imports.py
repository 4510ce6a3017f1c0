# SPDX-License-Identifier: Apache-2.0
"""Files of rows: real complaints, VINs and Chinese words come in, and come back as they were."""

import csv
import io
import json
import os
import shutil
import signal
import tempfile

import psycopg2
import pytest

from fettle import ROOT, Chain, Client, Daemon, People, wait_for
from trade import Trade

DATA = ROOT / "tests/data"
TYPES = {"csv": "text/csv", "ndjson": "application/x-ndjson; charset=utf-8"}


def read(name):
    with open(DATA / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def as_csv(rows, end="\r\n"):
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0], lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def as_ndjson(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


@pytest.fixture
def trade(store):
    return Trade(store)


def send(client, store, kind, content, form="csv", expect=202, **params):
    return client.post("/v1/imports", raw=content, headers={"Content-Type": TYPES[form]}, expect=expect,
                       params={"store_id": store.id, "kind": kind, **params})


def ended(client, job, seconds=60):
    """The import once it is over."""
    def look():
        reply = client.get(f"/v1/imports/{job['id']}", expect=200)
        return reply if reply["status"] in ("done", "failed", "cancelled") else None
    return wait_for(look, seconds)


def rows_of(client, job, **params):
    return client.pages(f"/v1/imports/{job['id']}/rows", **params)


def problems(client, job):
    """{line: {pointer: code}} of what was refused."""
    return {row["line"]: {p["pointer"]: p["code"] for p in row["problems"]}
            for row in rows_of(client, job, status="failed")}


def complaint(number, text, **more):
    return {"contact.name": "王芳", "contact.phone": "13800001111", "channel": "phone", "category": "product_quality",
            "description": text, "external_ids.odi": number, **more}


@pytest.mark.parametrize("form", ["csv", "ndjson"])
@pytest.mark.parametrize("name, number, text", [("nhtsa_odi_complaints.csv", "ODINO", "CDESCR"),
                                                ("nhtsa_porsche_complaints.csv", "odi_number", "summary")])
def test_real_complaints(store, form, name, number, text):
    """J3: complaints as an authority publishes them: every description comes back octet for octet."""
    rows = [complaint(row[number], row[text]) for row in read(name)]
    content = as_csv(rows)
    if form == "ndjson":
        content = as_ndjson([{"contact": {"name": r["contact.name"], "phone": r["contact.phone"]},
                              "external_ids": {"odi": r["external_ids.odi"]},
                              **{k: v for k, v in r.items() if "." not in k}} for r in rows])
    job = send(store.manager, store, "complaints", content, form)
    assert job.headers["Location"] == f"/v1/imports/{job['id']}"
    assert (job["status"], job["format"], job["dry_run"], job["created_by"]) == ("queued", form, False, store.manager.id)
    done = ended(store.manager, job)
    assert (done["status"], done["problem"]) == ("done", None)
    assert (done["rows_total"], done["rows_done"], done["rows_failed"]) == (len(rows), len(rows), 0), \
        problems(store.manager, job)
    subjects = [row["subject_id"] for row in rows_of(store.manager, job, limit=200)]
    for row, subject in list(zip(rows, subjects))[::17]:
        assert store.manager.get(f"/v1/complaints/{subject}", expect=200)["description"] == row["description"]
    found = {c["external_ids"]["odi"]: c["description"] for c in
             (store.manager.get(f"/v1/complaints/{s}", expect=200) for s in subjects)}
    assert found == {row["external_ids.odi"]: row["description"] for row in rows}


def test_each_row_is_judged_like_a_request(store):
    """J3: what the API would refuse is refused, told by line and property; the others are taken."""
    content = ("\ufeffcontact.name,contact.phone,channel,category,description\r\n"
               "王芳,13800001111,phone,attitude,\"等待两小时,\r\n无人\"\"接待\"\"\"\r\n"    # 2
               "李雷,1,phone,attitude,too short a phone\r\n"                             # 4
               "李雷,13800001111,pigeon,kindness,\r\n"                                  # 5
               "one,cell,too,few\r\n"                                                   # 6
               "\"a\"b,,phone,other,text behind a quote\r\n"                            # 7
               "\r\n"
               ",,phone,other,nobody\r\n"                                               # 9
               "韩梅梅,13800001111,phone,other,last line").encode()                     # 10
    done = ended(store.manager, send(store.manager, store, "complaints", content))
    assert (done["status"], done["rows_total"], done["rows_done"], done["rows_failed"]) == ("done", 7, 2, 5)
    told = problems(store.manager, done)
    assert sorted(told) == [4, 5, 6, 7, 9]
    assert "/contact/phone" in told[4]
    assert told[5] == {"/channel": "bad_code", "/category": "bad_code", "/description": "required"}
    assert (told[6], told[7]) == ({None: "wrong_column_count"}, {None: "bad_quotes"})
    first, last = rows_of(store.manager, done, status="done")
    assert (first["line"], last["line"]) == (2, 10)
    assert store.manager.get(f"/v1/complaints/{first['subject_id']}")["description"] == "等待两小时,\r\n无人\"接待\""

    lines = ('{"contact":{"name":"a","phone":"13800001111"},"channel":"phone","category":"other","description":"d"}\n'
             '{"channel":"phone"\n[]\n{"channel":1,"colour":"red"}\n{"a":1,"a":2}\n').encode() + b'"\xff"\n'
    done = ended(store.manager, send(store.manager, store, "complaints", lines, "ndjson"))
    told = problems(store.manager, done)
    assert done["rows_done"] == 1 and sorted(told) == [2, 3, 4, 5, 6]
    assert told[2] == {None: "malformed_json"} and told[6] == {None: "bad_text"}
    assert told[4]["/channel"] == "wrong_type" and told[4]["/colour"] == "unknown_field"


def test_a_wrong_header(store):
    """J3: an unknown or repeated column fails the import as a whole, in the language of who sent it."""
    def problem(content, **headers):
        job = store.manager.post("/v1/imports", raw=content, headers={"Content-Type": "text/csv", **headers}, expect=202,
                                 params={"store_id": store.id, "kind": "complaints"})
        done = ended(store.manager, job)
        assert (done["status"], done["rows_total"]) == ("failed", 0)
        return done["problem"]

    assert problem(b"colour,channel\nred,phone\n")["message"] == "column colour is not a property of these rows"
    assert problem(b"colour,channel\nred,phone\n", **{"Accept-Language": "zh-CN"})["message"].startswith("列 colour")
    assert problem(b"channel,channel\n1,2\n")["code"] == "repeated_column"
    assert problem(b"contact\nx\n")["code"] == "unknown_column"
    assert problem(b"\n\n")["code"] == "empty_file"


def test_a_dry_run_changes_nothing(store, sql):
    """J3: it says all that would fail, and leaves no complaint, no event and no number behind."""
    rows = [complaint("1", "good"), complaint("2", "bad", channel="pigeon"), complaint("3", "good too")]
    done = ended(store.manager, send(store.manager, store, "complaints", as_csv(rows), dry_run="true"))
    assert (done["dry_run"], done["rows_done"], done["rows_failed"]) == (True, 2, 1)
    assert problems(store.manager, done) == {3: {"/channel": "bad_code"}}
    assert {row["subject_id"] for row in rows_of(store.manager, done)} == {None}
    assert sql("SELECT (SELECT count(*) FROM complaint WHERE store_id = %(s)s),"
               " (SELECT count(*) FROM document_counter WHERE store_id = %(s)s),"
               " (SELECT count(*) FROM event WHERE store_id = %(s)s AND type LIKE 'complaint.%%')",
               {"s": store.id}) == [(0, 0, 0)]
    assert sql("SELECT count(*) FROM import_row WHERE import_id = %s AND data IS NOT NULL", (done["id"],)) == [(0,)]


def test_who_may_import(chain, store):
    """J3: only with the permission to write such rows by hand, at a store that is seen."""
    other = chain.store()
    good = as_csv([complaint("1", "text")])
    assert send(store.advisor, store, "complaints", good, expect=403).code == "forbidden"
    assert send(store.manager, store, "parts", b"number\n1\n", expect=403).code == "forbidden"
    assert send(store.manager, other, "complaints", good, expect=422).errors == {"store_id": "not_found"}
    job = send(store.manager, store, "complaints", good)
    for path in ("", "/rows"):
        assert other.manager.get(f"/v1/imports/{job['id']}{path}").status == 404
    assert other.manager.post(f"/v1/imports/{job['id']}/cancel").status == 404
    assert other.manager.get("/v1/imports").data == []
    foreign = as_csv([{**complaint("1", "text"), "store_id": other.id}])
    done = ended(store.manager, send(store.manager, store, "complaints", foreign))
    assert problems(store.manager, done) == {2: {"/store_id": "not_found"}}
    assert {j["id"] for j in store.manager.get("/v1/imports", params={"kind": "complaints"}).data} == {
        job["id"], done["id"]}

    assert store.manager.post("/v1/imports", raw=good, params={"store_id": store.id, "kind": "complaints"}).status == 415
    assert send(store.manager, store, "complaints", b"", expect=422).code == "empty_file"
    assert send(store.manager, store, "spells", good, expect=400).errors == {"kind": "bad_code"}


def test_cancel(store):
    """J3: a running import stops where it is; one that has ended stays as it is."""
    rows = [complaint(str(n), "text %d" % n) for n in range(5000)]
    job = send(store.manager, store, "complaints", as_csv(rows, "\n"))
    stopped = store.manager.post(f"/v1/imports/{job['id']}/cancel", expect=200)
    assert (stopped["status"], stopped["actions"][0]["enabled"]) == ("cancelled", False)
    again = store.manager.post(f"/v1/imports/{job['id']}/cancel")
    assert (again.status, again.code, again["state"]) == (409, "illegal_transition", "cancelled")
    assert stopped["rows_done"] < 5000
    assert ended(store.manager, job)["rows_done"] == stopped["rows_done"]


def test_a_repeated_key_is_one_import(store, sql):
    """J3: the same file under the same key is one import."""
    def post():
        return store.manager.post("/v1/imports", raw=as_csv([complaint("7", "once")]), key="import-1",
                                  headers={"Content-Type": "text/csv"},
                                  params={"store_id": store.id, "kind": "complaints"})
    first, second = post(), post()
    assert (first.status, second.status, second["id"], second.replayed) == (202, 202, first["id"], True)
    ended(store.manager, first)
    assert sql("SELECT count(*) FROM complaint WHERE store_id = %s", (store.id,)) == [(1,)]


def test_real_vins(store):
    """J3: VINs of real listings become vehicles; make, model and year are what their source says."""
    owner = store.advisor.post("/v1/customers", {"kind": "company", "name": "华东汽车租赁"}, expect=201)
    rows = read("vin_decode_expected.csv")
    policy = f"/v1/stores/{store.id}/policies"
    store.manager.patch(policy, {"vin_rule": "warn"}, version=store.manager.get(policy)["version"], expect=200)
    job = send(store.manager, store, "vehicles", as_csv([
        {"vin": row["vin"], "customer_id": owner["id"], "odometer_km": 1000 * n, "metadata.body": row["body_style"]}
        for n, row in enumerate(rows)]))
    done = ended(store.manager, job)
    assert (done["rows_done"], done["rows_failed"]) == (len(rows), 0), problems(store.manager, done)
    for row, made in zip(rows, rows_of(store.manager, done, limit=200)):
        vehicle = store.manager.get(f"/v1/vehicles/{made['subject_id']}", expect=200)
        assert vehicle["vin"] == row["vin"]
        assert vehicle["vin_check"] == ("ok" if row["check_digit_ok"] == "1" else "failed")
        for name in ("make", "model", "model_year"):
            said, expected = vehicle[name], row[name]
            # what is not known is null, never guessed; sources write trim levels with or without the model
            short, long = sorted((str(said).lower().replace(" ", ""), expected.lower().replace(" ", "")), key=len)
            assert said is None or not expected or long.startswith(short), (row, name, said)
    assert sum(store.manager.get(f"/v1/vehicles/{made['subject_id']}")["model_year"] is not None
               for made in rows_of(store.manager, done, limit=200)) > len(rows) / 2

    again = ended(store.manager, send(store.manager, store, "vehicles", as_csv(
        [{"vin": row["vin"], "customer_id": owner["id"]} for row in rows[:3]])))
    assert again["rows_failed"] == 3
    assert {code for told in problems(store.manager, again).values() for code in told.values()} == {"duplicate"}


def test_customers_with_tags(store):
    """J3: cells of several values and maps become what the API takes."""
    rows = [{"kind": "person", "name": "韩梅梅", "phone": "13900002222", "tags": "vip|fleet", "external_ids.crm": "A-1",
             "metadata.since": "2011"},
            {"kind": "company", "name": "上海公司", "phone": "", "tags": "", "external_ids.crm": "", "metadata.since": ""}]
    done = ended(store.manager, send(store.manager, store, "customers", as_csv(rows)))
    first, second = [store.manager.get(f"/v1/customers/{row['subject_id']}", expect=200)
                     for row in rows_of(store.manager, done)]
    assert (first["name"], first["tags"], first["external_ids"], first["metadata"]) == (
        "韩梅梅", ["vip", "fleet"], {"crm": "A-1"}, {"since": "2011"})
    assert (second["kind"], second["tags"], second["external_ids"]) == ("company", [], {})


def test_chinese_part_names(chain, store):
    """J3: the words of a Chinese car lexicon become parts, found by the initials of their names."""
    terms = [row["term"] for row in read("zh_car_lexicon.csv")] + ["离合器"]
    prefix = chain.unique()
    rows = [{"number": f"{prefix}-{n}", "name": term, "unit": "件", "sale_price": 100 * n} for n, term in enumerate(terms)]
    rows += [{**rows[0], "sale_price": 1}, {**rows[0], "number": prefix + "-x", "sale_price": "dear"}]
    done = ended(chain.admin, send(chain.admin, store, "parts", as_csv(rows)))
    assert (done["rows_done"], done["rows_failed"]) == (len(terms), 2)
    assert problems(chain.admin, done) == {len(rows): {"/number": "duplicate"}, len(rows) + 1: {"/sale_price": "wrong_type"}}
    assert "离合器" in {part["name"] for part in store.parts.pages("/v1/parts", q="lhq")}
    assert "液压式离合器系统" in {part["name"] for part in store.parts.pages("/v1/parts", q="yyslhqxt")}
    assert {part["name"] for part in store.parts.pages("/v1/parts", q="离合器")} >= {"离合器", "液压式离合器系统"}
    exact = store.parts.get("/v1/parts", params={"q": f"{prefix}-17"}).data
    assert [(part["name"], part["sale_price"]) for part in exact if part["number"] == f"{prefix}-17"] == [(terms[17], 1700)]

    dry = ended(chain.admin, send(chain.admin, store, "parts", as_csv(
        [{**rows[0], "number": prefix + "-dry"}] * 2 + [rows[1]]), dry_run="true"))
    assert problems(chain.admin, dry) == {3: {"/number": "duplicate"}, 4: {"/number": "duplicate"}}
    assert store.parts.get("/v1/parts", params={"q": prefix + "-dry"}).data == []


def test_a_price_list(chain, store, trade, verify):
    """H12: a maker's new prices, by number and brand in any writing; each that cannot be is told by line, and the others hold."""
    made = [trade.part(brand="SACHS"), trade.part(), trade.part(), trade.part()]
    chain.admin.patch(f"/v1/parts/{made[2]['id']}", {"price_audited": True}, version=1, expect=200)
    rows = [{"number": made[0]["number"].lower().replace("-", " "), "brand": "SACHS", "sale_price": 7100},  # 2
            {"number": made[0]["number"], "brand": "LUK", "sale_price": 1},
            {"number": made[1]["number"], "brand": "", "sale_price": 1},  # 4: said again below
            {"number": made[2]["number"], "brand": "", "sale_price": 7300},
            {"number": made[3]["number"], "brand": "", "sale_price": "dear"},
            {"number": made[3]["number"], "brand": "", "sale_price": 6800},  # 7: as it is
            {"number": made[1]["number"], "brand": "", "sale_price": 7200}]
    assert send(store.manager, store, "part_prices", as_csv(rows), expect=403).code == "forbidden"
    done = ended(chain.admin, send(chain.admin, store, "part_prices", as_csv(rows)))
    assert problems(chain.admin, done) == {3: {"/number": "not_found"}, 5: {"/sale_price": "price_audited"}, 6: {"/sale_price": "wrong_type"}}
    assert [r["subject_id"] for r in rows_of(chain.admin, done, status="done")] == [made[0]["id"], made[1]["id"], made[3]["id"], made[1]["id"]]
    now = [store.parts.get(f"/v1/parts/{p['id']}", expect=200) for p in made]
    assert [(p["sale_price"], p["version"]) for p in now] == [(7100, 2), (7200, 2), (6800, 2), (6800, 1)]
    assert [[h["price"] for h in store.parts.pages(f"/v1/parts/{p['id']}/prices")] for p in made] == [[7100, 6800], [7200, 6800], [6800], [6800]]
    again = ended(chain.admin, send(chain.admin, store, "part_prices", as_csv(rows[:1])))
    assert (again["rows_done"], store.parts.get(f"/v1/parts/{made[0]['id']}", expect=200)["version"]) == (1, 2)
    assert verify("part prices") == []


def test_a_list_half_of_which_is_there(chain, store):
    """J3: among thousands of new parts those that are there already are told one by one, and so are those that are twice in the list."""
    prefix = chain.unique()
    rows = [{"number": f"{prefix}-{n}", "name": f"机油格 {n}", "unit": "件", "sale_price": n} for n in range(2500)]
    first = ended(chain.admin, send(chain.admin, store, "parts", as_csv(rows[::2])))
    assert (first["rows_done"], first["rows_failed"]) == (1250, 0)
    second = ended(chain.admin, send(chain.admin, store, "parts", as_csv(rows + [rows[1]])))
    assert (second["rows_done"], second["rows_failed"]) == (1250, 1251)
    assert problems(chain.admin, second) == {line: {"/number": "duplicate"} for line in [*range(2, 2502, 2), 2502]}
    found = store.parts.pages("/v1/parts", q=prefix, limit=200)
    assert len(found) == len({p["number"] for p in found}) == 2500


@pytest.fixture
def own(contract, book):
    """A daemon of its own that may be killed: (daemon, chain)."""
    folder = tempfile.mkdtemp(prefix="fettle-import-")
    daemon = Daemon(folder).start()

    def connect():
        db = psycopg2.connect(daemon.dsn)
        db.autocommit = True
        return Chain(People(db, daemon.port, contract, book))
    yield daemon, connect
    daemon.stop()
    shutil.rmtree(folder, ignore_errors=True)


def part_rows(count):
    return as_csv([{"number": f"P{n:06}", "name": f"离合器总成 {n}", "unit": "件", "sale_price": n} for n in range(count)], "\n")


def test_killed_and_resumed(own, contract, book):
    """J3: kill -9 in the middle: after the restart it goes on, and nothing is there twice or missing."""
    daemon, connect = own
    chain = connect()
    store, admin = chain.store(), chain.admin
    job = send(admin, store, "parts", part_rows(8000))
    path = f"/v1/imports/{job['id']}"
    wait_for(lambda: admin.get(path)["rows_done"] >= 1000, 30)
    daemon.process.send_signal(signal.SIGKILL)
    daemon.process.wait()
    daemon.start()
    again = Client(daemon.port, contract, book, admin.token)
    resumed = again.get(path, expect=200)
    assert resumed["status"] == "applying" and 1000 <= resumed["rows_done"] < 8000
    done = ended(again, job, 120)
    assert (done["status"], done["rows_total"], done["rows_done"], done["rows_failed"]) == ("done", 8000, 8000, 0)
    with connect().people.db.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT number), sum(sale_price) FROM part")
        assert cursor.fetchone() == (8000, 8000, sum(range(8000)))
        cursor.execute("SELECT count(*) FROM event WHERE type = 'part.created'")
        assert cursor.fetchone() == (8000,)
        cursor.execute("SELECT count(*), count(DISTINCT subject_id) FROM import_row WHERE status = 'done'")
        assert cursor.fetchone() == (8000, 8000)


def test_from_the_command_line(own, tmp_path):
    """J3: `fettled import` beside a daemon: its rows, its rejects, its exit status."""
    daemon, connect = own
    store = connect().store()
    beside = dict(daemon.settings)
    daemon.settings["DATABASE_URL"] = daemon.url("fettle_app")
    try:
        file = tmp_path / "parts.csv"
        file.write_bytes(part_rows(300))
        dry = daemon.run("import", "--kind", "parts", "--store", store.code, "--dry-run", str(file))
        assert (dry.returncode, dry.stdout) == (0, "") and "300 rows would be taken, 0 refused" in dry.stderr
        assert daemon.run("import", "--kind", "parts", "--store", store.code, str(file)).returncode == 0
        twice = daemon.run("import", "--kind", "parts", "--store", store.code, str(file))
        assert twice.returncode == 1 and "0 rows taken, 300 refused" in twice.stderr
        rejected = [json.loads(line) for line in (tmp_path / "parts.csv.problems.ndjson").read_text().splitlines()]
        assert [row["line"] for row in rejected] == list(range(2, 302))
        assert rejected[0]["problems"][0]["code"] == "duplicate"
        piped = daemon.run("import", "--kind", "parts", "--store", store.code, "--format", "ndjson", "-", text="{}\n")
        assert piped.returncode == 1 and json.loads(piped.stdout)["problems"][0]["code"] == "required"
        assert daemon.run("import", "--kind", "parts", "--store", "NOWHERE", str(file)).returncode == 65
        assert daemon.run("import", "--kind", "spells", "--store", store.code, str(file)).returncode == 64
        assert os.listdir(daemon.folder / "data/imports") == []
    finally:
        daemon.settings = beside
