#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Says what a program lacks of the hardening that cmake/Compiler.cmake asks for, as readelf sees it.

    tools/hardening.py PROGRAM
"""

import re
import subprocess
import sys


def readelf(option, program):
    return subprocess.run(["readelf", "--wide", option, program], capture_output=True, text=True, check=True).stdout


# What the C library's headers turn into its checked kind, mostly; a program that prints nothing may have nothing to check.
FORTIFIED = {"asprintf", "dprintf", "fprintf", "printf", "snprintf", "sprintf", "strcpy", "strncpy", "syslog", "vasprintf", "vdprintf", "vfprintf",
             "vprintf", "vsnprintf", "vsprintf", "vsyslog"}
ENDBR64 = bytes.fromhex("f30f1efa")


def begin(program):
    """The first instruction of main(): the C library's start files say nothing about our code."""
    section = re.search(r"\.text\s+PROGBITS\s+(\w+) (\w+)", readelf("-S", program))
    symbol = re.search(r"(\w+)\s+\d+ FUNC\s+GLOBAL \w+\s+\d+ main$", readelf("-s", program), re.MULTILINE)
    if not symbol:
        sys.exit(f"{program}: has no symbol main; look at one that is not stripped")
    address, offset = (int(part, 16) for part in section.groups())
    with open(program, "rb") as file:
        file.seek(int(symbol.group(1), 16) - address + offset)
        return file.read(len(ENDBR64))


def lacks(program):
    """What is missing, one sentence each."""
    head, segments, dynamic = readelf("-h", program), readelf("-l", program), readelf("-d", program)
    symbols = set(re.findall(r" UND (\w+)", readelf("--dyn-syms", program)))
    stack = re.search(r"GNU_STACK\s+(?:0x\S+\s+){5}(\S+)", segments)
    wrong = {
        "not position independent (PIE)": not re.search(r"Type:\s+DYN", head) or not re.search(r"FLAGS_1.*PIE", dynamic),
        "relocations stay writable (RELRO)": "GNU_RELRO" not in segments,
        "symbols are bound late (-z now)": not re.search(r"FLAGS.*\bBIND_NOW|FLAGS_1.*\bNOW", dynamic),
        "no stack protector": "__stack_chk_fail" not in symbols,
        "no call is fortified (_FORTIFY_SOURCE)": bool(symbols & FORTIFIED) and not any(
            re.match(r"__\w+_chk$", name) for name in symbols - {"__stack_chk_fail"}),
        "the stack is executable (NX)": not stack or "E" in stack.group(1),
        "a segment is writable and executable": bool(re.search(r"LOAD\s+(?:0x\S+\s+){5}RWE", segments)),
        "calls may land anywhere (CET)": "X86-64" in head and begin(program) != ENDBR64,
        "it looks for libraries in a path of its own (RPATH)": bool(re.search(r"\((RPATH|RUNPATH)\)", dynamic)),
        "its code is relocated (TEXTREL)": bool(re.search(r"TEXTREL", dynamic)),
    }
    return [sentence for sentence, is_wrong in wrong.items() if is_wrong]


def main(program):
    missing = lacks(program)
    for sentence in missing:
        print(f"{program}: {sentence}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
