"""The search field: one query of words and chips, asked as one types; waits for input methods."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from photoclip.ui import icons
from photoclip.ui.controls import IconButton
from photoclip.ui.drops import local_paths

if TYPE_CHECKING:
    from photoclip.core.query import Item, Query

_LONGEST = 400
# More than this is no longer a search that anybody typed.
_LONGEST_PASTED = 20_000


class SearchField(QLineEdit):
    """Words stay text; what is recognised besides becomes a chip at the next space, or on Enter.

    Attributes:
        items: what has become chips.
        asked: the query that was asked for last, as it is written.
        finished: what of the text is to be asked for while the person types.

    Signals:
        queried: the query as `written` has it, whenever it changes and nothing is being composed;
            "" when cleared.
        chipsChanged: the items that are chips now, a tuple.
        picturesGiven: the files of pictures dropped or pasted, a list of paths.
        imageGiven: a `QImage` pasted or dropped that is no file.
        entered: the person wants to go on into the results.
    """

    queried = Signal(object)
    chipsChanged = Signal(object)
    picturesGiven = Signal(object)
    imageGiven = Signal(object)
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("searchField")
        self.setAccessibleName(self.tr("Search"))
        self._invitation = self.tr("Search: try “dog on the beach”")
        self.setPlaceholderText(self._invitation)
        self.setMaxLength(_LONGEST)
        self.finished: Callable[[str], str] = lambda text: text
        self._preedit = ""
        self.asked = ""
        self.items: tuple[Item, ...] = ()
        # The phrase whose results the thumbs are about.
        self._taught = ""
        self._clear = IconButton("close", self.tr("Clear the search"), 26, self)
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.hide()
        self._clear.clicked.connect(self.clear_query)
        self.textChanged.connect(self._changed)

    @property
    def composing(self) -> bool:
        """Whether an input method holds text that is not yet written."""
        return bool(self._preedit)

    @property
    def query(self) -> "Query":
        """All that is asked: the chips and what the text says besides."""
        return self._query_of(self.text())

    @property
    def _grammar(self) -> ModuleType:
        """`core.query_text`, which the first key needs and the first frame of the window not."""
        from photoclip.core import query_text

        return query_text

    def _query_of(self, text: str) -> "Query":
        today = date.today()
        items, text = self._grammar.rejoined(self.items, text, today)
        typed: Query = self._grammar.parse(text, today)
        return replace(typed, items=tuple(dict.fromkeys((*items, *typed.items))))

    def show_query(self, text: str) -> None:
        """Show the query of the place a person has gone to, without searching for it again."""
        finished = self.finished(self.text())
        query = self._query_of(finished)
        # A filter begun meanwhile, whose name was asked for as a word, goes on.
        begun = text == self.asked and not query and finished != self.text()
        if begun or self._grammar.written(query) == text:
            return
        self.asked = text
        self._show(self._grammar.parse(text, date.today()))

    def ask_again(self) -> None:
        """Search for what stands here, which was typed when nobody listened."""
        if self.text():
            self.asked = ""
            self._changed()

    def ask(self, query: "Query") -> None:
        """Show a query and search for it."""
        self._show(query)
        self._changed()

    def take_out(self, items: "Sequence[Item]") -> None:
        """Search without these chips."""
        self._set_items(tuple(item for item in self.items if item not in items))
        self._changed()

    def edit_chip(self, item: "Item") -> None:
        """Turn a chip into text again, at the beginning, where the cursor then is."""
        if item not in self.items:
            return
        self._set_items(tuple(other for other in self.items if other != item))
        text = self._grammar.written_item(item)
        after = f" {self.text().lstrip()}" if self.text().strip() else ""
        self.setText(text + after)
        self.setCursorPosition(len(text))
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def complete(self, text: str, cursor: int) -> None:
        """Go on with a filter completed: what is finished becomes a chip."""
        self.setText(text)
        self.setCursorPosition(cursor)
        self._make_chips(entered=not text[cursor:])

    def clear_query(self) -> None:
        """Forget text and chips."""
        self._set_items(())
        self.clear()
        self._changed()

    def take_text(self, text: str) -> None:
        """Go on with text typed elsewhere; it takes the place of what stood here."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if text:
            self.setText(text)
        else:
            self.selectAll()

    def take_composition(self, event: QInputMethodEvent) -> None:
        """Go on with what an input method composes elsewhere; move here once it is written."""
        if not self._preedit and self.text() and event.preeditString():
            self.selectAll()
        self.inputMethodEvent(event)
        if event.commitString():
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    # Chips

    def _show(self, query: "Query") -> None:
        self._set_items(query.items)
        self._taught = query.phrase
        blocked = self.blockSignals(True)
        self.setText(self._grammar.written(replace(query, items=())))
        self.blockSignals(blocked)
        self._show_clear()

    def _set_items(self, items: "tuple[Item, ...]") -> None:
        if items != self.items:
            self.items = items
            self.chipsChanged.emit(items)
        self._show_clear()

    def _make_chips(self, entered: bool) -> None:
        """Let what is recognised in the text become chips."""
        if not self.text():
            return
        today = date.today()
        items, text = self._grammar.rejoined(self.items, self.text(), today)
        found = self._grammar.chips(text, today, entered)
        if not found.items:
            return
        typed = self._grammar.parse(text, today)
        if typed.feedback:
            self._taught = typed.phrase
        self._set_items(tuple(dict.fromkeys((*items, *found.items))))
        self.setText(found.rest)
        self._changed()

    def _take_back(self) -> None:
        """The last chip becomes text; one whose text says nothing to a person is taken out."""
        from photoclip.core.query import Feedback, Picture

        last = self.items[-1]
        if isinstance(last, Feedback):
            self.take_out([item for item in self.items if isinstance(item, Feedback)])
        elif isinstance(last, Picture):
            self.take_out([last])
        else:
            self.edit_chip(last)

    # The clipboard

    def _copy(self, cut: bool = False) -> bool:
        """Copy the whole query, chips included; False where only a part of the text is meant."""
        part = self.hasSelectedText() and self.selectedText() != self.text()
        if not self.items or part:
            return False
        QGuiApplication.clipboard().setText(self._grammar.written(self.query))
        if cut:
            self.clear_query()
        return True

    def _copy_all(self) -> None:
        if not self._copy():
            self.copy()

    def paste_query(self) -> None:
        """Take what was copied, wherever the focus is: pictures, or the text of a query."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        data = QGuiApplication.clipboard().mimeData()
        if data is None or self.take_data(data):
            return
        self.insert(" ".join(data.text()[:_LONGEST_PASTED].split()))
        self._make_chips(entered=True)

    def take_data(self, data: QMimeData) -> bool:
        """Take pictures as parts of the query; False where there are none."""
        paths = local_paths(data)
        if paths:
            self.picturesGiven.emit(paths)
        elif data.hasImage():
            self.imageGiven.emit(data.imageData())
        return bool(paths) or data.hasImage()

    def _welcomes(self, event: QDropEvent) -> bool:
        """Accept a drag of pictures; whether it is one."""
        data = event.mimeData()
        if not local_paths(data) and not data.hasImage():
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._welcomes(event):
            self._invite(True)
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if not self._welcomes(event):
            super().dragMoveEvent(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._invite(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._invite(False)
        if self._welcomes(event):
            self.take_data(event.mimeData())
        else:
            super().dropEvent(event)
            self._make_chips(entered=True)

    def _invite(self, held: bool) -> None:
        """Say what a drop here does."""
        self.setPlaceholderText(self.tr("Drop to find similar") if held else self._invitation)
        self.setProperty("held", held)
        self.style().polish(self)

    # Events

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        # Known before Qt handles it: composing over a selection reports an empty text at once.
        self._preedit = event.preeditString()
        super().inputMethodEvent(event)
        if not self._preedit:
            if event.commitString().endswith((" ", "\u3000")):
                self._make_chips(entered=False)
            self._changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, into = event.key(), (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down)
        standard = QKeySequence.StandardKey
        if self.composing:
            super().keyPressEvent(event)
        elif key in into:
            self._make_chips(entered=True)
            self.entered.emit()
            event.accept()
        elif key == Qt.Key.Key_Escape:
            event.ignore()
        elif key == Qt.Key.Key_Backspace and self._at_start() and self.items:
            self._take_back()
        elif event.matches(standard.Paste):
            self.paste_query()
        elif (event.matches(standard.Copy) and self._copy()) or (
            event.matches(standard.Cut) and self._copy(cut=True)
        ):
            event.accept()
        else:
            super().keyPressEvent(event)
            # In the middle of the text a space may part two words of a phrase still being mended.
            if event.text() == " " and self.cursorPosition() == len(self.text()):
                self._make_chips(entered=False)

    def _at_start(self) -> bool:
        return self.cursorPosition() == 0 and not self.hasSelectedText()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in menu.actions():
            if action.objectName() == "edit-paste":
                action.triggered.disconnect()
                action.triggered.connect(lambda _=False: self.paste_query())
            elif action.objectName() == "edit-copy" and self.items:
                action.setEnabled(True)
                action.triggered.disconnect()
                action.triggered.connect(self._copy_all)
        menu.popup(event.globalPos())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        elsewhere = (
            Qt.FocusReason.PopupFocusReason,
            Qt.FocusReason.ActiveWindowFocusReason,
            Qt.FocusReason.MenuBarFocusReason,
        )
        if event.reason() not in elsewhere and not self.composing:
            self._make_chips(entered=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = self._clear.width()
        self._clear.move(self.width() - side - 4, (self.height() - side) // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        color = self.palette().color(QPalette.ColorRole.PlaceholderText)
        glass = icons.pixmap("search", color, 18, self.devicePixelRatioF())
        painter.drawPixmap(QRect(10, (self.height() - 18) // 2, 18, 18), glass)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()

    def _show_clear(self) -> None:
        self._clear.setVisible(bool(self.text() or self.items))

    def _changed(self) -> None:
        self._show_clear()
        if self.composing:
            return
        finished = self.finished(self.text())
        query = self._query_of(finished)
        # What was asked before stays until there is something else to ask for.
        if not query and finished != self.text():
            return
        if query.feedback and not _goes_on(query.phrase, self._taught):
            self._set_items(tuple(item for item in self.items if item not in query.feedback))
            query = self._query_of(finished)
        # One Latin letter describes no photo; a Chinese character may.
        if len(query.phrase) == 1 and query.phrase.isascii() and not query.items:
            return
        asked = self._grammar.written(query)
        if asked != self.asked:
            self.asked = asked
            self.queried.emit(asked)


def _goes_on(phrase: str, before: str) -> bool:
    """Whether it is the phrase from before with more or less typed, and not another."""
    one, other = phrase.casefold(), before.casefold()
    return one in other or other in one
