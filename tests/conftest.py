"""What the tests share: the folder of real documents, the shipped lexicons and one miner."""

from __future__ import annotations

import copyreg
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from doc_miner.lexicon import Lexicon, default_lexicon
from doc_miner.loaders.office import find_office
from doc_miner.pipeline import Miner, default_miner

# The same examples on every run and every machine: a failure is repeated by running the test again.
settings.register_profile("same-everywhere", derandomize=True, database=None, deadline=None, max_examples=60)
settings.load_profile("same-everywhere")


@pytest.fixture(autouse=True)
def plain_pickling(request: pytest.FixtureRequest) -> Iterator[None]:
    """distributed changes for its whole process how exceptions are pickled; only its own tests are to see that."""
    table = copyreg.dispatch_table
    foreign = {} if request.module.__name__.endswith("test_cluster") else {kind: how for kind, how in table.items() if how.__module__.startswith("tblib")}
    for kind in foreign:
        del table[kind]
    yield
    table.update(foreign)


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


def rtf(*paragraphs: str) -> bytes:
    """Return a document in RTF with *paragraphs*, each given in RTF but for its characters beyond ASCII."""
    escaped = "".join(char if char.isascii() else f"\\u{(ord(char) + 0x8000) % 0x10000 - 0x8000}?" for char in "\\par\n".join(paragraphs))
    return f"{{\\rtf1\\ansi\\deff0{{\\fonttbl{{\\f0 SimSun;}}}}\\f0\n{escaped}\\par}}".encode()


@pytest.fixture(scope="session")
def rtf_of() -> Callable[..., bytes]:
    """What makes a document in RTF; a test that asks for it is skipped where there is no LibreOffice to read it."""
    if find_office() is None:
        pytest.skip("LibreOffice is not installed")
    return rtf


@pytest.fixture(scope="session")
def saved_as(rtf_of: Callable[..., bytes], tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes, str], bytes]:
    """What saves a document (RTF or DOCX) in another format: its bytes and the ending, "doc" or another, to its new bytes."""
    folder = tmp_path_factory.mktemp("saved")
    count = iter(range(1000))

    def save(data: bytes, ending: str) -> bytes:
        name = f"{next(count)}"
        source = folder / f"{name}.{'docx' if data.startswith(b'PK') else 'rtf'}"
        source.write_bytes(data)
        command = [find_office() or "", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
        subprocess.run([*command, "--convert-to", ending, "--outdir", str(folder / "out"), str(source)], check=True, capture_output=True, timeout=120)
        return (folder / "out" / f"{name}.{ending}").read_bytes()

    return save
