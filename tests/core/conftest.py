"""A library of forty photos, and a second model for it."""

from pathlib import Path

import pytest

from photoclip.core.library import Library
from tests.core.test_indexing import run
from tests.fakes import BrightColourEncoder, ColourEncoder, save_photo

_COLOURS = ("red", "green", "blue", "orange", "purple", "yellow")


@pytest.fixture
def bright() -> BrightColourEncoder:
    return BrightColourEncoder()


@pytest.fixture
def album(photos: Path, library: Library, encoder: ColourEncoder) -> Path:
    """Forty indexed photos, the later numbers newer."""
    for i in range(40):
        taken = f"2023:08:{1 + i // 10:02} 12:{i:02}:00"
        save_photo(photos / f"{i:02}.jpg", _COLOURS[i % 6], taken=taken)
    run(library, encoder, photos)
    return photos
