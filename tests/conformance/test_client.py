# SPDX-License-Identifier: Apache-2.0
"""The typed client: types made from the contract compile strictly, a day at a store told with it passes, and
what the contract does not allow does not compile (src/refused.ts)."""

import json
import os
import re
import shutil
import subprocess

import pytest

from fettle import ROOT

CLIENT = ROOT / "clients/typescript"


def tool(name, *args, cwd):
    return subprocess.run([CLIENT / "node_modules/.bin" / name, *args], cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def built(contract, tmp_path_factory):
    """The client, compiled against the contract of this very build, in a folder of its own."""
    folder = tmp_path_factory.mktemp("client")
    for name in ("package.json", "tsconfig.json", "src"):
        (shutil.copytree if name == "src" else shutil.copy)(CLIENT / name, folder / name)
    (folder / "node_modules").symlink_to(CLIENT / "node_modules")
    (folder / "openapi.json").write_text(json.dumps(contract.doc), encoding="utf-8")
    made = tool("openapi-typescript", "openapi.json", "-o", "src/generated/fettle.d.ts", cwd=folder)
    assert made.returncode == 0, made.stdout + made.stderr
    compiled = tool("tsc", "-p", ".", cwd=folder)
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
    return folder


def test_a_day_at_a_store(built, demo):
    done = subprocess.run(["node", "built/day.js", f"http://127.0.0.1:{demo.port}"], cwd=built, capture_output=True, text=True,
                          timeout=120, env={"PATH": os.environ["PATH"]}, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(r"SH01-WO-\d{6}-\d{4} delivered paid SH01-CP-\d{6}-\d{4} received\n", done.stdout)


def test_what_must_not_compile(built):
    """Each mark in refused.ts stands over an error: without the marks there is one for each."""
    source = (CLIENT / "src/refused.ts").read_text(encoding="utf-8")
    marks = source.count("// @ts-expect-error")
    (built / "src/refused.ts").write_text(source.replace("// @ts-expect-error", "//"), encoding="utf-8")
    failed = tool("tsc", "-p", ".", "--noEmit", cwd=built)
    assert failed.returncode != 0
    lines = set(re.findall(r"src/refused\.ts\((\d+),", failed.stdout))
    assert len(lines) == marks > 8, failed.stdout
