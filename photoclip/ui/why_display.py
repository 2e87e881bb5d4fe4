"""Why a photo is here and where in it, wherever a photo is looked at: details and viewer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QImage, QKeySequence, QShortcut

from photoclip.core.query import Feedback, Part
from photoclip.ui.actions import Actions
from photoclip.ui.details import Details
from photoclip.ui.later import Lazy
from photoclip.ui.places import Place
from photoclip.ui.session import Session
from photoclip.ui.undo import UndoStack
from photoclip.ui.why import Reasons, Why
from photoclip.ui.why_panel import WhyPanel

if TYPE_CHECKING:
    from photoclip.ui.viewer import Viewer

# New results are explained when a person stays on them this long, in ms: not while one types.
_STAY = 150


@dataclass(frozen=True, eq=False)
class _Spot:
    """Where a photo is looked at.

    Attributes:
        photo_id: gives the photo, None where there is none.
        overlay: lays a picture over the photo. tell: says how far that is.
    """

    panel: WhyPanel
    photo_id: Callable[[], int | None]
    overlay: Callable[[QImage | None], None]
    tell: Callable[[str], None]


class WhyDisplay(QObject):
    """Follows `Why`.

    Args:
        looked_at: gives the photo in the viewer, None while the grid is shown.
    """

    def __init__(
        self,
        why: Why,
        session: Session,
        undo: UndoStack,
        actions: Actions,
        details: Details,
        viewer: "Lazy[Viewer]",
        looked_at: Callable[[], int | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._why, self._session, self._actions = why, session, actions
        self._details, self._viewer, self._looked_at = details, viewer, looked_at
        self._beside = _Spot(
            details.why, lambda: details.photo_id, details.preview.show_overlay,
            details.preview.hint.say,
        )  # fmt: skip
        self._over: _Spot | None = None
        self._asked: object = None
        # Whether it is to be shown where in photos, of which part of the query, and what of that
        # is shown or looked for.
        self._where = False
        self._part: Part | Feedback | None = None
        self._mapped: object = None
        self._ready = False
        session.searching.ready.connect(self._get_ready)
        session.moved.connect(self._moved)
        self._soon = QTimer(self, singleShot=True, interval=_STAY)
        self._soon.timeout.connect(self._renew)
        session.listed.connect(lambda _: self._soon.start())
        undo.changed.connect(self._renew)
        details.turned.connect(self._renew)
        why.explained.connect(self._show)
        why.failed.connect(lambda sentence: self._spot.panel.show_sentence(sentence))
        why.mapped.connect(self._show_map)
        why.mapping.connect(self._show_progress)
        why.mapFailed.connect(self._show_no_map)
        details.why.whereAsked.connect(self._show_where)
        details.why.appeared.connect(self._come_back)
        actions.connect("why", self._open)
        viewer.when_made(self._wire_viewer)

    def _wire_viewer(self, viewer: "Viewer") -> None:
        actions = self._actions
        self._over = _Spot(viewer.why, self._looked_at, viewer.canvas.show_overlay, viewer.hint.say)
        viewer.turned.connect(self._turned)
        viewer.view.known.connect(lambda _: self._renew())
        viewer.why.whereAsked.connect(self._show_where)
        viewer.why.appeared.connect(self._renew)
        viewer.where_button.clicked.connect(lambda on: self._show_where(on, None))
        for key, call in {
            "Y": actions["like"].trigger,
            "N": actions["dislike"].trigger,
            "I": viewer.why_button.toggle,
            "H": viewer.where_button.click,
        }.items():
            shortcut = QShortcut(QKeySequence(key), viewer)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(call)
        self._show_buttons()

    @property
    def _spot(self) -> _Spot:
        return self._beside if self._over is None or self._looked_at() is None else self._over

    @property
    def _spots(self) -> list[_Spot]:
        return [self._beside] if self._over is None else [self._beside, self._over]

    def _open(self) -> None:
        """Bring the reasons into view, or in the viewer take them away again."""
        if self._looked_at() is not None:
            self._viewer().why_button.toggle()
            return
        if not self._actions["details"].isChecked():
            self._actions["details"].trigger()
        self._details.show_why()

    # What is asked

    def _renew(self) -> None:
        """Ask about the photo looked at: it, the query or the library is another."""
        spot, place = self._spot, self._session.place
        photo_id = spot.photo_id()
        if photo_id is None:
            self._turned()
            return
        asked = (spot, photo_id, place)
        fresh, self._asked = self._asked != asked, asked
        if spot.panel.isVisible():
            if fresh:
                getting_ready = self.tr("The model is getting ready…")
                spot.panel.show_waiting(self.tr("Finding out…") if self._ready else getting_ready)
            self._why.explain(photo_id, place)
        self._find(photo_id, place)

    def _come_back(self) -> None:
        """The details are in sight again: where something is was asked of what was there before."""
        self._show_where(False, None)
        self._renew()

    def _turned(self) -> None:
        """What was asked is about a photo that is not looked at any more."""
        self._why.forget()
        self._asked = self._mapped = None
        self._clear()

    def _moved(self, place: Place) -> None:
        """With another query nobody has asked where that is, but for one refined by thumbs."""
        self._soon.stop()
        if not place.searching or self._looked_at() is None:
            self._show_where(False, None)

    def _show_where(self, on: bool, part: Part | Feedback | None) -> None:
        self._where, self._part = on, part
        self._show_buttons()
        photo_id = self._spot.photo_id()
        if photo_id is not None:
            self._find(photo_id, self._session.place)

    def _find(self, photo_id: int, place: Place) -> None:
        """Look for what was asked in the photo, unless that is shown or looked for already."""
        spot = self._spot
        seen = spot is self._over or spot.panel.isVisible()
        here = (spot, photo_id, place, self._part, self._session.model)
        wanted = here if self._where and seen else None
        if wanted == self._mapped:
            return
        self._mapped = wanted
        self._clear()
        if wanted is None:
            self._why.stop_finding()
        else:
            spot.tell(self.tr("Looking where…"))
            self._why.find(photo_id, place, self._part)

    # What is shown

    def _show(self, reasons: Reasons) -> None:
        self._ready = True
        self._spot.panel.show_reasons(reasons)
        self._show_buttons()

    def _show_map(self, image: QImage | None) -> None:
        nothing = self.tr("No part of the photo stands out.")
        self._spot.overlay(image)
        self._spot.tell(nothing if image is None else "")

    def _show_progress(self, part: float) -> None:
        locale = self._details.locale()
        percent = locale.toString(round(100 * part)) + locale.percent()
        self._spot.tell(self.tr("Looking where… %1").replace("%1", percent))

    def _show_no_map(self, sentence: str) -> None:
        self._show_where(False, None)
        self._spot.tell(sentence)

    def _show_buttons(self) -> None:
        for spot in self._spots:
            spot.panel.show_where(self._where, self._part)
        if self._viewer.made is not None:
            self._viewer.made.where_button.setChecked(self._where and self._part is None)

    def _clear(self) -> None:
        for spot in self._spots:
            spot.overlay(None)
            spot.tell("")

    def _get_ready(self) -> None:
        self._ready = True
        self._renew()
