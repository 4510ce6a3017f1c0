#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Judges what gcovr counted: lines of the whole, branches of what must not be wrong.

    tools/coverage.py build/coverage/coverage.json

The branches of those parts that were never taken are listed in missed.txt beside it.
"""

import collections
import json
import os
import pathlib
import re
import sys

LINES = 90.0  # per cent of all lines

# Per cent of the branches that must be taken, part by part.  What is missing to 100 is mostly the way an error of
# the database takes through a caller, which ./dev torture walks and this run does not.  Only ever raised.
BRANCHES = {"money": 90.0, "stock": 83.0, "authorisation": 83.0, "idempotency": 83.0, "parsers": 92.0}

# Which files they are.
PARTS = {
    "money": ("lib/settlement/", "lib/core/qty.c", "lib/work_order/price.c"),
    "stock": ("lib/stock/",),
    "authorisation": ("server/auth.c", "server/link.c", "server/cursor.c", "lib/staff/permission.c", "lib/db/principal.c", "lib/db/ctx.c"),
    "idempotency": ("server/command.c",),
    "parsers": ("server/decode.c", "server/decode_parameter.c", "server/decode_place.c", "server/csv.c", "server/multipart.c",
                "server/range.c", "server/format.c", "lib/core/text.c", "lib/core/utc.c", "lib/core/id.c",
                "lib/vehicle/vin.c", "lib/vehicle/plate.c", "lib/part/part_number.c"),
}

# Branches that no test can take: (file, expression on the line, reason).
EXCEPT = [
    ("", r"^\s*assert\(", "an assertion that fails ends the process, and none does"),
]


class Share:
    def __init__(self):
        self.lines = self.lines_hit = self.branches = self.branches_hit = 0

    def add(self, other):
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def __str__(self):
        return (f"{percent(self.lines_hit, self.lines):6.1f} % of {self.lines:5} lines"
                f"{percent(self.branches_hit, self.branches):8.1f} % of {self.branches:5} branches")


def percent(part, whole):
    return 100 * part / whole if whole else 100.0


def count(file, used):
    """The share of one file, and the lines that have a branch which was never taken."""
    source = pathlib.Path(file["file"]).read_text(encoding="utf-8").splitlines()
    share, missed = Share(), []
    for line in file["lines"]:
        if line.get("gcovr/noncode"):
            continue
        share.lines += 1
        share.lines_hit += line["count"] > 0
        text = source[line["line_number"] - 1]
        excused = [e for e in EXCEPT if file["file"].startswith(e[0]) and re.search(e[1], text)]
        used.update(excused)
        if excused:
            continue
        taken = [branch["count"] > 0 for branch in line["branches"]]
        share.branches += len(taken)
        share.branches_hit += sum(taken)
        if not all(taken):
            missed.append((line["line_number"], len(taken) - sum(taken), text.strip()))
    return share, missed


def main(path):
    files = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["files"]
    folders, parts, missed = collections.defaultdict(Share), collections.defaultdict(Share), []
    whole, used = Share(), set()
    for file in files:
        name = file["file"]
        share, open_lines = count(file, used)
        whole.add(share)
        folders[os.path.dirname(name)].add(share)
        for part, prefixes in PARTS.items():
            if name.startswith(prefixes):
                parts[part].add(share)
                missed += [f"{name}:{number}: {n} of its branches never taken: {text}" for number, n, text in open_lines]
    for name, share in [*sorted(folders.items()), *((part, parts[part]) for part in PARTS), ("all", whole)]:
        print(f"{name:20}{share}")

    pathlib.Path(path).with_name("missed.txt").write_text("".join(line + "\n" for line in missed), encoding="utf-8")
    wrong = [f"no line has what is excepted: {entry[1]}" for entry in EXCEPT if entry not in used]
    if percent(whole.lines_hit, whole.lines) < LINES:
        wrong.append(f"less than {LINES} % of all lines")
    wrong += [f"{part}: less than {BRANCHES[part]} % of its branches" for part, share in parts.items()
              if percent(share.branches_hit, share.branches) < BRANCHES[part]]
    for line in wrong:
        print(line)
    checks = 1 + len(PARTS) + len(EXCEPT)
    print(f"{checks - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
