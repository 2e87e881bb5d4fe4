"""The terms of the vocabulary as a list or by category: rows are made when they are looked at."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QBrush, QFont, QIcon, QPalette

from photoclip.core.terms import OWN, Term
from photoclip.ui import icons

_ROOT = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex
_NAME, _CHINESE, _PHOTOS = range(3)


class TermsModel(QAbstractItemModel):
    """Columns are a term's name, its Chinese name, and how many photos have it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # By category; without categories one group, whose terms are the top rows. An index knows
        # its group by its id, which is one more, and 0 at the top.
        self._groups: list[tuple[str, list[Term]]] = []
        self._grouped = False
        self._places: dict[str, tuple[int, int]] = {}
        self._counts: Mapping[str, int] = {}
        self._own: Collection[str] = ()
        self._locale, self._quiet, self._struck = QLocale(), QBrush(), QFont()
        self._marks = dict[str, QIcon]()

    # What it holds

    @property
    def names(self) -> list[str]:
        """The names of all terms."""
        return list(self._places)

    @property
    def categories(self) -> list[str]:
        """Those by which the terms are grouped, in their order; none where they are not."""
        return [name for name, _ in self._groups] if self._grouped else []

    def set_terms(
        self,
        terms: Sequence[Term],
        counts: Mapping[str, int],
        own: Collection[str],
        grouped: bool,
    ) -> None:
        """Hold these terms, in this order.

        Args:
            counts: how many photos have each, as far as any have.
            own: the names of those that the person added.
            grouped: whether they stand below their categories.
        """
        self.beginResetModel()
        groups: dict[str, list[Term]] = {}
        for term in terms:
            groups.setdefault(term.category if grouped else "", []).append(term)
        self._groups, self._grouped = sorted(groups.items()), grouped
        self._places = {
            term.term: (group, row)
            for group, (_, members) in enumerate(self._groups)
            for row, term in enumerate(members)
        }
        self._counts, self._own = counts, own
        self.endResetModel()

    def set_counts(self, counts: Mapping[str, int]) -> None:
        """Other numbers of photos."""
        self._counts = counts
        for group, (_, members) in enumerate(self._groups):
            above = self._above(group)
            first, last = (self.index(row, _PHOTOS, above) for row in (0, len(members) - 1))
            self.dataChanged.emit(first, last, [Qt.ItemDataRole.DisplayRole])

    def dress(self, font: QFont, colors: QPalette, locale: QLocale) -> None:
        """How the terms look, from the next time they are set."""
        self._locale = locale
        self._quiet, self._struck = colors.placeholderText(), QFont(font)
        self._struck.setStrikeOut(True)
        self._marks = {name: icons.icon(name, colors) for name in ("hidden", "tag")}

    def term(self, index: _Index) -> Term | None:
        """The term of a row, None for a category."""
        group = index.internalId() - 1 if self._grouped else 0
        if not index.isValid() or group < 0:
            return None
        return self._groups[group][1][index.row()]

    def category(self, index: _Index) -> str:
        """That of a row that is one."""
        return self._groups[index.row()][0]

    def index_of(self, name: str) -> QModelIndex:
        """Where the term of this name stands."""
        group, row = self._places[name]
        return self.index(row, _NAME, self._above(group))

    def category_at(self, row: int) -> QModelIndex:
        return self.index(row, _NAME)

    def _above(self, group: int) -> QModelIndex:
        return self.category_at(group) if self._grouped else QModelIndex()

    # What a view asks

    def index(self, row: int, column: int, parent: _Index = _ROOT) -> QModelIndex:
        if not (0 <= row < self.rowCount(parent) and 0 <= column < 3):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, index: _Index = _ROOT) -> QModelIndex:  # type: ignore[override]
        group = index.internalId() - 1 if index.isValid() else -1
        return self.createIndex(group, _NAME, 0) if group >= 0 else QModelIndex()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        if not parent.isValid():
            return len(self._groups) if self._grouped else sum(len(g) for _, g in self._groups)
        is_group = self._grouped and not parent.internalId() and parent.column() == _NAME
        return len(self._groups[parent.row()][1]) if is_group else 0

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 3

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return (self.tr("Term"), self.tr("Chinese"), self.tr("Photos"))[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(section)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column, term = index.column(), self.term(index)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(column)
        if term is None:
            text = role == Qt.ItemDataRole.DisplayRole and column == _NAME and index.isValid()
            return self._heading(index) if text else None
        if role == Qt.ItemDataRole.DisplayRole:
            return (term.term, term.chinese, self._count(term))[column]
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._quiet if column == _CHINESE or (term.hidden and not column) else None
        return self._of_name(term, role) if column == _NAME else None

    def _heading(self, index: _Index) -> str:
        category, members = self._groups[index.row()]
        name = self.tr("own") if category == OWN else category
        return f"{name}  ({self._locale.toString(len(members))})"

    def _count(self, term: Term) -> str:
        """How many photos have it; none is left blank."""
        count = self._counts.get(term.term, 0)
        return self._locale.toString(count) if count else ""

    def _of_name(self, term: Term, role: int) -> Any:
        own = term.term in self._own
        if role == Qt.ItemDataRole.ToolTipRole:
            others = ", ".join(term.names[1:])
            return f"{term.term}: {others}" if others else term.term
        if role == Qt.ItemDataRole.DecorationRole and (term.hidden or own):
            return self._marks.get("hidden" if term.hidden else "tag")
        if role == Qt.ItemDataRole.FontRole and term.hidden:
            return self._struck
        if role == Qt.ItemDataRole.AccessibleTextRole and (term.hidden or own):
            words = self.tr("%1, hidden") if term.hidden else self.tr("%1, your own")
            return words.replace("%1", term.term)
        return None


def _aligned(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == _PHOTOS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
