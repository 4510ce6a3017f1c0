#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Embed files into the program: writes the table of server/assets.h and the bytes of the files."""

import argparse
import pathlib
import sys

ASM = """\
/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/embed.py: the bytes of the embedded files. */
	.section .rodata
"""

ASM_ASSET = """\
	.balign 16
	.global asset_{n}
	.hidden asset_{n}
asset_{n}:
	.incbin "{file}"
	.byte 0
"""

# Without this note the linker would make the program's stack executable.
ASM_END = '\t.section .note.GNU-stack,"",%progbits\n'

C = """\
/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/embed.py: the table of the embedded files. */
#include "assets.h"

{symbols}
const struct asset assets[] = {{
{rows}}};
const size_t assets_count = sizeof assets / sizeof assets[0];
"""


def quoted(text):
    """A C or assembler string; names that would need more than this are refused in main()."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, type=pathlib.Path,
                        help="directory for assets.c and assets.S")
    parser.add_argument("asset", nargs="+",
                        help="PATH=FILE: the name inside the program and the file on disk")
    args = parser.parse_args()

    files = dict(asset.split("=", 1) for asset in args.asset)
    if len(files) != len(args.asset):
        sys.exit("embed.py: two assets have the same path")
    for path, file in files.items():
        if not (path + file).isprintable():
            sys.exit(f"embed.py: unprintable name {path!r}={file!r}")

    asm, symbols, rows = ASM, "", ""
    # By the bytes of the path, as strcmp() sees it.
    for n, path in enumerate(sorted(files, key=str.encode)):
        size = pathlib.Path(files[path]).stat().st_size
        asm += ASM_ASSET.format(n=n, file=quoted(files[path]))
        symbols += f"extern const unsigned char asset_{n}[];\n"
        rows += f'\t{{ "{quoted(path)}", asset_{n}, {size} }},\n'

    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "assets.S").write_text(asm + ASM_END)
    (args.out / "assets.c").write_text(C.format(symbols=symbols, rows=rows))


main()
