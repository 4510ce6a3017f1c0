# SPDX-License-Identifier: Apache-2.0
"""The chain that the stories happen in; the daemon itself is in tests/conftest.py."""

import pytest

from fettle import Chain, People


@pytest.fixture(scope="session")
def people(run, db, contract, book):
    return People(db, run["port"], contract, book)


@pytest.fixture(scope="session")
def chain(people):
    """Headquarters, its people, and new regions and stores."""
    return Chain(people)


@pytest.fixture(scope="session")
def admin(chain):
    """A client of an administrator of the chain."""
    return chain.admin


@pytest.fixture(scope="session")
def anyone(chain):
    """A client without a token."""
    return chain.anyone


@pytest.fixture
def store(chain):
    """A store of this test's own, with people: store.advisor.post(...)."""
    return chain.store()
