# SPDX-License-Identifier: Apache-2.0
"""The contract against daemons: the chain of tests/api for calls made up, the demo's for a day at a store."""

import os
import pathlib
import shutil
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "api"))
sys.path.insert(0, str(HERE))

from fettle import Chain, Daemon, People  # noqa: E402


@pytest.fixture(scope="session")
def chain(run, db, contract, book):
    return Chain(People(db, run["port"], contract, book))


@pytest.fixture(scope="session")
def journal():
    """Where failing calls are written down."""
    folder = pathlib.Path(os.environ.get("FETTLE_JOURNAL") or tempfile.mkdtemp(prefix="fettle-journal-"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def demo():
    """A daemon with the demo's data."""
    folder = tempfile.mkdtemp(prefix="fettle-conform-")
    daemon = Daemon(folder).start("--demo")
    yield daemon
    assert daemon.stop() == 0, daemon.log()
    shutil.rmtree(folder, ignore_errors=True)
