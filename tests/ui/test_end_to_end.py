"""The main job with the real starter model: drop a folder, type a phrase, see the photo."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.models import find_model
from tests.ui.conftest import Open
from tests.ui.test_flow import drop

PHOTOS = Path(__file__).parents[1] / "data" / "photos"
# Loading the model and embedding the vocabulary takes its time on two cores.
PATIENCE = 150_000


@pytest.mark.timeout(300)
def test_drop_type_see(qtbot: QtBot, open_shell: Open) -> None:
    encoder = OpenClipEncoder(find_model("starter", None))
    shell = open_shell(encoder=encoder)
    window = shell.window
    drop(window, PHOTOS)
    qtbot.waitUntil(lambda: shell.work.job.running, timeout=PATIENCE)
    qtbot.waitUntil(lambda: not shell.work.job.running, timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.model.rowCount() == 7, timeout=PATIENCE)
    window.field.setFocus()
    for phrase, expected in (("a cup of coffee", "coffee.jpg"), ("a cat", "cat.jpg")):
        window.field.selectAll()
        with qtbot.waitSignal(
            shell.work.session.listed,
            timeout=PATIENCE,
            check_params_cb=lambda listing, words=phrase: listing.place.text == words,
        ):
            qtbot.keyClicks(window.field, phrase)
        best = window.model.id_at(0)
        photo = shell.work.session.library.photo(best)
        assert photo is not None
        assert os.path.basename(photo.path) == expected
    qtbot.keyClick(window.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.details.photo_id == best, timeout=PATIENCE)
    tags = [
        tag.term for tag in shell.work.session.library.annotations.tags(best, encoder.id).suggested
    ]
    assert tags
    assert window.details.tag_names() == tags
