# SPDX-License-Identifier: Apache-2.0
"""Do a store's work while things break, and hold what is there afterwards against what was acknowledged.

    fault.py [--long] [--only NAME ...] [--seed N]

Clients (shop.py) write every request and answer into a journal; a nemesis breaks one thing; afterwards every
acknowledged effect is there exactly once, none is there that nobody asked for, a repeat under its key answers with
the same object, `fettled verify` finds nothing, the daemon serves again, there was no 500, and memory and
descriptors are where they were.  The last scenarios look at the database that is left: corruptions (corruptions.py)
and a restored copy.  Prints its seed, ends with `N passed, N failed`, and leaves the journal when something failed.
"""

import argparse
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import psycopg2

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))

from nemesis import SCENARIOS  # noqa: E402
from trial import Skipped, World, Wrong  # noqa: E402


def run(world, scenarios):
    passed = failed = 0
    skipped = []
    for name, scenario in scenarios:
        began = time.monotonic()
        try:
            said = scenario(world)
            print(f"{name}: ok ({said or 'done'}; {time.monotonic() - began:.1f} s)", flush=True)
            passed += 1
        except Skipped as why:
            print(f"{name}: skipped: {why}", flush=True)
            skipped.append(name)
        except (Wrong, AssertionError, OSError, RuntimeError, psycopg2.Error, subprocess.SubprocessError) as error:
            failed += 1
            print(f"{name}: FAILED: {error}", flush=True)
            if not isinstance(error, Wrong):
                traceback.print_exc(limit=-4)
        world.abandon()
        if world.cluster.process.poll() is not None:
            world.cluster.restart()
    return passed, failed, skipped


def main():
    parser = argparse.ArgumentParser(description="Break things under a store's work, and hold the journal against what is there.")
    parser.add_argument("--long", action="store_true", help="more and longer of everything")
    parser.add_argument("--only", nargs="*", default=[], help="scenarios whose name contains one of these")
    parser.add_argument("--seed", type=int, default=random.randrange(1, 2 ** 31))
    options = parser.parse_args()
    random.seed(options.seed)
    print(f"seed {options.seed}", flush=True)
    scenarios = [(name, f) for name, f in SCENARIOS if not options.only or any(part in name for part in options.only)]

    folder = tempfile.mkdtemp(prefix="fettle-fault-", dir="/tmp")
    pathlib.Path(folder).chmod(0o711)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # as a time limit does: nothing is left running
    world = World(folder, options.seed, options.long)
    passed, failed, skipped = 0, 1, []
    try:
        world.start()
        passed, failed, skipped = run(world, scenarios)
    finally:
        world.abandon()
        world.cluster.stop()
    if failed:
        print(f"journals and logs: {folder}, seed {options.seed}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed" + (f", {len(skipped)} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
