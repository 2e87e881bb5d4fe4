"""A photo that another program rewrites while the app runs stays where and what it is."""

from pathlib import Path

from PIL import Image
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.fakes import save_photo
from tests.ui.conftest import WAIT, Open, wait_indexed


def two_colours(path: Path, left: str, right: str) -> None:
    image = Image.new("RGB", (96, 64), left)
    image.paste(right, (48, 0, 96, 64))
    image.save(path)


def test_a_turned_photo_is_shown_turned_and_stays_selected(
    qtbot: QtBot, open_shell: Open, photos: Path
) -> None:
    save_photo(photos / "other.jpg", "white")
    two_colours(photos / "a.jpg", "red", "blue")
    shell = open_shell([str(photos)])
    qtbot.waitUntil(lambda: shell.work.job.latest is not None, timeout=WAIT)
    wait_indexed(qtbot, shell, 2)
    window, library = shell.window, shell.work.session.library
    window.content.photos.show_new()
    photo_id = library.photo_at(str(photos / "a.jpg"))
    assert photo_id is not None
    row = window.model.row_of(photo_id)
    assert row is not None
    window.grid.chosen.select(row)

    def left() -> str:
        pixmap = shell.work.thumbnails.pixmap(photo_id)
        if pixmap is None:
            return ""
        colour = QColor(pixmap.toImage().pixelColor(8, pixmap.height() // 2))
        return "red" if colour.red() > colour.blue() else "blue"

    qtbot.waitUntil(lambda: left() == "red", timeout=WAIT)
    library.annotations.rate([photo_id], 4)
    two_colours(photos / "a.jpg", "blue", "red")
    window.actions_["rescan"].trigger()
    qtbot.waitUntil(lambda: left() == "blue", timeout=WAIT)
    wait_indexed(qtbot, shell, 2)
    assert [int(i) for i in window.grid.chosen.ids()] == [photo_id]
    assert library.annotations.annotation(photo_id).rating == 4
