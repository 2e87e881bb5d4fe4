"""Over the viewer: a field for a tag or a caption of the photo looked at."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from photoclip.ui.caption_edit import CaptionEdit
from photoclip.ui.controls import ElidedLabel, IconButton
from photoclip.ui.describe_panel import ProposedCaption
from photoclip.ui.facts import Known
from photoclip.ui.tag_chips import TagChips
from photoclip.ui.tag_editor import TagField
from photoclip.ui.theme import palette
from photoclip.ui.tokens import VIEWER

# Below the bar of the viewer.
_WIDTH, _TOP = 460, 60


class MarkPrompt(QFrame):
    """Stands at the head of the viewer, as dark as it, while a person writes; Esc ends it.

    Attributes:
        photo_id: the photo it is about, None while it is closed.

    Signals:
        left: the person is done.
    """

    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self.photo_id: int | None = None
        self.setObjectName("popover")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._name = ElidedLabel("strong")
        close = IconButton("close", self.tr("Close (Esc)"), 28)
        close.tint(palette(VIEWER))
        close.clicked.connect(self.close_)
        self.chips = TagChips()
        self.chips.tint(palette(VIEWER))
        self.field = TagField()
        self.field.offers.over = parent
        self.field.offers.tint(palette(VIEWER))
        # Asked before the field is, whose Esc would hide no more than its offers.
        self.field.installEventFilter(self)
        self.caption = CaptionEdit()
        self.caption.left.connect(self.close_)
        self.caption.tint(palette(VIEWER))
        self.caption.offer_proposal(True)
        self.proposal = ProposedCaption(self.caption)
        self.proposal.dismiss.tint(palette(VIEWER))
        top = QHBoxLayout()
        top.addWidget(self._name, 1)
        top.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 8, 16)
        column.setSpacing(8)
        column.addLayout(top)
        body = QVBoxLayout()
        body.setContentsMargins(0, 0, 8, 0)
        for widget in (self.chips, self.field, self.caption, self.proposal):
            body.addWidget(widget)
        column.addLayout(body)
        parent.installEventFilter(self)
        self.hide()

    def open(self, photo_id: int, caption: bool) -> None:
        """Write a caption, or else tags; what is known follows by `show_known`."""
        self.photo_id = photo_id
        self.proposal.close_()
        self.caption.setVisible(caption)
        self.field.setVisible(not caption)
        self.chips.hide()
        self.field.setText("")
        self._name.show_text(self.tr("Caption") if caption else self.tr("Tags"))
        (self.caption if caption else self.field).setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.place()
        self.show()
        self.raise_()

    def show_known(self, known: Known | None) -> None:
        if known is None or known.photo is None or known.photo.id != self.photo_id:
            return
        self.chips.show_tags(known.tags)
        self.chips.setVisible(bool(known.tags) and self.field.isVisibleTo(self))
        self.caption.show_caption(known.caption or "")
        self.place()

    def close_(self) -> None:
        """Save and go."""
        if self.photo_id is not None:
            self.caption.save()
            self.proposal.close_()
            self.photo_id = None
            self.hide()
            self.left.emit()

    def place(self) -> None:
        """Below the name of the photo, in the middle, as high as what is in it."""
        room = self._parent.rect()
        width = min(_WIDTH, room.width() - 32)
        self.setFixedWidth(width)
        layout = self.layout()
        assert layout is not None
        layout.activate()
        flows = layout.hasHeightForWidth()
        height = layout.totalHeightForWidth(width) if flows else layout.totalSizeHint().height()
        height = min(height, room.height() - 32)
        self.setFixedHeight(height)
        self.move((room.width() - width) // 2, min(_TOP, room.height() - height - 16))

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self.place()
        return done

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.field:
            return self._ends(event)
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False

    def _ends(self, event: QEvent) -> bool:
        """One Esc ends it all, whatever is typed and offered."""
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Escape:
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            self.close_()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Nothing typed here is meant for the viewer below.
        event.accept()
