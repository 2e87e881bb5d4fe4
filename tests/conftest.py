"""What all tests share: a home of their own, photos made on the spot, a small fake encoder."""

import os
from collections.abc import Iterator
from pathlib import Path

# Before Qt is imported anywhere.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Before torch is: models this small only wait for each other's threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

from photoclip.core.library import Library
from photoclip.core.tagging import Tagger
from tests.fakes import ColourEncoder

# Where things lie and models come from, as whoever runs the tests may have chosen.
_OWN_CHOICES = (
    "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "PHOTOCLIP_LIBRARY",
    "HF_ENDPOINT", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY",
)  # fmt: skip


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the settings, models and libraries of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(home))
    for name in _OWN_CHOICES:
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path / "library.photoclip")
    yield library
    library.close()


@pytest.fixture
def encoder() -> ColourEncoder:
    return ColourEncoder()


@pytest.fixture
def tagger(encoder: ColourEncoder) -> Tagger:
    return Tagger(encoder)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """An empty folder for photos."""
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    """Where models come to lie; not there yet."""
    return tmp_path / "models"
