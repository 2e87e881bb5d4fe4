"""The list of terms: by category, or one below the other where they are searched for."""

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from photoclip.core.terms import Term
from photoclip.ui.terms_model import TermsModel


class TermsView(QTreeView):
    """Signals:
    picked: other terms are selected.
    toggled: the names that are to be hidden, or shown again.
    """

    picked = Signal()
    toggled = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("terms")
        self.setAccessibleName(self.tr("Terms"))
        self._model = TermsModel(self)
        self.setModel(self._model)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setIndentation(16)
        self.setAllColumnsShowFocus(True)
        self._open: set[str] = set()
        self.selectionModel().selectionChanged.connect(lambda *_: self.picked.emit())
        self.expanded.connect(lambda index: self._open.add(self._model.category(index)))
        self.collapsed.connect(lambda index: self._open.discard(self._model.category(index)))

    @property
    def chosen(self) -> list[str]:
        """The names of the terms selected."""
        terms = map(self._model.term, self.selectionModel().selectedRows(0))
        return [term.term for term in terms if term is not None]

    @property
    def names(self) -> list[str]:
        """The names of all terms listed."""
        return self._model.names

    def show_terms(
        self,
        terms: Sequence[Term],
        counts: Mapping[str, int],
        own: Collection[str],
        grouped: bool,
    ) -> None:
        """List these terms; those selected before stay selected, the place stays."""
        kept, place = self.chosen, self.verticalScrollBar().value()
        self.selectionModel().blockSignals(True)
        self._model.dress(self.font(), self.palette(), self.locale())
        self._model.set_terms(terms, counts, own, grouped)
        categories = self._model.categories
        for row, name in enumerate(categories):
            if name in self._open or len(categories) == 1:
                self.expand(self._model.category_at(row))
        self._size()
        self.selectionModel().blockSignals(False)
        there = set(self.names)
        for name in kept:
            if name in there:
                self._select(name)
        self.verticalScrollBar().setValue(place)

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """How many photos have each term; none is left blank."""
        self._model.set_counts(counts)

    def pick(self, name: str) -> None:
        """Select this term alone, and bring it into sight."""
        self.clearSelection()
        if name in self.names:
            self._select(name)
            self.scrollTo(self._model.index_of(name))
            self.setCurrentIndex(self._model.index_of(name))

    def _select(self, name: str) -> None:
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(self._model.index_of(name), flags.Select | flags.Rows)

    def _size(self) -> None:
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(1, 110)
        header.resizeSection(2, 76)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.chosen:
            self.toggled.emit(self.chosen)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and (
            self._model.term(self.currentIndex()) is None
        ):
            index: QModelIndex = self.currentIndex()
            self.setExpanded(index, not self.isExpanded(index))
        else:
            super().keyPressEvent(event)
