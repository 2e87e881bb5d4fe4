"""What stands in place of the grid where there are no photos: why, and what to do."""

from collections.abc import Collection

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from photoclip.core.paths import display_name
from photoclip.core.types import Counts
from photoclip.ui import icons
from photoclip.ui.controls import button, label
from photoclip.ui.places import Place


class Empty(QWidget):
    """Says why there is nothing, and what to do. Signals: asked, for the button's offer."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._icon = "photos"
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = label("", "heading", wrap=True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text = label("", "secondary", wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._button = button()
        self._button.clicked.connect(lambda: self.asked.emit())
        self._button.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 24, 32, 24)
        column.setSpacing(8)
        column.addStretch(2)
        for widget in (self._picture, self._title, self._text):
            column.addWidget(widget)
        column.addSpacing(8)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(3)

    def say(self, icon: str, title: str, text: str = "", offer: str = "") -> None:
        self._icon = icon
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._button.setText(offer)
        self._button.setVisible(bool(offer))
        self._draw()

    def words(self) -> str:
        return f"{self._title.text()} {self._text.text()}".strip()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        color = self.palette().color(QPalette.ColorRole.Mid)
        self._picture.setPixmap(icons.pixmap(self._icon, color, 48, self.devicePixelRatioF()))

    def explain(self, place: Place, counts: Counts, phase: str, away: Collection[str]) -> None:
        """Say why there is nothing at this place.

        Args:
            phase: of indexing, "" while it does not run.
            away: folders on drives that are not connected.
        """
        if place.text and counts.searchable == 0:
            self.say(
                "search",
                self.tr("Nothing can be searched yet"),
                self.tr("Photos become searchable one after the other while they are indexed."),
            )
        elif place.searching:
            self.say("search", self.tr("No photo is all of this"))
        elif place.scope.folder in away:
            name = display_name(place.scope.folder or "")
            self.say(
                "drive-off",
                self.tr("“%1” is not connected").replace("%1", name),
                self.tr("Connect its drive, then rescan."),
            )
        elif place.scope.folder is not None and not phase:
            name = display_name(place.scope.folder)
            self.say(
                "folder",
                self.tr("No photos in “%1”").replace("%1", name),
                self.tr("PhotoClip reads JPEG, HEIC, PNG, RAW and more."),
            )
        elif place.scope.album is not None:
            self.say(
                "album",
                self.tr("No photos in this album yet"),
                self.tr(
                    "Drag photos onto it in the sidebar, or use “Add to album…” in their menu."
                ),
            )
        elif place.scope.tag is not None:
            self.say("tag", self.tr("No photo has this tag now"))
        elif phase == "loading":
            self.say(
                "photos",
                self.tr("Getting ready to look at your photos…"),
                self.tr("The first appear in a moment."),
            )
        elif phase:
            self.say(
                "photos", self.tr("Looking for photos…"), self.tr("The first appear in a moment.")
            )
        else:
            self.say(
                "photos",
                self.tr("No photos in your folders"),
                self.tr("PhotoClip reads JPEG, HEIC, PNG, RAW and more. Drop another folder here."),
                self.tr("Choose a folder…"),
            )
