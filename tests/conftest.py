"""What the tests share: the folder of real documents, the shipped lexicons and one miner."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from doc_miner.lexicon import Lexicon, default_lexicon
from doc_miner.pipeline import Miner, default_miner

# The same examples on every run and every machine: a failure is repeated by running the test again.
settings.register_profile("same-everywhere", derandomize=True, database=None, deadline=None, max_examples=60)
settings.load_profile("same-everywhere")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real documents beside the checkout; a test that asks for it is skipped where it is absent."""
    folder = Path(__file__).resolve().parents[1].parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"the real documents are not here ({folder})")
    return folder


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return default_lexicon()


@pytest.fixture(scope="session")
def miner() -> Miner:
    return default_miner()
