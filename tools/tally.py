#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Add up test results: NAME:STATUS:FILE for each runner, its exit status and the JUnit file it wrote.

Ends with the one line `N passed, N failed`; status 1 unless something passed and nothing failed.
A runner that failed without naming a failed test (it crashed, or checked something at its end)
counts as one failure.
"""

import sys
import xml.etree.ElementTree as ElementTree


def count(file):
    """(passed, failed, skipped) of one JUnit file."""
    result = {"passed": 0, "failed": 0, "skipped": 0}
    for case in ElementTree.parse(file).iter("testcase"):
        outcomes = {child.tag for child in case}
        if outcomes & {"failure", "error"}:
            result["failed"] += 1
        elif "skipped" in outcomes:
            result["skipped"] += 1
        else:
            result["passed"] += 1
    return result


def main():
    total = {"passed": 0, "failed": 0, "skipped": 0}
    for runner in sys.argv[1:]:
        name, status, file = runner.split(":", 2)
        try:
            result = count(file)
        except (OSError, ElementTree.ParseError) as error:
            print(f"{name}: no results: {error}")
            result = {"passed": 0, "failed": 1, "skipped": 0}
        if status != "0" and not result["failed"]:
            print(f"{name}: ended with status {status}, though no test failed")
            result["failed"] = 1
        for key, value in result.items():
            total[key] += value
    line = f"{total['passed']} passed, {total['failed']} failed"
    print(line + (f", {total['skipped']} skipped" if total["skipped"] else ""))
    sys.exit(0 if total["passed"] and not total["failed"] else 1)


main()
