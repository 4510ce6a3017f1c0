# SPDX-License-Identifier: Apache-2.0
"""The tree's own limits, read from where they stand."""

import re

from fettle import ROOT


def written(path, pattern):
    """The one number that the pattern finds in a file of the tree."""
    found = set(re.findall(pattern, (ROOT / path).read_text(encoding="utf-8"), re.M))
    assert len(found) == 1, f"{path} has {found} of {pattern}"
    return int(found.pop())


def defined(path, name):
    return written(path, rf"^#define {name}\s+(\d+)\b")


def spooled(operation):
    """Octets of a body that goes to a file."""
    pattern = rf"operationId: {operation}\n(?:.+\n)*? *x-spool: .* max: (\d+)\}}"
    found = [match for path in (ROOT / "api-spec").glob("*.yaml") for match in re.findall(pattern, path.read_text(encoding="utf-8"))]
    assert len(found) == 1, operation
    return int(found[0])


BODY = written("tools/contract.py", r'"x-max-body", (\d+) if o\["body"\]')
NO_BODY = written("tools/contract.py", r'"x-max-body", \d+ if o\["body"\] else (\d+)')  # of operations that take none
DEPTH = defined("server/decode.h", "DECODE_DEPTH_MAX")
VALUES = defined("server/decode.h", "DECODE_VALUES_MAX")
HEAD = defined("server/http_head.h", "HEAD_SIZE_MAX")
TARGET = defined("server/http_head.h", "HEAD_TARGET_MAX")
FILE = spooled("uploadFile")
IMPORT = spooled("createImport")
HEADERS = written("server/request.h", r"\} headers\[(\d+)\];$")
