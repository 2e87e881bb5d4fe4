"""The window of the vocabulary: found, changed, hidden, added, brought in and taken out again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from photoclip.ui.shell import Shell
from photoclip.ui.vocabulary_window import VocabularyWindow
from tests.fakes import save_photo
from tests.ui.conftest import WAIT, Open, wait_indexed

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def shell(qtbot: QtBot, open_shell: Open, photos: Path) -> Shell:
    save_photo(photos / "red.jpg", "red")
    shell: Shell = open_shell([str(photos)])
    wait_indexed(qtbot, shell, 1)
    shell.window.content.photos.show_new()
    qtbot.waitUntil(lambda: shell.work.words.vocabulary is not None, timeout=WAIT)
    return shell


@pytest.fixture
def window(qtbot: QtBot, shell: Shell) -> VocabularyWindow:
    shell.window.actions_["vocabulary"].trigger()
    window = shell.window.tags.window
    qtbot.waitExposed(window)
    qtbot.waitUntil(lambda: len(window.terms.names) > 1000, timeout=WAIT)
    return window


def until(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=WAIT)


def pick(qtbot: QtBot, window: VocabularyWindow, name: str) -> None:
    window.search.setText(name)
    window.terms.pick(name)
    until(qtbot, lambda: window.editor.name.text() == name)


def stored(shell: Shell, name: str) -> object:
    return shell.work.session.library.vocabulary().find(name)


def test_terms_are_found_by_any_name(qtbot: QtBot, window: VocabularyWindow) -> None:
    assert window.said == f"{window.locale().toString(len(window.terms.names))} terms"
    QTest.keyClicks(window.search, "dog")
    assert window.terms.names[0] == "dog"
    window.search.setText("狗")
    assert "dog" in window.terms.names
    window.search.setText("Minka")
    assert window.terms.names == []
    assert window._nothing.isVisible()
    assert "No term is called “Minka”" in window._nothing.text()
    qtbot.keyClick(window.search, Qt.Key.Key_Escape)
    assert window.search.text() == ""
    window.kind.setCurrentIndex(window.kind.findData("animals"))
    assert "dog" in window.terms.names
    assert "airport" not in window.terms.names


def test_a_term_is_changed_in_place_and_the_change_undone(
    qtbot: QtBot, shell: Shell, window: VocabularyWindow
) -> None:
    pick(qtbot, window, "dog")
    editor = window.editor
    assert editor.chinese.text() == "狗"
    assert not editor._restore.isVisible()
    editor.chinese.setText("狗狗")
    editor.chinese.editingFinished.emit()
    until(qtbot, lambda: stored(shell, "dog").chinese == "狗狗")  # type: ignore[attr-defined]
    until(qtbot, editor._restore.isVisible)
    assert editor._restore.text() == "As built in"
    editor.name.setText("hound")
    editor.name.editingFinished.emit()
    until(qtbot, lambda: window.terms.chosen == ["hound"])
    assert stored(shell, "dog") == stored(shell, "hound")
    shell.window.undo.undo()
    until(qtbot, lambda: stored(shell, "dog").term == "dog")  # type: ignore[attr-defined]
    until(qtbot, lambda: "dog" in window.terms.names)


def test_what_cannot_be_is_refused_in_place(
    qtbot: QtBot, shell: Shell, window: VocabularyWindow
) -> None:
    pick(qtbot, window, "dog")
    editor = window.editor
    editor.name.setText("cat")
    editor.name.editingFinished.emit()
    until(qtbot, editor._problem.isVisible)
    assert editor._problem.text() == "“cat” is already a name of “cat”. Choose another."
    assert editor.name.text() == "cat"
    assert not shell.window.actions_["undo"].isEnabled()
    editor.name.setText("dog")
    editor.parents.setText("puppy")
    editor.parents.editingFinished.emit()
    until(qtbot, lambda: "would be a part of itself" in editor._problem.text())


def test_several_terms_are_hidden_and_grouped(
    qtbot: QtBot, shell: Shell, window: VocabularyWindow
) -> None:
    window.search.setText("dog")
    for name in ("dog", "bulldog"):
        window.terms._select(name)
    editor = window.editor
    assert editor._title.text() == "2 terms"
    assert not editor.name.isVisible()
    editor.category.setCurrentText("my animals")
    editor.category.lineEdit().editingFinished.emit()  # type: ignore[union-attr]
    until(qtbot, lambda: stored(shell, "dog").category == "my animals")  # type: ignore[attr-defined]
    until(qtbot, lambda: window.kind.findData("my animals") > 0)
    assert sorted(window.terms.chosen) == ["bulldog", "dog"]
    qtbot.mouseClick(editor._hide, LEFT)
    until(qtbot, lambda: stored(shell, "bulldog").hidden)  # type: ignore[attr-defined]
    until(qtbot, lambda: editor._hide.text() == "Show again")
    assert ("bulldog", "斗牛犬") not in shell.window.marking.offers("bulldog")
    window.search.clear()
    window.kind.setCurrentIndex(2)
    assert sorted(window.terms.names) == ["bulldog", "dog"]


def test_a_new_term_is_tagged_at_once_from_the_stored_vectors(
    qtbot: QtBot, shell: Shell, window: VocabularyWindow
) -> None:
    window.search.setText("crimson red")
    qtbot.mouseClick(window._add, LEFT)
    editor = window.editor
    assert QApplication.focusWidget() is editor.name
    assert editor.name.text() == "crimson red"
    editor.chinese.setText("深红")
    editor.prompts.setPlainText("red crimson")
    qtbot.mouseClick(editor._add, LEFT)
    until(qtbot, lambda: window.terms.chosen == ["crimson red"])
    assert not editor.adding
    assert shell.work.words.vocabulary is not None
    assert shell.work.words.vocabulary.is_own("crimson red")
    until(qtbot, lambda: shell.work.words._work is None and not shell.work.words._soon.isActive())
    (tagged_with,) = shell.work.session.library.store.row("SELECT tagged_with FROM vectors")
    assert shell.work.words.vocabulary.version in tagged_with
    qtbot.mouseClick(editor._restore, LEFT)
    until(qtbot, lambda: stored(shell, "crimson red") is None)
    until(qtbot, lambda: shell.work.words._work is None and not shell.work.words._soon.isActive())


def test_a_name_that_is_taken_is_not_added(
    qtbot: QtBot, shell: Shell, window: VocabularyWindow
) -> None:
    window.search.setText("DOG")
    qtbot.mouseClick(window._add, LEFT)
    # Nobody means to add what the search has found.
    assert window.editor.name.text() == ""
    QTest.keyClicks(window.editor.name, "DOG")
    qtbot.keyClick(window.editor.name, Qt.Key.Key_Return)
    until(qtbot, window.editor._problem.isVisible)
    assert window.editor._problem.text() == "“DOG” is already a name of “dog”."
    assert window.editor.adding
    qtbot.keyClick(window.editor.name, Qt.Key.Key_Escape)
    assert not window.editor.adding
    assert window.isVisible()


def test_a_new_term_gives_way_while_nothing_is_written(
    qtbot: QtBot, window: VocabularyWindow
) -> None:
    editor = window.editor
    window.search.setText("dog")
    window.search.setFocus()
    qtbot.keyClick(window.search, Qt.Key.Key_Down)
    assert window.terms.hasFocus()
    qtbot.mouseClick(window._add, LEFT)
    window.terms.pick("dog")
    assert not editor.adding
    assert editor.name.text() == "dog"
    window.search.setText("a word nobody has")
    qtbot.mouseClick(window._add, LEFT)
    # What is typed takes the place of what was searched for, and is not lost.
    QTest.keyClicks(editor.name, "mine")
    assert editor.name.text() == "mine"
    window.search.setText("dog")
    window.terms.pick("dog")
    assert editor.adding
    assert editor.name.text() == "mine"


def test_files_are_brought_in_and_written(
    qtbot: QtBot,
    shell: Shell,
    window: VocabularyWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given, written = tmp_path / "mine.txt", tmp_path / "all.tsv"
    given.write_text("Minka\nOur boat\n", "utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(given), ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(written), ""))
    bring, export = window.menu().actions()
    bring.trigger()
    until(qtbot, lambda: window.said == "2 terms imported" or stored(shell, "Minka") is not None)
    until(qtbot, lambda: "Minka" in window.terms.names)
    export.trigger()
    until(qtbot, lambda: window.said == "Exported to all.tsv")
    assert "Our boat" in written.read_text("utf-8-sig")
    given.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    bring.trigger()
    until(qtbot, window.editor._problem.isVisible)
    assert "mine.txt" in window.editor._problem.text()
    until(qtbot, lambda: shell.work.words._work is None and not shell.work.words._soon.isActive())


def test_everything_is_named(qtbot: QtBot, window: VocabularyWindow) -> None:
    pick(qtbot, window, "dog")
    widgets = [*window.findChildren(QAbstractButton), *window.findChildren(QLineEdit)]
    nameless = [w for w in widgets if w.isVisible() and not w.objectName().startswith("qt_")
                and not (w.accessibleName() or w.text())]  # fmt: skip
    assert not nameless


def test_a_small_window_shows_one_thing_at_a_time(qtbot: QtBot, window: VocabularyWindow) -> None:
    window.resize(420, 480)
    until(qtbot, lambda: window.width() == 420)
    assert window.terms.isVisible()
    assert not window.editor.isVisible()
    pick(qtbot, window, "dog")
    assert window.editor.isVisible()
    assert not window.terms.isVisible()
    qtbot.mouseClick(window.editor._back, LEFT)
    assert window.terms.isVisible()
