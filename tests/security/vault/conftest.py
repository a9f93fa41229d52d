"""A SoftHSM2 token for the whole run (its library reads its configuration once a process), and cheap stretching."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from security.vault import wrappers
from tests.security.vault.places import make_token


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    conf = make_token(tmp_path_factory.mktemp("hsm"))
    os.environ["SOFTHSM2_CONF"] = str(conf)
    yield conf
    del os.environ["SOFTHSM2_CONF"]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id at a cost that takes no time."""
    monkeypatch.setattr(wrappers, "_COST", {"memory_kib": 64, "iterations": 1, "lanes": 1})
