"""The list of terms: by category, or one below the other where they are searched for."""

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from photoclip.core.terms import OWN, Term
from photoclip.ui import icons

_NameRole = Qt.ItemDataRole.UserRole
_GroupRole = _NameRole + 1


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
        self._model = QStandardItemModel(self)
        self.setModel(self._model)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setIndentation(16)
        self.setAllColumnsShowFocus(True)
        self._items: dict[str, list[QStandardItem]] = {}
        self._open: set[str] = set()
        self.selectionModel().selectionChanged.connect(lambda *_: self.picked.emit())
        self.expanded.connect(lambda index: self._open.add(index.data(_GroupRole)))
        self.collapsed.connect(lambda index: self._open.discard(index.data(_GroupRole)))

    @property
    def chosen(self) -> list[str]:
        """The names of the terms selected."""
        rows = self.selectionModel().selectedRows(0)
        return [row.data(_NameRole) for row in rows if row.data(_NameRole) is not None]

    @property
    def names(self) -> list[str]:
        """The names of all terms listed."""
        return list(self._items)

    def show_terms(
        self,
        terms: Sequence[Term],
        counts: Mapping[str, int],
        own: Collection[str],
        grouped: bool,
    ) -> None:
        """List these terms; those selected before stay selected, the place stays."""
        kept, place = set(self.chosen), self.verticalScrollBar().value()
        self.selectionModel().blockSignals(True)
        self._model.clear()
        self._model.setHorizontalHeaderLabels(
            [self.tr("Term"), self.tr("Chinese"), self.tr("Photos")]
        )
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._model.setHeaderData(
            2, Qt.Orientation.Horizontal, right, Qt.ItemDataRole.TextAlignmentRole
        )
        self._items = {}
        groups: dict[str, QStandardItem] = {}
        for term in terms:
            row = self._row(term, term.term in own)
            self._items[term.term] = row
            if not grouped:
                self._model.appendRow(row)
                continue
            group = groups.get(term.category)
            if group is None:
                group = groups[term.category] = _plain(
                    self.tr("own") if term.category == OWN else term.category
                )
            group.appendRow(row)
        for name in sorted(groups):
            group = groups[name]
            count = self.locale().toString(group.rowCount())
            group.setText(f"{group.text()}  ({count})")
            group.setData(name, _GroupRole)
            self._model.appendRow([group, _plain(""), _plain("")])
            self.setExpanded(group.index(), name in self._open or len(groups) == 1)
        self.show_counts(counts)
        self._size()
        self.selectionModel().blockSignals(False)
        for name in kept & self._items.keys():
            self._select(name)
        self.verticalScrollBar().setValue(place)

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """How many photos have each term; none is left blank."""
        for name, row in self._items.items():
            count = counts.get(name, 0)
            row[2].setText(self.locale().toString(count) if count else "")

    def pick(self, name: str) -> None:
        """Select this term alone, and bring it into sight."""
        self.clearSelection()
        if name in self._items:
            self._select(name)
            self.scrollTo(self._items[name][0].index())
            self.setCurrentIndex(self._items[name][0].index())

    def _select(self, name: str) -> None:
        flags = QItemSelectionModel.SelectionFlag
        index = self._items[name][0].index()
        self.selectionModel().select(index, flags.Select | flags.Rows)

    def _row(self, term: Term, own: bool) -> list[QStandardItem]:
        name, chinese, count = _plain(term.term), _plain(term.chinese), _plain("")
        name.setData(term.term, _NameRole)
        count.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        quiet = self.palette().placeholderText()
        chinese.setForeground(quiet)
        if term.hidden:
            name.setForeground(quiet)
            font = name.font()
            font.setStrikeOut(True)
            name.setFont(font)
            name.setIcon(icons.icon("hidden", self.palette()))
            name.setAccessibleText(self.tr("%1, hidden").replace("%1", term.term))
        elif own:
            name.setIcon(icons.icon("tag", self.palette()))
            name.setAccessibleText(self.tr("%1, your own").replace("%1", term.term))
        others = ", ".join(term.names[1:])
        name.setToolTip(f"{term.term}: {others}" if others else term.term)
        return [name, chinese, count]

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
            self.currentIndex().data(_NameRole) is None
        ):
            index: QModelIndex = self.currentIndex()
            self.setExpanded(index, not self.isExpanded(index))
        else:
            super().keyPressEvent(event)


def _plain(text: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setEditable(False)
    return item
