# SPDX-License-Identifier: Apache-2.0
"""The check of `./dev check` sees each part of the hardening that a program was built without."""

import pathlib
import platform
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from hardening import lacks, main  # noqa: E402

SOURCE = """
#include <stdio.h>
#include <string.h>
#ifdef WX
__asm__(".section .wx,\\"awx\\",@progbits\\n.byte 0\\n.previous");
#endif
#ifdef TEXTREL
__asm__(".text\\n.balign 8\\n.quad puts\\n.previous");
#endif
int main(int argc, char **argv)
{
	char line[16];
	(void)argc;
	strncpy(line, argv[0], (size_t)argc);
	return puts(line);
}
"""
HARDENED = ["-O2", "-fPIE", "-pie", "-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2", "-fcf-protection=full",
            "-Wl,-z,relro,-z,now,-z,noexecstack"]
X86 = platform.machine() == "x86_64"


@pytest.fixture
def built(tmp_path):
    def build(*flags):
        flags = [flag for flag in flags if X86 or "cf-protection" not in flag]
        program = tmp_path / "program"
        subprocess.run(["gcc", "-w", "-x", "c", "-", "-o", program, *flags], input=SOURCE, text=True, check=True)
        return str(program)
    return build


def test_one_that_lacks_nothing(built, capsys):
    assert lacks(built(*HARDENED)) == []
    assert main(built(*HARDENED)) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("flags, said", [
    (["-no-pie", "-fno-pie"], ["PIE"]),
    (["-Wl,-z,norelro"], ["RELRO"]),
    (["-Wl,-z,lazy"], ["-z now"]),
    (["-fno-stack-protector"], ["stack protector"]),
    (["-U_FORTIFY_SOURCE"], ["_FORTIFY_SOURCE"]),
    (["-Wl,-z,execstack"], ["NX"]),
    pytest.param(["-fcf-protection=none"], ["CET"], marks=pytest.mark.skipif(not X86, reason="of x86-64 alone")),
    (["-Wl,-rpath,/tmp"], ["RPATH"]),
    (["-Wl,--disable-new-dtags,-rpath,/tmp"], ["RPATH"]),
    (["-DWX"], ["writable and executable"]),
    (["-DTEXTREL", "-Wl,-z,notext"], ["TEXTREL"]),
])
def test_one_that_lacks_something(built, capsys, flags, said):
    """Exactly what was left out is named, and the status is that of a failure."""
    program = built(*HARDENED, *flags)
    missing = lacks(program)
    for part in said:
        assert any(part in sentence for sentence in missing), (part, missing)
    assert len(missing) == len(said), missing
    assert main(program) == 1
    assert said[0] in capsys.readouterr().out
