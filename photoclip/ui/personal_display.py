"""Personal tags wherever they are offered and shown: notice, menus of photos and of tags."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from photoclip.core.personal import LEAST_EXAMPLES
from photoclip.ui.actions import Actions
from photoclip.ui.marking import Marking, short
from photoclip.ui.overlays import Notice
from photoclip.ui.personal import PersonalTags, Standing
from photoclip.ui.session import Session
from photoclip.ui.sidebar import Sidebar
from photoclip.ui.sidebar_rows import Entry


class PersonalDisplay(QObject):
    """Follows `PersonalTags`.

    Args:
        photo_menu: has the command in it. targets: the photos that it is about.

    Signals:
        said: a sentence that is shown, for who listens.
        reviewAsked: a tag that the person wants to be asked about.
    """

    said = Signal(object)
    reviewAsked = Signal(object)

    def __init__(
        self,
        personal: PersonalTags,
        marking: Marking,
        session: Session,
        actions: Actions,
        notice: Notice,
        sidebar: Sidebar,
        photo_menu: QMenu,
        targets: Callable[[], list[int]],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._personal, self._marking, self._session = personal, marking, session
        self._notice, self._targets, self._window = notice, targets, window
        self._action = actions["find_more"]
        self._meant: str | None = None
        actions.connect("find_more", self._find_for_targets)
        photo_menu.aboutToShow.connect(self._look_at_targets)
        sidebar.menuAsked.connect(self._open_menu)
        marking.tagged.connect(self._offer)
        personal.began.connect(self._tell_beginning)
        personal.found.connect(self._tell)
        personal.failed.connect(self._say)
        personal.changed.connect(session.refresh)

    # Offered where photos were tagged

    def _offer(self, term: str) -> None:
        said = self._notice.sentence

        def offer(standings: list[Standing]) -> None:
            [standing] = standings
            wanted = standing.can_be_sought and not standing.sought
            if wanted and self._notice.sentence == said:
                self._notice.offer(
                    self.tr("Find more photos"), lambda: self._personal.look_for(term)
                )

        self._personal.read([term], offer, "offer")

    # In the menu of photos

    def _look_at_targets(self) -> None:
        """Find out which tag of the photos could be looked for."""
        targets, annotations = self._targets(), self._session.library.annotations
        self._show_meant(None, len(targets))

        def read(counts: dict[str, int]) -> None:
            def choose(standings: list[Standing]) -> None:
                own = [one for one in standings if not one.built_in]
                # What most of the photos have, and few others, is what they have in common.
                own.sort(key=lambda one: (-counts[one.term], one.examples, one.term))
                self._show_meant(own[0] if own else None, len(targets))

            self._personal.read(list(counts), choose, "meant")

        self._session.read("own tags", lambda: annotations.confirmed_in(targets), read)

    def _show_meant(self, standing: Standing | None, photos: int) -> None:
        self._meant = standing.term if standing is not None else None
        self._show(self._action, standing, photos)

    def _find_for_targets(self) -> None:
        if self._meant is not None:
            self._personal.look_for(self._meant)
            return
        self._marking.tagAsked.emit()
        self._say(self.tr("Type a tag for what these photos show. Then PhotoClip finds more."))

    # In the menu of a tag

    def _open_menu(self, entry: Entry, place: QPoint) -> None:
        if entry.kind != "tag":
            return

        def show(standings: list[Standing]) -> None:
            [standing] = standings
            self.menu(standing).popup(place)

        self._personal.read([entry.name], show, "tag menu")

    def menu(self, standing: Standing) -> QMenu:
        """What can be done with a tag."""
        menu, term = QMenu(self._window), standing.term
        menu.setObjectName("tagMenu")
        menu.aboutToHide.connect(menu.deleteLater)
        if not standing.built_in:
            find = menu.addAction("", lambda: self._personal.look_for(term))
            self._show(find, standing)
        review = menu.addAction(
            self.tr("Review suggested photos"), lambda: self.reviewAsked.emit(term)
        )
        review.setEnabled(standing.shown and standing.waiting > 0)
        if standing.sought:
            menu.addAction(self.tr("Stop suggesting it"), lambda: self._personal.stop_looking(term))
        return menu

    # What was found

    def _tell_beginning(self, term: str) -> None:
        self._say(self.tr("Looking for more photos of “%1”…").replace("%1", short(term)))

    def _tell(self, standing: Standing) -> None:
        words = self.tr("PhotoClip thinks %Ln more photo(s) show “%1”.", "", standing.waiting)
        if not standing.waiting:
            words = self.tr(
                "PhotoClip is not sure of any other photo of “%1” yet. Answers help it."
            )
        term = standing.term
        sentence = words.replace("%1", short(term))
        self._notice.say(sentence, self.tr("Review"), lambda: self.reviewAsked.emit(term))
        self.said.emit(sentence)

    def _show(self, action: QAction, standing: Standing | None, photos: int = 0) -> None:
        """Say in a menu what would be looked for, or why nothing can be.

        Args:
            standing: of the tag that is meant, None for none yet.
            photos: how many would be tagged first.
        """
        words = self.tr("Find more like these")
        if standing is not None:
            words = self.tr("Find more photos of “%1”").replace("%1", short(standing.term))
        examples = photos if standing is None else standing.examples
        why_not = ""
        if examples < LEAST_EXAMPLES:
            why_not = self.tr("choose at least %1 photos of it").replace("%1", str(LEAST_EXAMPLES))
        elif standing is not None and not standing.shown:
            why_not = self.tr("suggested tags are removed")
        action.setText(f"{words} ({why_not})" if why_not else words)
        action.setEnabled(not why_not)

    def _say(self, sentence: str) -> None:
        self._notice.say(sentence)
        self.said.emit(sentence)
