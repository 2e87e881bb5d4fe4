"""The window of models: the one in use, those here, those on offer, what is kept of others."""

from itertools import pairwise

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from photoclip.clip.hub import HUGGING_FACE
from photoclip.ui.controls import button, label
from photoclip.ui.drops import local_paths
from photoclip.ui.model_row import ModelRow
from photoclip.ui.model_rows import Row, Section
from photoclip.ui.models import Models
from photoclip.ui.overlays import DropHint


class ModelsWindow(QWidget):
    """Shows `Models`; a model's folder or file can be dropped anywhere on it."""

    def __init__(self, models: Models, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._models = models
        self._rows: dict[str, ModelRow] = {}
        self._ordered: list[ModelRow] = []
        self._wish = ""
        self.setObjectName("models")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("Models"))
        self.setAcceptDrops(True)
        # So that the keys scroll before anything is chosen.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(380, 300)
        self.resize(680, 720)
        self._cards: dict[Section, _Card] = {
            "in use": _Card(self.tr("In use")),
            "here": _Card(self.tr("On this computer")),
            "offers": _Card(self.tr("On offer")),
            "kept": _Card(self.tr("Kept for going back")),
        }
        self._body = QWidget()
        self._area = QScrollArea()
        self._foot = _Foot(models)
        self._lay_out()
        self._hint = DropHint(self, self.tr("Drop a model here"))
        models.changed.connect(self._show)

    def _lay_out(self) -> None:
        lead = label(
            self.tr(
                "A model finds your photos from your words. All run on this computer; "
                "only getting one needs a network."
            ),
            "secondary",
            wrap=True,
        )
        self._body.setObjectName("detailsBody")
        column = QVBoxLayout(self._body)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(16)
        column.addWidget(lead)
        for card in self._cards.values():
            column.addWidget(card)
        column.addStretch(1)
        self._area.setWidget(self._body)
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.viewport().setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._area, 1)
        whole.addWidget(self._foot)

    def open(self, key: str = "") -> None:
        """Come to the front, and lead to one of the rows."""
        self._wish = key
        self._models.refresh()
        self._models.refresh_kept()
        if self.isVisible():
            self.raise_()
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.show()
        self.activateWindow()
        self._show()

    def row(self, key: str) -> ModelRow:
        """What is shown of a model."""
        return self._rows[key]

    @property
    def keys(self) -> list[str]:
        """The rows shown, from the top."""
        return [row.key for row in self._models.rows()]

    def _show(self) -> None:
        if not self.isVisible():
            return
        rows = self._models.rows()
        focused = self._focused_key()
        for key in self._rows.keys() - {row.key for row in rows}:
            gone = self._rows.pop(key)
            gone.hide()
            gone.setParent(None)
            gone.deleteLater()
        for section, card in self._cards.items():
            card.show_rows([self._widget(row) for row in rows if row.section == section])
        self._order([self._rows[row.key] for row in rows])
        if focused is not None and self._focused_key() != focused:
            # Its row has moved to another card, or has gone.
            row = self._rows.get(focused)
            if row is None or not row.take_focus():
                self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._lead()

    def _order(self, rows: list[ModelRow]) -> None:
        """Let Tab go from the top to the bottom."""
        if rows == self._ordered:
            return
        self._ordered = rows
        stops = [stop for row in rows for stop in row.stops] + self._foot.stops
        for one, next_one in pairwise(stops):
            QWidget.setTabOrder(one, next_one)

    def _widget(self, row: Row) -> ModelRow:
        widget = self._rows.get(row.key)
        if widget is None:
            widget = self._rows[row.key] = ModelRow(row)
            widget.chosen.connect(self._models.do)
        elif widget.row != row:
            widget.show_row(row)
        return widget

    def _lead(self) -> None:
        """Go to the row that was asked for, once it is there."""
        if self._wish in self._rows:
            widget, self._wish = self._rows[self._wish], ""
            widget.take_focus()
            # Below its heading, once the rows have found their places.
            QApplication.sendPostedEvents(self._body, QEvent.Type.LayoutRequest)
            top = widget.mapTo(self._body, QPoint(0, 0)).y()
            self._area.verticalScrollBar().setValue(top - 48)

    def _focused_key(self) -> str | None:
        focus = QApplication.focusWidget()
        if focus is None:
            return None
        rows = self._rows.items()
        return next((key for key, row in rows if row.isAncestorOf(focus)), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        pages = {Qt.Key.Key_PageDown: 0.9, Qt.Key.Key_PageUp: -0.9,
                 Qt.Key.Key_Down: 0.1, Qt.Key.Key_Up: -0.1}  # fmt: skip
        if event.key() == Qt.Key.Key_Escape or event.matches(QKeySequence.StandardKey.Close):
            self.close()
        elif event.key() in pages:
            bar = self._area.verticalScrollBar()
            bar.setValue(bar.value() + round(pages[Qt.Key(event.key())] * bar.pageStep()))
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._hint.isVisible():
            self._hint.cover()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_paths(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._hint.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._hint.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        for path in local_paths(event.mimeData()):
            self._wish = path
            self._models.bring(path)


class _Card(QWidget):
    """A heading and rows below each other; hidden without rows."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self._shown: list[ModelRow] = []
        frame = QFrame()
        frame.setObjectName("modelCard")
        self._column = QVBoxLayout(frame)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(label(title, "section"))
        column.addWidget(frame)
        self.hide()

    def show_rows(self, rows: list[ModelRow]) -> None:
        if rows != self._shown:
            for at, row in enumerate(rows):
                self._column.insertWidget(at, row)
                row.setProperty("first", at == 0)
                row.style().polish(row)
                row.show()
            self._shown = rows
        self.setVisible(bool(rows))


class _Foot(QWidget):
    """Importing from disk, and out of the way where downloads come from."""

    def __init__(self, models: Models) -> None:
        super().__init__()
        self.setObjectName("modelsFoot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._models = models
        self._import = button(self.tr("Import from disk…"))
        self._import.clicked.connect(self._open_menu)
        self._note = label(self.tr("or drop a model's folder or file here"), "caption")
        self.mirror_button = button(self.tr("Download from…"), "flat")
        self.mirror_button.setCheckable(True)
        self.mirror_button.toggled.connect(self._unfold)
        self.mirror = QLineEdit(models.mirror)
        self.mirror.setPlaceholderText(HUGGING_FACE)
        self.mirror.setAccessibleName(self.tr("Address models are downloaded from"))
        self.mirror.editingFinished.connect(self._take_mirror)
        self._mirror_note = label("", "caption", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._import)
        row.addWidget(self._note)
        row.addStretch(1)
        row.addWidget(self.mirror_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 10, 20, 10)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.mirror)
        column.addWidget(self._mirror_note)
        self._unfold(bool(models.mirror))

    @property
    def stops(self) -> list[QWidget]:
        """What Tab goes through."""
        return [self._import, self.mirror_button, self.mirror]

    def menu(self) -> QMenu:
        """A folder or a file, which no dialog lets one choose between."""
        menu = QMenu(self)
        menu.addAction(self.tr("A model's folder…"), self._choose_folder)
        menu.addAction(self.tr("A model file…"), self._choose_file)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._note.setVisible(self.width() >= 560)

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.popup(self._import.mapToGlobal(QPoint(0, -menu.sizeHint().height() - 4)))

    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self.window(), self.tr("Import a model"))
        if path:
            self._models.bring(path)

    def _choose_file(self) -> None:
        kinds = self.tr("Models (*.safetensors *.pt *.pth *.bin)")
        path, _ = QFileDialog.getOpenFileName(self.window(), self.tr("Import a model"), "", kinds)
        if path:
            self._models.bring(path)

    def _unfold(self, unfold: bool) -> None:
        self.mirror.setVisible(unfold)
        self._mirror_note.setVisible(unfold)
        self._explain("")
        if self.mirror_button.isChecked() != unfold:
            self.mirror_button.setChecked(unfold)
        elif unfold and self.isVisible():
            self.mirror.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_mirror(self) -> None:
        self._explain(self._models.set_mirror(self.mirror.text().strip()))

    def _explain(self, problem: str) -> None:
        self._mirror_note.setProperty("role", "bad" if problem else "caption")
        self._mirror_note.style().polish(self._mirror_note)
        self._mirror_note.setText(
            problem
            or self.tr(
                "The address of a mirror of the model hub. Leave it empty for the hub itself."
            )
        )
