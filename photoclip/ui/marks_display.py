"""What a person says of photos, wherever it is shown and typed: details, viewer, menus."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from photoclip.ui.actions import Actions
from photoclip.ui.details import Details
from photoclip.ui.facts import known_of
from photoclip.ui.later import Lazy
from photoclip.ui.marking import Marking
from photoclip.ui.session import Session
from photoclip.ui.undo import UndoStack

if TYPE_CHECKING:
    from photoclip.ui.mark_prompt import MarkPrompt
    from photoclip.ui.viewer import Viewer

# Where nothing is typed, a bare key does what it does with Ctrl elsewhere.
_VIEWER_KEYS = {
    **{str(stars): f"rate_{stars}" for stars in range(6)},
    "F": "favourite",
    "T": "tag",
    "C": "caption",
}


class MarksDisplay(QObject):
    """Follows `Marking`.

    Args:
        looked_at: gives the photo in the viewer, None while the grid is shown.

    Attributes:
        prompt: over the viewer.

    Signals:
        left: the person is done with writing in the details.
    """

    left = Signal()

    def __init__(
        self,
        marking: Marking,
        undo: UndoStack,
        session: Session,
        actions: Actions,
        details: Details,
        viewer: "Lazy[Viewer]",
        looked_at: Callable[[], int | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._marking, self._session, self._actions = marking, session, actions
        self._details, self._viewer, self._looked_at = details, viewer, looked_at
        self.prompt = Lazy(self._make_prompt)
        viewer.when_made(self._wire_viewer)
        marking.tagAsked.connect(lambda: self._write(caption=False))
        marking.captionAsked.connect(lambda: self._write(caption=True))
        undo.changed.connect(self._renew)
        self._wire_details()

    def _make_prompt(self) -> "MarkPrompt":
        from photoclip.ui.mark_prompt import MarkPrompt

        viewer = self._viewer()
        prompt = MarkPrompt(viewer)
        prompt.left.connect(lambda: viewer.setFocus(Qt.FocusReason.OtherFocusReason))
        viewer.turned.connect(self._turned)
        viewer.left.connect(prompt.close_)
        self._wire_prompt(prompt)
        return prompt

    def _wire_viewer(self, viewer: "Viewer") -> None:
        for key, name in _VIEWER_KEYS.items():
            shortcut = QShortcut(QKeySequence(key), viewer)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._actions[name].trigger)

    def step_back(self) -> bool:
        """Esc: end what is written; whether anything was."""
        prompt = self.prompt.made
        if prompt is not None and prompt.isVisible():
            prompt.close_()
            return True
        focus = QApplication.focusWidget()
        if focus is not None and self._details.isAncestorOf(focus):
            self.left.emit()
            return True
        return False

    def _wire_details(self) -> None:
        details, marking = self._details, self._marking
        details.tag_field.offers_for = marking.offers
        details.tagAdded.connect(marking.tag)
        details.tagConfirmed.connect(marking.confirm)
        details.tagRejected.connect(marking.reject)
        details.tagForgotten.connect(marking.forget)
        details.captioned.connect(marking.caption)
        details.rated.connect(marking.rate)
        details.favoured.connect(marking.favour)
        details.left.connect(self.left)

    def _wire_prompt(self, prompt: "MarkPrompt") -> None:
        marking = self._marking
        prompt.field.offers_for = marking.offers

        def about() -> list[int]:
            return [] if prompt.photo_id is None else [prompt.photo_id]

        prompt.field.entered.connect(lambda term: marking.tag(about(), term))
        prompt.chips.confirmed.connect(lambda term: marking.confirm(about(), term))
        prompt.chips.rejected.connect(lambda term: marking.reject(about(), term))
        prompt.chips.forgotten.connect(lambda term: marking.forget(about(), term))
        prompt.caption.saved.connect(lambda caption: marking.caption(about(), caption))

    def _write(self, caption: bool) -> None:
        photo_id = self._looked_at()
        if photo_id is not None:
            self.prompt().open(photo_id, caption)
            self._renew()
            return
        if not self._actions["details"].isChecked():
            self._actions["details"].trigger()
        if caption:
            self._details.write_caption()
        else:
            self._details.write_tag()

    def _turned(self) -> None:
        """Another photo is looked at: what was written was about the one before."""
        prompt = self.prompt()
        if prompt.photo_id is not None and prompt.photo_id != self._viewer().photo_id:
            prompt.close_()

    def _renew(self) -> None:
        prompt = self.prompt.made
        photo_id = None if prompt is None else prompt.photo_id
        if prompt is not None and photo_id is not None:
            library, model = self._session.library, self._session.model
            self._session.read(
                "prompt", lambda: known_of(library, photo_id, model, None), prompt.show_known
            )
