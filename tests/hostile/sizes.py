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


BODY = written("tools/contract.py", r'"x-max-body", (\d+) if o\["body"\]')
NO_BODY = written("tools/contract.py", r'"x-max-body", \d+ if o\["body"\] else (\d+)')  # of operations that take none
DEPTH = defined("server/decode.h", "DECODE_DEPTH_MAX")
VALUES = defined("server/decode.h", "DECODE_VALUES_MAX")
HEAD = defined("server/http_head.h", "HEAD_SIZE_MAX")
TARGET = defined("server/http_head.h", "HEAD_TARGET_MAX")
HEADERS = written("server/request.h", r"\} headers\[(\d+)\];$")
