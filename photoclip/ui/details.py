"""The details of the photos selected: a preview, what a person says of them, what the file says."""

import os

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLocale, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette, QPixmap
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from photoclip.core.paths import display, display_name
from photoclip.core.types import Photo
from photoclip.ui.caption_edit import CaptionEdit
from photoclip.ui.controls import ElidedLabel, IconButton, label
from photoclip.ui.describe_panel import ProposedCaption
from photoclip.ui.facts import Known, camera_line, capture_line, exposure_line, size_line
from photoclip.ui.hint import Hint
from photoclip.ui.stars import Stars
from photoclip.ui.tag_chips import TagChips
from photoclip.ui.tag_editor import TagField
from photoclip.ui.why_panel import WhyPanel

_NONE = np.empty(0, np.int64)


class Preview(QWidget):
    """A picture fitted into the width, as high as its shape asks, up to a limit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixmap = QPixmap()
        self._overlay = QPixmap()
        self.hint = Hint(self)
        self._shape = QSize(4, 3)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(self.tr("Preview"))

    def show_shape(self, width: int, height: int) -> None:
        """Make room for a photo of these proportions, whose picture is still to come."""
        self._pixmap = QPixmap()
        self._overlay = QPixmap()
        self._shape = QSize(max(1, width), max(1, height))
        self.updateGeometry()
        self.update()

    def show_image(self, image: QImage) -> None:
        self._pixmap = QPixmap.fromImage(image)
        self.update()

    def show_overlay(self, image: QImage | None) -> None:
        """Lay something over the photo, in its shape, until another comes; None for nothing."""
        self._overlay = QPixmap() if image is None else QPixmap.fromImage(image)
        self.update()

    @property
    def overlaid(self) -> bool:
        return not self._overlay.isNull()

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
            painter.drawPixmap(box, self._overlay)


class Details(QWidget):
    """Shows one photo, or what several have in common, or says what to do to see one.

    Signals:
        tagChosen: the term of a tag clicked on.
        tagAdded, tagConfirmed, tagRejected, tagForgotten: (photo ids, term).
        captioned: (photo ids, caption). rated: (photo ids, 0 to 5).
        favoured: (photo ids, whether they are favourites).
        left: the person is done with writing.
        turned: what is shown is another photo, or the same one anew.
    """

    tagChosen = Signal(object)
    tagAdded = Signal(object, object)
    tagConfirmed = Signal(object, object)
    tagRejected = Signal(object, object)
    tagForgotten = Signal(object, object)
    captioned = Signal(object, object)
    rated = Signal(object, object)
    favoured = Signal(object, object)
    left = Signal()
    turned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chrome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Details"))
        self._known: Known | None = None
        self.preview = Preview()
        self._name = ElidedLabel("heading")
        self.favourite = IconButton("heart", self.tr("Favourite"))
        self.favourite.setCheckable(True)
        self.stars = Stars()
        self.caption = CaptionEdit()
        self.proposal = ProposedCaption(self.caption)
        self.chips = TagChips()
        self.tag_field = TagField()
        self.why = WhyPanel()
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(12)
        self._facts.setVerticalSpacing(6)
        self._facts.setColumnStretch(1, 1)
        self._problem = label("", "warn", wrap=True)
        self._problem.hide()
        self._no_tags = label("", "secondary", wrap=True)
        self._hint = label(self.tr("Select a photo to see its details."), "secondary", wrap=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        # Whom the caption is about, from when it began to be written.
        self._about = _NONE
        # The field to go to once there is a photo to write about.
        self._wish: QWidget | None = None
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        # With the frame of the area, which shows the focus, the photo stands 16 from the edge.
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(8)
        names = QHBoxLayout()
        names.setSpacing(4)
        names.addWidget(self._name, 1)
        names.addWidget(self.favourite)
        column.addWidget(self.preview)
        column.addWidget(self._problem)
        column.addLayout(names)
        column.addWidget(self.stars)
        column.addWidget(self.caption)
        column.addWidget(self.proposal)
        column.addSpacing(8)
        column.addWidget(label(self.tr("Tags"), "section"))
        column.addWidget(self.chips)
        column.addWidget(self._no_tags)
        column.addWidget(self.tag_field)
        column.addSpacing(8)
        column.addWidget(self.why)
        column.addSpacing(8)
        column.addLayout(self._facts)
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

    def _wire(self) -> None:
        chips = self.chips
        chips.chosen.connect(self.tagChosen)
        chips.confirmed.connect(lambda term: self.tagConfirmed.emit(self.photo_ids, term))
        chips.rejected.connect(lambda term: self.tagRejected.emit(self.photo_ids, term))
        chips.forgotten.connect(lambda term: self.tagForgotten.emit(self.photo_ids, term))
        self.tag_field.entered.connect(lambda term: self.tagAdded.emit(self.photo_ids, term))
        self.stars.rated.connect(lambda rating: self.rated.emit(self.photo_ids, rating))
        self.favourite.clicked.connect(lambda on: self.favoured.emit(self.photo_ids, on))
        self.caption.saved.connect(
            lambda caption: self.captioned.emit(tuple(self._about.tolist()), caption)
        )
        self.caption.left.connect(self.left)
        # It is shown on the photo, which may have been scrolled away.
        self.why.whereAsked.connect(lambda on, _: self._show_top() if on else None)

    @property
    def photo_id(self) -> int | None:
        """The photo shown, or None."""
        one = self._known is not None and self._known.photo is not None
        return int(self._photos[0]) if one else None

    @property
    def photo_ids(self) -> tuple[int, ...]:
        """The photos that are shown and decided on."""
        return tuple(self._photos.tolist())

    @property
    def _photos(self) -> NDArray[np.int64]:
        return _NONE if self._known is None else self._known.photos

    def tag_names(self) -> list[str]:
        """The tags in sight, in order."""
        return [chip.tag.term for chip in self.chips.chips]

    def write_tag(self) -> None:
        """Let the person type a tag."""
        self._reveal(self.tag_field)

    def write_caption(self) -> None:
        """Let the person write the caption."""
        self._reveal(self.caption)

    def show_why(self) -> None:
        """Bring into view why the photo is here."""
        self._reveal(self.why)

    def show_proposal(self) -> None:
        """Bring the proposed caption into view, if anything can be."""
        # It lies where it belongs only once it has been laid out.
        QTimer.singleShot(0, self, lambda: self._area.ensureWidgetVisible(self.proposal, 0, 16))

    def show_nothing(self) -> None:
        self._take(None)
        self._pages.setCurrentIndex(0)
        self.turned.emit()

    def show_known(self, known: Known) -> None:
        """Show what is known of a photo, or of several; a photo's picture follows."""
        photo, other = known.photo, not np.array_equal(known.photos, self._photos)
        self._take(known)
        if other:
            self._show_top()
            self._problem.hide()
            if photo is not None:
                self.preview.show_shape(photo.width, photo.height)
        self.preview.setVisible(photo is not None)
        self.why.setVisible(photo is not None)
        if photo is None:
            self._name.show_text(self.tr("%Ln photo(s) selected", "", len(known.photos)))
        else:
            self._name.show_text(display_name(photo.path))
            spoken = self.tr("Preview of %1").replace("%1", self._name.full_text)
            self.preview.setAccessibleName(spoken)
        self._show_facts(photo)
        self._show_tags(known)
        self.stars.show_rating(known.rating)
        self.favourite.setChecked(bool(known.favourite))
        on = self.tr("Favourite; press to take it back") if known.favourite else ""
        self.favourite.rename(on or self.tr("Make a favourite"), "heart-full" if on else "heart")
        differs = self.tr("Captions differ; yours replaces them")
        self.caption.show_caption(known.caption or "", differs if known.caption is None else "")
        self.caption.offer_proposal(photo is not None)
        self._about = known.photos if not self.caption.writing else self._about
        self._pages.setCurrentIndex(1)
        if self._wish is not None:
            self._reveal(self._wish)
        self.turned.emit()

    def _take(self, known: Known | None) -> None:
        """What was being written belongs to the photos it was written about."""
        others = known is None or not np.array_equal(known.photos, self._photos)
        if self._known is not None and others:
            self.caption.save()
            self.tag_field.setText("")
        self._known = known

    def _reveal(self, field: QWidget) -> None:
        self._wish = field if self._known is None or not self.isVisible() else None
        if self._wish is not None:
            return
        target = self.why.where if field is self.why else field
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._area.ensureWidgetVisible(field, 0, 48)

    def _show_top(self) -> None:
        self._area.verticalScrollBar().setValue(0)

    def show_image(self, photo_id: int, image: QImage) -> None:
        if photo_id == self.photo_id and not image.isNull():
            self.preview.show_image(image)

    def show_problem(self, photo_id: int, sentence: str) -> None:
        """Say in place why there is no sharper preview."""
        if photo_id == self.photo_id:
            self._problem.setText(sentence)
            self._problem.show()

    def _show_facts(self, photo: Photo | None) -> None:
        locale = self.locale()
        rows = (
            []
            if photo is None
            else [
                (self.tr("Taken"), capture_line(photo, locale)),
                (self.tr("Camera"), camera_line(photo)),
                (self.tr("Lens"), photo.lens or ""),
                (self.tr("Exposure"), exposure_line(photo, locale)),
                (self.tr("Size"), size_line(photo, locale)),
                (self.tr("Place"), _coordinates(photo, locale)),
                (self.tr("Folder"), display(os.path.dirname(photo.path))),
            ]
        )
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

    def _show_tags(self, known: Known) -> None:
        self.chips.show_tags(known.tags)
        sentence = ""
        if known.cut:
            sentence = self.tr("Suggested tags show for fewer photos at once.")
        elif not known.searchable:
            sentence = self.tr("Tags follow once the photo has been looked at.")
        elif not known.tags:
            sentence = self.tr("No tag yet, and none that fits well enough to suggest.")
        self._no_tags.setText(sentence)
        self._no_tags.setVisible(bool(sentence))

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
