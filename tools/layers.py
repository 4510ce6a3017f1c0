#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Check the rules of the tree that no compiler knows: who may include what, and what nobody may use.

Prints FILE:LINE: reason for each breach and ends with status 1 if there was one.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# A header, and the only places that may include it.
HEADERS = [
    (r"libpq(-fe|-events|/.*)\.h", r"lib/db/", "libpq belongs to lib/db"),
    (r"microhttpd\.h", r"server/http_private\.h$", "libmicrohttpd belongs to http.c and http_exchange.c"),
    (r"http_private\.h", r"server/http(_exchange)?\.c$", "libmicrohttpd belongs to http.c and http_exchange.c"),
    (r"jansson\.h", r"(server|print)/", "Jansson belongs to server and print"),
    (r"(sodium|magic|xxhash|systemd/.*)\.h", r"server/", "this library is linked to server alone"),
]

# The domain modules in dependency order: a module includes only those before it.
MODULES = [
    "event", "link", "org", "file", "staff", "customer", "vehicle", "catalog", "part", "core_deposit", "task", "stock", "waste", "purchase", "replenishment", "sale",
    "price", "visit", "appointment", "reception", "inspection", "work_order", "transport", "rescue", "estimate", "agreement", "quality", "settlement", "warranty", "sla",
    "complaint", "survey", "followup", "kpi", "integration",
]

# What a word breaks, and where the rule holds.
WORDS = [
    (r"\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atoll|gmtime|localtime|gets)\s*\(", r"",
     "banned function"),
    (r"\b(float|double)\b", r"(lib|server)/", "no floating point"),
    (r"\btypedef\s+(struct|enum|union)\b", r"", "no typedef of a struct, enum or union"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
# A comment, a string or a character: none of them is code.
NOT_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def layer(path):
    """The layer of a source file: core, db, a module's name, or server."""
    return path.split("/")[1] if path.startswith("lib/") else path.split("/")[0]


def target(including, header):
    """The path in the tree that a project header has, or None for one from outside."""
    for directory in (pathlib.Path(including).parent, pathlib.Path("lib"), pathlib.Path("server")):
        path = (ROOT / directory / header).resolve()
        if path.is_relative_to(ROOT) and path.is_file():
            return str(path.relative_to(ROOT))
    return None


def arrow(path, included):
    """Why a file may not include another file of the tree, or None."""
    source, dest = layer(path), layer(included)
    if dest == source or not path.startswith("lib/"):
        return None
    if dest == "server":
        return "lib knows nothing of server"
    if not included.startswith("lib/"):
        return "lib includes only lib"
    if source == "core":
        return "lib/core knows nothing of the rest"
    if source == "db":
        return None if dest == "core" else "lib/db knows nothing of the modules"
    if dest in ("core", "db"):
        return None
    if MODULES.index(dest) > MODULES.index(source):
        return f"module {source} comes before {dest}"
    return None


def breaches(path, text):
    """Yield (line, reason) for each breach in one file."""
    code = NOT_CODE.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text).split("\n")
    ours = path.startswith(("lib/", "server/", "print/"))
    # The name of a quoted header is a string too, so that includes are read from the text itself.
    for number, line in enumerate(text.split("\n"), 1):
        match = INCLUDE.match(line)
        if not match or not code[number - 1].strip():
            continue
        header = match[1]
        for pattern, allowed, reason in HEADERS:
            if ours and re.fullmatch(pattern, header) and not re.match(allowed, path):
                yield number, f"includes {header}: {reason}"
        included = target(path, header)
        reason = included and arrow(path, included)
        if reason:
            yield number, f"includes {header}: {reason}"
    for number, line in enumerate(code, 1):
        for pattern, where, reason in WORDS:
            match = re.match(where, path) and re.search(pattern, line)
            if match:
                yield number, f"{match[0].strip(' (')}: {reason}"


def main():
    count = 0
    files = sorted(file for top in ("lib", "server", "print", "tests")
                   for file in (ROOT / top).rglob("*.[ch]"))
    if not files:
        sys.exit("layers.py: no source found")
    for file in files:
        path = str(file.relative_to(ROOT))
        name = layer(path)
        if path.startswith("lib/") and name not in ("core", "db", *MODULES):
            print(f"{path}:1: module {name} has no place in the order of tools/layers.py")
            count += 1
            continue
        for number, reason in breaches(path, file.read_text(encoding="utf-8")):
            print(f"{path}:{number}: {reason}")
            count += 1
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
