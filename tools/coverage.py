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

# Per cent of the branches that must be taken, part by part.
BRANCHES = {"money": 100.0, "stock": 100.0, "authorisation": 100.0, "idempotency": 100.0, "parsers": 100.0}

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

# Branches that this run cannot take: (what the line looks like, between the statement before it and the line behind it;
# reason).  Of a line that only waits for the failure one branch is excused, of an assertion and of a lost COMMIT all are.
FAILS = r"err = (?:db_read|levels_lock|document_number|conn_run|check_within)\(.*\);"    # only with the database: their callers ask for what is there
TESTED = r"(?:if \(!?err\b|return err \?|for \(.*; !err && )"
EXCEPT = [
    (r" @ assert\(", "an assertion that fails ends the process, and none does"),
    (r" @ if \(err == ERR_OUTCOME_UNKNOWN\b", "a COMMIT whose answer is lost: ./dev torture and ./dev fault cut it there"),
    (r" @ if \(.* @ die\(", "out of memory, which ./dev torture's mode memory walks; or a kernel without clocks or random numbers"),
    (FAILS + " @ " + TESTED, "an error of the database on its way through a caller: ./dev torture fails each call of libpq"),
    (r"err = work_order_lock\(ctx, work_order, pointer, &bill->wo\); @ " + TESTED, "the same: a bill's order is there"),
    (r"err = lock_bill\(ctx, row_id\(rows, 0, \"settlement_id\"\),.*\); @ " + TESTED, "the same: a payment's bill is there"),
    (r" @ if \(rows_count\(rows\) == 0\) @ return fail\(ctx, ERR_NOT_FOUND, \"/store_id\"\);", "a store that only row security hides: ./dev isolation asks with the application's checks off"),
    (r" @ .*\bconn_run\(.*\) == OK", "the same, of a read that tells how it stands"),
    (r" @ .*atomic_compare_exchange", "two threads at one instant: a test lets them race, but who meets whom is the machine's"),
]
WHOLE = set(EXCEPT[:2])


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


def around(source, number):
    """A line between the statement before it and the line behind it, comments and spaces taken out."""
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), "\n".join(source), flags=re.DOTALL).split("\n")
    lines = [line.strip() for line in text[max(0, number - 12):number - 1]]
    while lines and lines[-1] in ("", "}"):
        lines.pop()
    before = re.split(r"(?<=[;{}])\n", "\n".join(lines))[-1].replace("\n", " ")
    behind = text[number].strip() if number < len(text) else ""
    return f"{before} @ {text[number - 1].strip()} @ {behind}"


def count(file, used):
    """The share of one file, and the lines that have a branch which was never taken."""
    source = pathlib.Path(file["file"]).read_text(encoding="utf-8").splitlines()
    share, missed = Share(), []
    for line in file["lines"]:
        if line.get("gcovr/noncode"):
            continue
        share.lines += 1
        share.lines_hit += line["count"] > 0
        taken = [branch["count"] > 0 for branch in line["branches"]]
        if not all(taken):
            text = around(source, line["line_number"])
            excused = next((e for e in EXCEPT if re.search(e[0], text)), None)
            if excused:
                used.add(excused)
                taken.remove(False)
            if excused in WHOLE:
                taken = []
        share.branches += len(taken)
        share.branches_hit += sum(taken)
        if not all(taken):
            missed.append((line["line_number"], len(taken) - sum(taken), source[line["line_number"] - 1].strip()))
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
    # whether two threads meet is left to chance
    wrong = [f"nothing needs the exception: {entry[1]}" for entry in EXCEPT[:-1] if entry not in used]
    if percent(whole.lines_hit, whole.lines) < LINES:
        wrong.append(f"less than {LINES} % of all lines")
    wrong += [f"{part}: less than {BRANCHES[part]} % of its branches" for part, share in parts.items()
              if percent(share.branches_hit, share.branches) < BRANCHES[part]]
    for line in wrong:
        print(line)
    checks = len(PARTS) + len(EXCEPT)
    print(f"{checks - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
