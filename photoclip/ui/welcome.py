"""The first sight of an empty library: the whole window takes folders, some are suggested."""

import os
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QStandardPaths, QStorageInfo, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QScrollArea, QVBoxLayout, QWidget

from photoclip.core.paths import display_name
from photoclip.ui import icons
from photoclip.ui.controls import FlowLayout, button, label
from photoclip.ui.menu_button import MenuButton

_REMOVABLE = ("/media/", "/run/media/", "/Volumes/")
_ZONE = 640


def suggested_folders() -> list[str]:
    """Folders that exist and may well hold photos: the usual ones and drives plugged in."""
    place = QStandardPaths.StandardLocation
    home = os.path.expanduser("~")
    usual = [
        QStandardPaths.writableLocation(p)
        for p in (place.PicturesLocation, place.DesktopLocation, place.DownloadLocation)
    ]
    drives = [
        volume.rootPath()
        for volume in QStorageInfo.mountedVolumes()
        if volume.isReady() and volume.rootPath().startswith(_REMOVABLE)
    ]
    found = [path for path in usual + drives if path and path != home and os.path.isdir(path)]
    return list(dict.fromkeys(found))[:5]


class Welcome(QWidget):
    """Signals: folderChosen with a path; chooseAsked for a dialog."""

    folderChosen = Signal(object)
    chooseAsked = Signal()

    def __init__(
        self, folders: Sequence[str], menu: QMenu | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setAccessibleName("")
        self._shield = QLabel()
        self._shield.setAccessibleName("")
        self._menu = None if menu is None else MenuButton()

        centred = QHBoxLayout()
        centred.addStretch(1)
        centred.addWidget(self._zone(folders), 100)
        centred.addStretch(1)
        column = QVBoxLayout()
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(0)
        column.addStretch(1)
        column.addLayout(centred)
        column.addSpacing(16)
        column.addLayout(self._promise())
        column.addStretch(1)
        body = QWidget()
        body.setObjectName("detailsBody")
        body.setLayout(column)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(body)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        if menu is not None and self._menu is not None:
            self._menu.lead_to(menu)
            self._menu.setParent(self)
        self._draw()

    def hold(self, held: bool) -> None:
        """Show whether something that can be dropped is held over the window."""
        self._frame.setProperty("held", held)
        self._frame.style().polish(self._frame)

    @property
    def held(self) -> bool:
        return bool(self._frame.property("held"))

    def open_menu(self) -> None:
        if self._menu is not None:
            self._menu.open()

    def _zone(self, folders: Sequence[str]) -> QFrame:
        """What looks as if it took what is dropped; in fact the whole window does."""
        title = label(self.tr("Drop photo folders here"), "title", wrap=True)
        lead = label(
            self.tr("Then type what you remember of a photo, and see it."), "secondary", wrap=True
        )
        for text in (title, lead):
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._frame = zone = QFrame()
        zone.setObjectName("dropZone")
        zone.setMaximumWidth(_ZONE)
        column = QVBoxLayout(zone)
        column.setContentsMargins(24, 32, 24, 32)
        column.setSpacing(8)
        column.addWidget(self._picture)
        column.addSpacing(8)
        column.addWidget(title)
        column.addWidget(lead)
        column.addSpacing(16)
        column.addWidget(self._buttons(folders))
        return zone

    def _buttons(self, folders: Sequence[str]) -> QWidget:
        box = QWidget()
        flow = FlowLayout(box, 8, centred=True)
        for path in folders:
            suggested = button(display_name(path), "large")
            suggested.setToolTip(path)
            suggested.setAccessibleName(
                self.tr("Add the folder %1").replace("%1", display_name(path))
            )
            suggested.clicked.connect(lambda _=False, chosen=path: self.folderChosen.emit(chosen))
            flow.addWidget(suggested)
        choose = button(self.tr("Choose a folder…"), "large", "primary")
        choose.clicked.connect(lambda: self.chooseAsked.emit())
        flow.addWidget(choose)
        return box

    def _promise(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        row.addWidget(self._shield)
        row.addWidget(
            label(self.tr("Stays on this computer. Your files are never changed."), "secondary")
        )
        row.addStretch()
        return row

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chooseAsked.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._menu is not None:
            self._menu.move(self.width() - self._menu.width() - 8, 8)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        role, ratio = QPalette.ColorRole, self.devicePixelRatioF()
        accent, quiet = (
            self.palette().color(role.Accent),
            self.palette().color(role.PlaceholderText),
        )
        self._picture.setPixmap(icons.pixmap("photos", accent, 72, ratio))
        self._shield.setPixmap(icons.pixmap("shield", quiet, 20, ratio))
