"""The first sight of an empty library: the whole window takes folders, some are suggested."""

import os
from collections.abc import Sequence

from PySide6.QtCore import QStandardPaths, QStorageInfo, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from photoclip.core.paths import display_name
from photoclip.ui import icons
from photoclip.ui.controls import FlowLayout, label

_REMOVABLE = ("/media/", "/run/media/", "/Volumes/")


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

    def __init__(self, folders: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setAccessibleName("")
        title = label(self.tr("Drop photo folders here"), "title", wrap=True)
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        lead = label(
            self.tr("Then type what you remember of a photo, and see it."), "secondary", wrap=True
        )
        lead.setAlignment(Qt.AlignmentFlag.AlignCenter)

        column = QVBoxLayout()
        column.setSpacing(8)
        column.addStretch(2)
        column.addWidget(self._picture)
        column.addSpacing(12)
        column.addWidget(title)
        column.addWidget(lead)
        column.addSpacing(20)
        column.addLayout(self._buttons(folders))
        column.addStretch(3)
        column.addLayout(self._promise())
        column.setContentsMargins(24, 24, 24, 20)
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
        self._draw()

    def _buttons(self, folders: Sequence[str]) -> QHBoxLayout:
        box = QWidget()
        flow = FlowLayout(box, 8)
        for path in folders:
            button = QPushButton(display_name(path))
            button.setProperty("large", True)
            button.setToolTip(path)
            button.setAccessibleName(self.tr("Add the folder %1").replace("%1", display_name(path)))
            button.clicked.connect(lambda _=False, chosen=path: self.folderChosen.emit(chosen))
            flow.addWidget(button)
        choose = QPushButton(self.tr("Choose a folder…"))
        choose.setProperty("large", True)
        choose.setProperty("primary", True)
        choose.clicked.connect(lambda: self.chooseAsked.emit())
        flow.addWidget(choose)
        # A flowing layout would fill the width; as wide as one line of it, it stands centred.
        box.setMaximumWidth(flow.line_width())
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(box, 100)
        row.addStretch(1)
        return row

    def _promise(self) -> QHBoxLayout:
        self._shield = QLabel()
        self._shield.setAccessibleName("")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        row.addWidget(self._shield)
        row.addWidget(
            label(self.tr("Stays on this computer. Your files are never changed."), "secondary")
        )
        row.addStretch()
        return row

    def changeEvent(self, event) -> None:  # type: ignore[no-untyped-def]
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
