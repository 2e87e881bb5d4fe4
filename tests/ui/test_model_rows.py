"""The rows of models, worked out from what lies on the disk and what is under way."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from photoclip.clip.models import find_model, remembered_id
from photoclip.core.library import Library
from photoclip.core.switching import Choice
from photoclip.core.types import IndexProgress, StoredModel
from photoclip.progress import Progress
from photoclip.ui.controls import IconButton
from photoclip.ui.model_rows import Switching, rows_of, switching_in_words
from photoclip.ui.model_shelf import Shelf, read_shelf
from photoclip.ui.switch_line import SwitchLine
from photoclip.ui.transfers import Transfer
from tests.ui.models_page import SIGLIP, put_model


def test_a_wanted_model_that_is_gone_can_be_given_up() -> None:
    shelf = Shelf((), {}, {}, Choice("starter", "/drive/mine"), "")
    row = rows_of(shelf, {}, Switching(), (), {})[0]
    assert (row.title, row.main and row.main.verb) == ("mine", "cancel")


def test_a_model_in_use_from_elsewhere_is_on_the_shelf(
    tmp_path: Path, library: Library, models_dir: Path
) -> None:
    put_model(tmp_path, "mine")
    library.set_setting("model", str(tmp_path / "mine"))
    answering = read_shelf(library, models_dir, None, "").answering
    assert answering is not None
    assert answering.name == "mine"


def test_what_is_kept_goes_with_the_model_that_made_it_whatever_its_name(
    tmp_path: Path, library: Library, models_dir: Path
) -> None:
    for name in ("renamed", "taken", "new"):
        put_model(models_dir, name)
    (models_dir / "taken" / "open_clip_model.safetensors").write_bytes(b"another")
    made_by = {name: find_model(name, models_dir) for name in ("renamed", "taken")}
    ids = {name: remembered_id(model, tmp_path / "cache") for name, model in made_by.items()}
    kept = (
        StoredModel(ids["renamed"], "before", vectors=2, bytes=20),
        StoredModel("vit-24-0", "taken", vectors=3, bytes=30),
        StoredModel("vit-24-1", "new", vectors=4, bytes=40),
        StoredModel("vit-24-2", "gone", vectors=5, bytes=50),
    )
    shelf = read_shelf(library, models_dir, tmp_path / "cache", "")

    rows = [row for row in rows_of(shelf, {}, Switching(), kept, {}) if row.section == "kept"]

    # What has the name of another was made by one that is gone; of "new" the id is not known.
    assert [(row.title, "not on this computer" in row.facts) for row in rows] == [
        ("renamed", False),
        ("taken", True),
        ("new", False),
        ("gone", True),
    ]
    wanted = replace(shelf, choice=Choice("starter", "renamed"))
    rows = rows_of(wanted, {}, Switching(), kept, {})
    assert "kept:" + ids["renamed"] not in [row.key for row in rows]


def test_a_model_that_serves_already_cannot_be_left_any_more(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    line = SwitchLine(window)
    line.show_switching("SigLIP 2", Switching(running=True), can_cancel=False)
    button = next(b for b in line.findChildren(IconButton) if "Stay" in b.accessibleName())
    assert button.isHidden()


def test_how_it_goes_is_put_in_words(english: object) -> None:
    shelf = Shelf((), {}, {SIGLIP: 312_000_000}, Choice("starter"), "")
    progress = Progress("downloading", 312_000_000, 1_210_000_000, 150, 4_200_000)

    def note(transfer: Transfer | None) -> str:
        transfers = {} if transfer is None else {SIGLIP: transfer}
        rows = rows_of(shelf, transfers, Switching(), (), {})
        return next(row.note for row in rows if row.key == SIGLIP)

    assert note(Transfer(True, False, progress)) == ("312 MB of 1.2 GB, 4.2 MB/s, about 2 min left")
    assert note(None) == "312 MB fetched."
    embedding = IndexProgress("embedding", 3120, 18_400)
    assert switching_in_words(
        "SigLIP 2", Switching(True, False, False, embedding, "about 12 min")
    ) == (
        f"Preparing SigLIP 2: {QLocale().toString(3120)} of {QLocale().toString(18_400)} photos, "
        "about 12 min. Your photos stay searchable."
    )
