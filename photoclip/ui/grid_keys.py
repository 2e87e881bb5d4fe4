"""What the keys do in the grid: moving, extending, opening; letters go to the search."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from photoclip.ui.grid import GridView

_Key = Qt.Key
_Flag = QItemSelectionModel.SelectionFlag
_COMMANDS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


class GridKeys:
    """Handles the key presses of one grid.

    Attributes:
        used: whether the person works by keyboard now, so that the focus should be seen.
        at_fold: whether the keys have gone on from the last photo to the heading below it, behind
            which the weak results are.
    """

    def __init__(self, grid: "GridView") -> None:
        self._grid = grid
        self.used = False
        self.at_fold = False

    def focus(self, reason: Qt.FocusReason) -> None:
        """The grid got the focus."""
        by_key = (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
            Qt.FocusReason.ShortcutFocusReason,
        )
        if reason in by_key:
            self.used = True

    def press(self, event: QKeyEvent) -> bool:
        """Do what the key says; False when it means nothing here."""
        grid = self._grid
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = event.key()
        if key in (_Key.Key_Return, _Key.Key_Enter):
            return self._enter(modifiers)
        target = self._target(key, modifiers)
        if target is not None:
            self.used = True
            if not self._onto_fold(key, target):
                self._go(target, modifiers)
            grid.scrolled.emit()
            return True
        text = event.text()
        if not text or not text.isprintable() or modifiers & _COMMANDS:
            return False
        if text == "?":
            grid.helpAsked.emit()
        elif text == " ":
            return self._enter(Qt.KeyboardModifier.NoModifier)
        else:
            # "/" asks for the search itself and is not part of the phrase.
            grid.typed.emit("" if text == "/" else text)
        return True

    def _enter(self, modifiers: Qt.KeyboardModifier) -> bool:
        grid = self._grid
        row = grid.currentIndex().row()
        if self.at_fold:
            self.at_fold = False
            grid.foldAsked.emit()
            return True
        if row < 0:
            return False
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            grid.chosen.select(row, _Flag.Toggle)
        else:
            grid.opened.emit(grid.photos.id_at(row))
        return True

    def _onto_fold(self, key: int, target: int) -> bool:
        """Go on to the heading below the last photo, from which Enter shows what it hides; or
        back from there to that photo."""
        grid = self._grid
        leaving, self.at_fold = self.at_fold, False
        down = key in (_Key.Key_Down, _Key.Key_PageDown)
        if not grid.outline.folded or not (
            down and (leaving or target == grid.currentIndex().row())
        ):
            if leaving:
                grid.viewport().update()
            return leaving and key == _Key.Key_Up
        self.at_fold = True
        bar = grid.verticalScrollBar()
        bar.setValue(bar.maximum())
        grid.foldReached.emit()
        grid.viewport().update()
        return True

    def _target(self, key: int, modifiers: Qt.KeyboardModifier) -> int | None:
        """The row a moving key leads to, or None for any other key."""
        layout, row = self._grid.layout_, self._grid.currentIndex().row()
        if not layout.count:
            return None
        page = max(1, self._grid.viewport().height() // layout.pitch)
        if modifiers & Qt.KeyboardModifier.AltModifier:
            if key not in (_Key.Key_Up, _Key.Key_Down):
                return None
            return self._section(max(row, 0), 1 if key == _Key.Key_Down else -1)
        moves: dict[Qt.Key, Callable[[], int]] = {
            _Key.Key_Left: lambda: max(0, row - 1),
            _Key.Key_Right: lambda: min(layout.count - 1, row + 1),
            _Key.Key_Up: lambda: layout.vertical(row, -1),
            _Key.Key_Down: lambda: layout.vertical(row, 1),
            _Key.Key_PageUp: lambda: layout.vertical(row, -page),
            _Key.Key_PageDown: lambda: layout.vertical(row, page),
            _Key.Key_Home: lambda: 0,
            _Key.Key_End: lambda: layout.count - 1,
        }
        move = moves.get(_Key(key))
        if move is None:
            return None
        if row < 0 and key != _Key.Key_End:
            rows = self._grid.visible_rows()
            return rows.start if rows else 0
        return move()

    def _section(self, row: int, step: int) -> int:
        """The first photo of the next section, or of this one before the previous."""
        layout = self._grid.layout_
        section = layout.section_of(row)
        first, end = layout.section_rows(section)
        if step > 0:
            return end if end < layout.count else layout.count - 1
        return first if row > first else layout.section_rows(max(0, section - 1))[0]

    def _go(self, row: int, modifiers: Qt.KeyboardModifier) -> None:
        grid = self._grid
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            grid.mouse.extend_to(row, add=bool(modifiers & Qt.KeyboardModifier.ControlModifier))
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            grid.chosen.select(row, _Flag.NoUpdate)
        else:
            grid.chosen.select(row)
            grid.mouse.start_at(row)
        grid.scrollTo(grid.index_of(row))
