"""A library of many photos, some with real thumbnails, for the benchmark of the grid."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from photoclip.core.imaging import thumbnail_jpeg
from photoclip.core.library import Library

# So many different pictures; each is the thumbnail of many photos.
_PICTURES = 48


def with_photos(path: Path, photos: int) -> Library:
    """A library of photos over two decades, newest first as they were added, without files."""
    library = Library(path)
    times = np.sort(np.random.default_rng(0).integers(1_104_537_600, 1_790_000_000, photos))
    with library.store.write() as db:
        db.conn.executemany(
            "INSERT INTO photos (id, hash, present, sort_time, width, height, format, size)"
            " VALUES (?, ?, 1, ?, 4000, 3000, 'JPEG', 4000000)",
            ((i + 1, f"{(i * 2_654_435_761) % 2**32:032x}", int(times[i])) for i in range(photos)),
        )
    return library


def add_thumbnails(library: Library, photo_ids: NDArray[np.int64]) -> None:
    """Store thumbnails of these photos, as indexing would."""
    store = library.thumbnails
    made: dict[int, Path] = {}
    for start in range(0, len(photo_ids), 500):
        hashes = library.content_hashes(photo_ids[start : start + 500].tolist())
        for photo_id, content_hash in hashes.items():
            number = photo_id % _PICTURES
            path = store.path(content_hash)
            if number not in made:
                store.write(content_hash, _picture(number))
                made[number] = path
            elif not path.exists():
                # The same bytes under another name: only the disk is spared.
                path.parent.mkdir(parents=True, exist_ok=True)
                os.link(made[number], path)


def _picture(number: int) -> bytes:
    """A thumbnail with as much detail at each scale as photographs have, upright or not."""
    random = np.random.default_rng(number)
    height, width = (384, 512) if number % 3 else (512, 384)
    size = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)) * max(height, width)
    # Amplitudes fall with the frequency; colours change together more than apart.
    waves = np.fft.fft2(random.normal(size=(3, height, width))) / np.maximum(size, 1.0) ** 2.0
    grey, *colours = np.fft.ifft2(waves).real / np.fft.ifft2(waves).real.std()
    levels = 128 + 50 * grey + 9 * np.stack([colours[0], np.zeros_like(grey), colours[1]])
    pixels = np.clip(levels, 0, 255).astype(np.uint8).transpose(1, 2, 0)
    return thumbnail_jpeg(Image.fromarray(pixels))
