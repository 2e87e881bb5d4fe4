"""The window of the vocabulary: its terms by category, and what is known of those selected."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from photoclip.core.terms import OWN, Term, fold
from photoclip.core.types import TagCount
from photoclip.core.vocabulary import Vocabulary
from photoclip.ui.choice import Choice
from photoclip.ui.controls import ElidedLabel, IconButton, button, label
from photoclip.ui.term_editor import TermEditor
from photoclip.ui.terms_view import TermsView
from photoclip.ui.vocabulary import Words

_NARROW = 640
# Of more found by a search, or in one category, the best.
_MOST_LISTED = 2_000
_EVERY, _OWN, _HIDDEN = "", "\0own", "\0hidden"


class VocabularyWindow(QWidget):
    """Shows and changes `Words`.

    Signals:
        photosAsked: the term whose photos the person wants to see.
    """

    photosAsked = Signal(object)

    def __init__(self, words: Words, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._words = words
        self._counts: Mapping[str, int] = {}
        self.setObjectName("vocabulary")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("Vocabulary"))
        self.setMinimumSize(380, 320)
        self.resize(860, 680)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search the terms"))
        self.search.setAccessibleName(self.tr("Search the terms"))
        self.search.setClearButtonEnabled(False)
        self.search.textChanged.connect(lambda _: self._list())
        self.kind = Choice()
        self.kind.setAccessibleName(self.tr("Category"))
        self.kind.currentIndexChanged.connect(lambda _: self._list())
        self._add = button(self.tr("Add a term…"))
        self._add.clicked.connect(self._start)
        self._more = IconButton("more", self.tr("Import and export"))
        self._more.clicked.connect(self._open_menu)
        self.terms = TermsView()
        self.terms.picked.connect(self._pick)
        self.terms.toggled.connect(self._toggle_hidden)
        self._nothing = label("", "secondary", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.editor = TermEditor()
        self.editor.edited.connect(self._edit)
        self.editor.added.connect(self._take)
        self.editor.moved.connect(words.move)
        self.editor.hideAsked.connect(words.hide)
        self.editor.restoreAsked.connect(words.restore)
        self.editor.photosAsked.connect(self.photosAsked)
        self.editor.left.connect(self._back)
        self._foot = ElidedLabel("caption", Qt.TextElideMode.ElideRight)
        self._lay_out()
        words.changed.connect(self._show)
        words.refused.connect(self._refuse)
        words.told.connect(self._tell)
        words.tagging.connect(self._show_tagging)
        self._wish = ""

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.search, 1)
        top.addWidget(self.kind)
        top.addWidget(self._add)
        top.addWidget(self._more)
        self._lists = QStackedWidget()
        self._lists.addWidget(self.terms)
        self._lists.addWidget(self._nothing)
        self._side = QScrollArea()
        self._side.setObjectName("detailsArea")
        self._side.setWidget(self.editor)
        self._side.setWidgetResizable(True)
        self._side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._side.viewport().setAutoFillBackground(False)
        self._middle = QHBoxLayout()
        self._middle.setSpacing(12)
        self._middle.addWidget(self._lists, 3)
        self._middle.addWidget(self._side, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 8)
        column.setSpacing(12)
        column.addLayout(top)
        column.addLayout(self._middle, 1)
        column.addWidget(self._foot)

    def open(self) -> None:
        """Come to the front."""
        self._words.read()
        if self.isVisible():
            self.raise_()
        self.show()
        self.activateWindow()
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_counts(self, tags: Sequence[TagCount]) -> None:
        """How many photos have each term."""
        self._counts = {tag.term: tag.count for tag in tags}
        if self.isVisible():
            self.terms.show_counts(self._counts)
            self._show_picked()

    def menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(self.tr("Import a list or table…"), self._choose_import)
        menu.addAction(self.tr("Export…"), self._choose_export)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    # What it shows

    @property
    def said(self) -> str:
        """What stands at the foot."""
        return self._foot.full_text

    def _show(self, vocabulary: Vocabulary) -> None:
        if not self.isVisible():
            return
        categories = sorted({t.category for t in (*vocabulary.terms, *vocabulary.hidden)})
        chosen = self.kind.currentData() or _EVERY
        self.kind.blockSignals(True)
        self.kind.clear()
        self.kind.addItem(self.tr("All categories"), _EVERY)
        self.kind.addItem(self.tr("Your own terms"), _OWN)
        self.kind.addItem(self.tr("Hidden terms"), _HIDDEN)
        self.kind.insertSeparator(3)
        for category in categories:
            self.kind.addItem(self.tr("own") if category == OWN else category, category)
        self.kind.setCurrentIndex(max(0, self.kind.findData(chosen)))
        self.kind.blockSignals(False)
        self.editor.show_categories(categories)
        self._list()

    def _list(self) -> None:
        vocabulary = self._words.vocabulary
        if vocabulary is None:
            return
        wanted, kind = fold(self.search.text()), self.kind.currentData() or _EVERY
        found = [
            term
            for term in (*vocabulary.terms, *vocabulary.hidden)
            if (not wanted or any(wanted in fold(name) for name in term.names))
            and (kind != _OWN or vocabulary.is_own(term.term))
            and (kind != _HIDDEN or term.hidden)
            and (kind in (_EVERY, _OWN, _HIDDEN) or term.category == kind)
        ]
        if wanted:
            # What is called so, or begins so, before what has it somewhere within.
            found.sort(key=lambda term: min(_fit(name, wanted) for name in term.names))
        own = {term.term for term in found if vocabulary.is_own(term.term)}
        grouped = not wanted and kind in (_EVERY, _OWN, _HIDDEN)
        shown = found if grouped else found[:_MOST_LISTED]
        self.terms.show_terms(shown, self._counts, own, grouped)
        self._lists.setCurrentIndex(0 if found else 1)
        nothing = {
            _OWN: self.tr("Terms that you add or import stand here."),
            _HIDDEN: self.tr("Nothing is hidden. A hidden term is never suggested."),
        }.get(kind, "")
        typed = self.search.text().strip()
        if typed:
            nothing = self.tr("No term is called “%1”. Add it with the button above.")
        self._nothing.setText(nothing.replace("%1", typed))
        count = self.locale().toString(len(found))
        self._foot.show_text(self.tr("%1 terms").replace("%1", count))
        if self._wish in self.terms.names:
            self.terms.pick(self._wish)
            self._wish = ""
        self._show_picked()

    def _show_picked(self) -> None:
        vocabulary, names = self._words.vocabulary, self.terms.chosen
        if vocabulary is None or self.editor.adding:
            return
        terms = [term for name in names if (term := vocabulary.find(name)) is not None]
        own = len(terms) == 1 and vocabulary.is_own(terms[0].term)
        # A changed term is stored under the name that it had first, which it keeps.
        changed = len(terms) == 1 and any(n in vocabulary.own for n in terms[0].names)
        count = self._counts.get(terms[0].term, 0) if len(terms) == 1 else 0
        self.editor.show_terms(terms, count, own, changed)
        self._arrange()

    def _refuse(self, sentence: str) -> None:
        if self.isVisible():
            self.editor.show_problem(sentence)
            self._arrange()

    def _tell(self, sentence: str) -> None:
        self.editor.show_problem("")
        if self.editor.adding:
            self.editor.stop()
            self.search.clear()
        self._foot.show_text(sentence)

    def _show_tagging(self, done: int, total: int) -> None:
        locale = self.locale()
        if total:
            words = self.tr("Suggesting tags anew: %1 of %2").replace("%2", locale.toString(total))
            self._foot.show_text(words.replace("%1", locale.toString(done)))
        else:
            self._foot.show_text(self.tr("Tags are up to date."))

    # What the person does

    def _start(self) -> None:
        """Write a new term, which may be the one that was not found."""
        category = self.kind.currentData() or ""
        known = category if not category.startswith("\0") else ""
        typed, vocabulary = self.search.text().strip(), self._words.vocabulary
        there = vocabulary is not None and vocabulary.find(typed) is not None
        self.editor.start("" if there else typed, known)
        self._arrange()

    def _pick(self) -> None:
        """Whoever looks at other terms has let go of a new one of which nothing is written."""
        if self.editor.adding and not self.editor.begun and not self._wish:
            self.editor.stop()
        self._show_picked()

    def _take(self, term: Term) -> None:
        self._wish = term.term
        self._words.add(term)

    def _edit(self, name: str, to: Term) -> None:
        self._wish = to.term
        self._words.edit(name, to)

    def _toggle_hidden(self, names: list[str]) -> None:
        vocabulary = self._words.vocabulary
        if vocabulary is not None and names:
            term = vocabulary.find(names[0])
            self._words.hide(names, term is not None and not term.hidden)

    def _open_menu(self) -> None:
        menu = self.menu()
        corner = QPoint(self._more.width() - menu.sizeHint().width(), self._more.height() + 4)
        menu.popup(self._more.mapToGlobal(corner))

    def _choose_import(self) -> None:
        kinds = self.tr("Lists and tables (*.tsv *.csv *.txt);;All files (*)")
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Import terms"), "", kinds)
        if path:
            self._words.bring(Path(path))

    def _choose_export(self) -> None:
        name = self.tr("Vocabulary") + ".tsv"
        kinds = self.tr("Tables (*.tsv)")
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Export terms"), name, kinds)
        if path:
            self._words.export(Path(path))

    def _back(self) -> None:
        """From the editor to the list."""
        self.terms.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_picked()
        self._arrange(to_list=True)

    def _arrange(self, to_list: bool = False) -> None:
        """List and editor beside each other, or one in place of the other where room is short."""
        narrow = self.width() < _NARROW
        edits = (self.editor.adding or len(self.terms.chosen) > 0) and not to_list
        self._side.setVisible(not narrow or edits)
        self._lists.setVisible(not narrow or not edits)
        self.kind.setVisible(not narrow)
        self.editor.show_back(narrow)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Close):
            self.close()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.search.selectAll()
        elif event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.terms.setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.editor.adding:
            self.editor.stop()
            self._back()
        elif self.search.text():
            self.search.clear()
        else:
            self.close()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._words.vocabulary is not None:
            self._show(self._words.vocabulary)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()


def _fit(name: str, wanted: str) -> int:
    folded = fold(name)
    return 0 if folded == wanted else 1 if folded.startswith(wanted) else 2
