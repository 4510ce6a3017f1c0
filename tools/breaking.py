#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compare a contract with the released one: breaking.py RELEASED NEW.

Prints each change that breaks a client and ends with status 1 if there is one, unless the new contract has
another major version.  The comparison is Redocly's; an enumeration that says of itself that it may grow
(`x-may-grow`) breaks nobody when it does.
"""

import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
REDOCLY = ROOT / "tools/npm/node_modules/.bin/redocly"


def fetch(doc, pointer):
    """What stands at `#/a/b`; None when nothing does."""
    for step in pointer.lstrip("#/").split("/"):
        step = step.replace("~1", "/").replace("~0", "~")
        doc = doc[int(step)] if isinstance(doc, list) else doc.get(step, {})
    return doc


def may_grow(released, change, verdict):
    if verdict["ruleId"] != "enum-values-added":
        return False
    return bool(fetch(released, change["base"]["pointer"].rsplit("/", 1)[0]).get("x-may-grow"))


def breaking(released, new):
    """[what breaks a client] between two files."""
    env = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    done = subprocess.run([REDOCLY, "diff", released, new, "--format", "json", "--fail-on", "none"],
                          capture_output=True, text=True, env=env, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    before = json.loads(pathlib.Path(released).read_text(encoding="utf-8"))
    return sorted({f"{verdict['message']} ({verdict['ruleId']} at {change['path']})"
                   for change in json.loads(done.stdout)["changes"] for verdict in change["verdicts"]
                   if verdict["impact"] == "major" and not may_grow(before, change, verdict)})


def major(file):
    return json.loads(pathlib.Path(file).read_text(encoding="utf-8"))["info"]["version"].split(".")[0]


def main():
    released, new = sys.argv[1:]
    found = breaking(released, new)
    print("\n".join(found))
    sys.exit(1 if found and major(released) == major(new) else 0)


if __name__ == "__main__":
    main()
