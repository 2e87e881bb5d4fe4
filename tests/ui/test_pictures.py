"""Photos as pictures to look at: nobody waits for what works in the background."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from photoclip.core.decode_budget import IN_BACKGROUND
from photoclip.core.types import Photo
from photoclip.ui.pictures import picture


def test_a_photo_is_shown_while_a_panorama_takes_all_memory_of_the_background(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (90, 60), "red").save(path)
    photo = Photo(1, "0" * 32, str(path), True, 90, 60, "PNG", path.stat().st_size, 0)
    begun, end = threading.Event(), threading.Event()

    def panorama() -> None:
        with IN_BACKGROUND.of(1 << 40):
            begun.set()
            end.wait()

    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(panorama)
        begun.wait()
        try:
            shown = pool.submit(picture, photo, 60).result(timeout=20)
        finally:
            end.set()
        running.result()
    assert (shown.width(), shown.height()) == (90, 60)
