# SPDX-License-Identifier: Apache-2.0
"""README is true: its day at a store runs as it stands there, on the demo data."""

import datetime
import http.client
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

import slots
from fettle import ROOT, Daemon


def blocks(name, language):
    """The fenced code of a file, by language."""
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / name).read_text(encoding="utf-8"), re.S | re.M)


@pytest.fixture(scope="module")
def demo():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fettle-demo-"))
    daemon = Daemon(folder, RATE_LOGIN="0").start("--demo")
    yield daemon
    daemon.stop()
    shutil.rmtree(folder, ignore_errors=True)


def get(daemon, path):
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=10)
    connection.request("GET", path, headers={"Authorization": "Bearer fettle_demo_hq_readonly"})
    reply = connection.getresponse()
    return reply.status, json.loads(reply.read())


def test_both_languages_show_the_same_code():
    for language in ("sh", "console"):
        english, chinese = blocks("README.md", language), blocks("README.zh-CN.md", language)
        strip = [[re.sub(r"\s+#.*", "", line) for line in "\n".join(b).splitlines()] for b in (english, chinese)]
        assert strip[0] == strip[1]


def test_the_demo_shows_something(demo):
    for path in ("stores", "staff", "customers", "vehicles", "operations", "parts", "work-orders", "settlements",
                 "surveys", "complaints", "appointments", "shifts", "skills", "certificates", "estimates", "comebacks",
                 "quality-failures", "incidents", "equipment", "price-lists", "waiting-list", "approvals", "suppliers", "supplier-offers", "purchase-orders", "sales-orders", "core-deposits"):
        status, page = get(demo, f"/v1/{path}?limit=5")
        assert status == 200 and page["data"], path
    status, found = get(demo, "/v1/search?q=lhq")
    assert status == 200 and any("离合器" in item["title"] for item in found["data"])
    today = slots.day(0)
    since = today - datetime.timedelta(days=100)
    status, kpis = get(demo, f"/v1/kpi-values?kpi=orders_delivered&from={since}&to={today}&grain=month&by=store")
    assert status == 200 and sum(row["value"] for row in kpis["data"]) > 100


def test_a_day_at_a_store(demo):
    day = blocks("README.md", "sh")[0]
    run = subprocess.run(["bash", "-euo", "pipefail", "-c", day], capture_output=True, text=True, timeout=60,
                         env={"FETTLE": f"http://127.0.0.1:{demo.port}", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
                         check=False)
    said = run.stdout.splitlines()
    assert run.returncode == 0, run.stdout + run.stderr
    assert said[0] == "confirmed" and {"she comes: true", "arrived", "served", "out", "returned"} <= set(said)
    assert '["刹车异响","低速刹车有尖叫"]' in said and "0 visits, 0 recommendations, 0 unpaid bills" in said
    assert any(re.match(r"B\d{3}, counter 1$", line) for line in said) and "repairing: arrived, opened, agreed, started" in said
    assert "handed_over" in said and "ready" in said and "dispatched" in said and "awaiting_qc" in said
    assert any(re.match(r"SH01-ST-\d{6}-\d{4}$", line) for line in said)
    assert "paid" in said and "submitted" in said
    assert any(re.match(r"wait \d+, work \d+, check \d+, in all \d+$", line) for line in said)
    assert any(re.match(r"SH01-CP-\d{6}-\d{4} received$", line) for line in said)
    kpis = [json.loads(line) for line in said if line.startswith('{"kpi"')]
    delivered = next(k for k in kpis if k["kpi"] == "orders_delivered")
    assert delivered["value"] >= 1 and delivered["denominator"] is None
    rate = next(k for k in kpis if k["kpi"] == "complaint_rate")
    assert rate["numerator"] == 0 or rate["value"] > 0  # a survey's complaint is not one of the customer's own


def test_what_goes_wrong(demo):
    """It goes on where the day ended, in the same shell."""
    run = subprocess.run(["bash", "-euo", "pipefail", "-c", blocks("README.md", "sh")[0] + "echo ---\n" + blocks("docs/when-things-go-wrong.md", "sh")[0]],
                         capture_output=True, text=True, timeout=90, check=False,
                         env={"FETTLE": f"http://127.0.0.1:{demo.port}", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    assert run.returncode == 0, run.stdout + run.stderr
    said = run.stdout.split("---\n")[1].splitlines()
    assert re.match(r"\d{4}-\d\d-\d\dT.*Z, limited by \w+$", said[0])
    assert said[1:] == ["quality_guarantee", "dispatched", "paused", "promised true", "in_progress", "awaiting_qc", "failed", "awaiting_qc", "passed",
                        "workmanship", "quality_guarantee bears 24000", "closed", "delivered", "deferred_line: 四轮定位", "finding: 左前门划痕",
                        "waiting", "dispatched", "repaired", said[-1]]
    assert re.match(r"SH01-WO-\d{6}-\d{4} cancelled$", said[-1])


def test_the_parts_department(demo):
    """All but the recall, for which the demo has no batch."""
    day = "".join(blocks("docs/parts.md", "sh")[:-1]).replace("http://127.0.0.1:8080", f"http://127.0.0.1:{demo.port}")
    run = subprocess.run(["bash", "-euo", "pipefail", "-c", day], capture_output=True, text=True, timeout=60, check=False,
                         env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    assert run.returncode == 0, run.stdout + run.stderr
    said = run.stdout.splitlines()
    bought = said.index("submitted")
    assert said[bought + 1] == "approved" and re.match(r"sent, promised for \d{4}-\d\d-\d\d$", said[bought + 2])
    assert said[bought + 3:bought + 6] == ["posted", "partly_received: 7 of 8", "closed"]
    assert said[bought + 6] == "confirmed, 2 held" and re.match(r"SH01-DJ-\d{6}-\d{4}: 100 fen held$", said[bought + 7])
    assert said[bought + 8:bought + 10] == ["shipped", "accepted"]
    total, paid, due = map(int, re.match(r"(\d+) fen, (\d+) by the deposit, (\d+) due$", said[bought + 10]).groups())
    assert paid == 100 and total == paid + due


def test_the_demo_is_consistent(demo):
    demo.stop()
    verified = demo.run("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    refused = Daemon(demo.folder, RATE_LOGIN="0").start("--demo")  # once only: it is there already
    status, page = get(refused, "/v1/stores")
    assert status == 200 and len(page["data"]) == 4
    refused.stop()
