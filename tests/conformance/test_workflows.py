# SPDX-License-Identifier: Apache-2.0
"""The workflows of the contract, step by step against a daemon with the demo's data; Redocly checks every reply."""

import datetime
import json
import os
import random
import shutil
import subprocess
import zoneinfo

from fettle import ROOT

REDOCLY = ROOT / "tools/npm/node_modules/.bin/redocly"
WORKFLOWS = ROOT / "api-spec/workflows"


def respect(folder, contract, port, workflow, inputs):
    """Run one; (exit status, what was said)."""
    (folder / "openapi.json").write_text(json.dumps(contract.doc), encoding="utf-8")
    shutil.copy(WORKFLOWS / f"{workflow}.arazzo.yaml", folder)
    env = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    done = subprocess.run([REDOCLY, "respect", f"{workflow}.arazzo.yaml", "--workflow", workflow, "--server", f"fettle=http://127.0.0.1:{port}",
                           "--input", json.dumps(inputs), "--json-output", "result.json"],
                          cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stdout + done.stderr


def inputs():
    now = datetime.datetime.now(datetime.timezone.utc)

    def ahead(hours):
        return (now + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    today = now.astimezone(zoneinfo.ZoneInfo("Asia/Shanghai")).date()
    return {"plate": f"沪C{random.randrange(10000, 100000)}", "phone": f"139{random.randrange(10 ** 7, 10 ** 8)}",
            "slots_from": ahead(24), "slots_to": ahead(8 * 24), "promised_at": ahead(4),
            "first_day": str(today), "last_day": str(today + datetime.timedelta(days=1))}


def test_a_day_at_a_store(demo, contract, tmp_path):
    status, said = respect(tmp_path, contract, demo.port, "day-at-a-store", inputs())
    assert status == 0, said[-6000:]
    assert "Steps: 41 passed, 41 total" in said, said[-2000:]


def test_a_wrong_step_is_seen(demo, contract, tmp_path):
    """The same day with a phone that the contract forbids: the run fails at that very step."""
    status, said = respect(tmp_path, contract, demo.port, "day-at-a-store", {**inputs(), "phone": "12"})
    assert status != 0 and "step customer" in said, said[-2000:]
