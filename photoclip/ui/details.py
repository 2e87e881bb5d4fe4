"""The details of the current photo: a large preview, what the file says, and its tags."""

import os

from PySide6.QtCore import QEvent, QLocale, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette, QPixmap
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from photoclip.core.paths import display, display_name
from photoclip.core.types import Photo, Tag
from photoclip.ui.controls import Chip, ElidedLabel, FlowLayout, label
from photoclip.ui.facts import camera_line, capture_line, exposure_line, size_line


class Preview(QWidget):
    """A picture fitted into the width, as high as its shape asks, up to a limit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixmap = QPixmap()
        self._shape = QSize(4, 3)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(self.tr("Preview"))

    def show_shape(self, width: int, height: int) -> None:
        """Make room for a photo of these proportions, whose picture is still to come."""
        self._pixmap = QPixmap()
        self._shape = QSize(max(1, width), max(1, height))
        self.updateGeometry()
        self.update()

    def show_image(self, image: QImage) -> None:
        self._pixmap = QPixmap.fromImage(image)
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        fitted = width * self._shape.height() // self._shape.width()
        return max(96, min(fitted, round(width * 1.15), 420))

    def sizeHint(self) -> QSize:
        return QSize(272, self.heightForWidth(272))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self._shape.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRect(0, 0, size.width(), size.height())
        box.moveCenter(self.rect().center())
        if self._pixmap.isNull():
            painter.fillRect(box, self.palette().color(QPalette.ColorRole.Midlight))
        else:
            painter.drawPixmap(box, self._pixmap)


class Details(QWidget):
    """Shows one photo, or says what to do to see one.

    Signals:
        tagChosen: the term of a tag clicked on.
    """

    tagChosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chrome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Details"))
        self._photo_id: int | None = None
        self.preview = Preview()
        self._name = ElidedLabel("heading")
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(12)
        self._facts.setVerticalSpacing(6)
        self._facts.setColumnStretch(1, 1)
        self._problem = label("", "warn", wrap=True)
        self._problem.hide()
        self._tags = QWidget()
        self._flow = FlowLayout(self._tags)
        self._no_tags = label("", "secondary", wrap=True)
        self._hint = label(self.tr("Select a photo to see its details."), "secondary", wrap=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)

        column = QVBoxLayout()
        # With the frame of the area, which shows the focus, the photo stands 16 from the edge.
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(8)
        column.addWidget(self.preview)
        column.addWidget(self._problem)
        column.addWidget(self._name)
        column.addLayout(self._facts)
        column.addSpacing(8)
        heading = label(self.tr("Suggested tags"), "section")
        column.addWidget(heading)
        column.addWidget(self._tags)
        column.addWidget(self._no_tags)
        column.addStretch()
        body = QWidget()
        body.setObjectName("detailsBody")
        body.setLayout(column)
        self._area = QScrollArea()
        self._area.setObjectName("detailsArea")
        self._area.setWidget(body)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName(self.tr("Details of the photo"))
        self._pages = QStackedWidget()
        self._pages.addWidget(self._hint)
        self._pages.addWidget(self._area)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pages)

    @property
    def photo_id(self) -> int | None:
        """The photo shown, or None."""
        return self._photo_id

    def tag_names(self) -> list[str]:
        """The tags as they are shown."""
        return [chip.text() for chip in self._tags.findChildren(Chip) if not chip.isHidden()]

    def show_nothing(self) -> None:
        self._photo_id = None
        self._pages.setCurrentIndex(0)

    def show_photo(self, photo: Photo, tags: tuple[Tag, ...], searchable: bool) -> None:
        """Show what is known of a photo; its picture follows by `show_image`.

        Args:
            searchable: whether the model has seen it, so that having no tags means none fit.
        """
        if photo.id != self._photo_id:
            self.preview.show_shape(photo.width, photo.height)
            self._area.verticalScrollBar().setValue(0)
            self._problem.hide()
        self._photo_id = photo.id
        self._name.show_text(display_name(photo.path))
        self.preview.setAccessibleName(self.tr("Preview of %1").replace("%1", self._name.full_text))
        self._show_facts(photo)
        self._show_tags(tags, searchable)
        self._pages.setCurrentIndex(1)

    def show_image(self, photo_id: int, image: QImage) -> None:
        if photo_id == self._photo_id and not image.isNull():
            self.preview.show_image(image)

    def show_problem(self, photo_id: int, sentence: str) -> None:
        """Say in place why there is no sharper preview."""
        if photo_id == self._photo_id:
            self._problem.setText(sentence)
            self._problem.show()

    def _show_facts(self, photo: Photo) -> None:
        locale = self.locale()
        rows = [
            (self.tr("Taken"), capture_line(photo, locale)),
            (self.tr("Camera"), camera_line(photo)),
            (self.tr("Lens"), photo.lens or ""),
            (self.tr("Exposure"), exposure_line(photo, locale)),
            (self.tr("Size"), size_line(photo, locale)),
            (self.tr("Place"), _coordinates(photo, locale)),
            (self.tr("Folder"), display(os.path.dirname(photo.path))),
        ]
        while item := self._facts.takeAt(0):
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for row, (title, value) in enumerate(pair for pair in rows if pair[1]):
            text = self._value(value)
            name = label(title, "secondary")
            name.setBuddy(text)
            self._facts.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(text, row, 1)

    def _value(self, value: str) -> QLabel:
        # Slashes and the like may break a line, so that a long path shows whole.
        text = label(value.replace("/", "/\u200b").replace("_", "_\u200b"), "", wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        text.setAccessibleName(value)
        return text

    def _show_tags(self, tags: tuple[Tag, ...], searchable: bool) -> None:
        self._flow.clear()
        for tag in tags:
            percent = self.locale().toString(round(100 * tag.probability)) + self.locale().percent()
            chip = Chip(tag.term, percent, guess=True)
            chip.setToolTip(self.tr("Show all photos tagged “%1”").replace("%1", tag.term))
            chip.clicked.connect(lambda _=False, term=tag.term: self.tagChosen.emit(term))
            self._flow.addWidget(chip)
            chip.show()
        self._tags.setVisible(bool(tags))
        self._tags.updateGeometry()
        self._no_tags.setVisible(not tags)
        self._no_tags.setText(
            self.tr("No tag fits this photo well enough.")
            if searchable
            else self.tr("Tags follow once the photo has been looked at.")
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()


def _coordinates(photo: Photo, locale: QLocale) -> str:
    if photo.latitude is None or photo.longitude is None:
        return ""
    north = "N" if photo.latitude >= 0 else "S"
    east = "E" if photo.longitude >= 0 else "W"
    latitude = locale.toString(abs(photo.latitude), "f", 4)
    longitude = locale.toString(abs(photo.longitude), "f", 4)
    return f"{latitude}° {north}, {longitude}° {east}"
