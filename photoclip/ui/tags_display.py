"""The vocabulary and the review, wherever they are shown: window, page, sidebar."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from photoclip.core.review import Doubts, Question
from photoclip.core.types import TagCount
from photoclip.ui.actions import Actions
from photoclip.ui.later import Lazy
from photoclip.ui.pages import Pages
from photoclip.ui.previews import Previews
from photoclip.ui.review import Reviews
from photoclip.ui.session import Session
from photoclip.ui.sidebar import Sidebar
from photoclip.ui.undo import UndoStack
from photoclip.ui.vocabulary import Words

if TYPE_CHECKING:
    from photoclip.ui.review_page import ReviewPage
    from photoclip.ui.vocabulary_window import VocabularyWindow


class TagsDisplay(QObject):
    """Follows `Words` and `Reviews`.

    Args:
        viewing: reads the pictures for the review.

    Signals:
        photosAsked: a term whose photos the person wants to see.
        announced: a sentence for a screen reader.
    """

    photosAsked = Signal(object)
    announced = Signal(object)

    def __init__(
        self,
        words: Words,
        reviews: Reviews,
        session: Session,
        undo: UndoStack,
        actions: Actions,
        sidebar: Sidebar,
        pages: Pages,
        viewing: Previews,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._words, self._reviews, self._undo = words, reviews, undo
        self._pages, self._page, self._sidebar = pages, pages.review, sidebar
        self._actions, self._viewing, self._parent = actions, viewing, window
        self._doubts = Doubts()
        self._tags: Sequence[TagCount] = ()
        # Whether suggestions follow the answers now, and whether the viewer leads back here.
        self._learning = self._away = False
        self._window = Lazy(self._make_window)
        actions.connect("vocabulary", lambda: self.window.open())
        actions.connect("review", self.open_review)
        sidebar.reviewAsked.connect(self.open_review)
        session.tagsRead.connect(self._show_tags)
        words.tagged.connect(session.refresh)
        reviews.doubted.connect(self._show_doubts)
        reviews.learned.connect(self._learn)
        words.tagging.connect(self._tagged)
        words.refused.connect(lambda _: self._end_learning(""))
        pages.currentChanged.connect(self._turned)
        self._page.when_made(self._wire_page)

    @property
    def window(self) -> "VocabularyWindow":
        return self._window()

    def _make_window(self) -> "VocabularyWindow":
        from photoclip.ui.vocabulary_window import VocabularyWindow

        window = VocabularyWindow(self._words, self._parent)
        window.photosAsked.connect(self.photosAsked)
        for name in ("undo", "redo"):
            window.addAction(self._actions[name])
        window.show_counts(self._tags)
        return window

    def _wire_page(self, page: "ReviewPage") -> None:
        reviews = self._reviews
        reviews.begun.connect(page.show_queue)
        reviews.failed.connect(page.show_failure)
        reviews.stands.connect(page.show_standing)
        reviews.pictured.connect(page.next.show_images)
        page.next.wanted.connect(reviews.picture)
        page.openAsked.connect(self._view)
        page.answered.connect(self._announce)
        page.termChosen.connect(self._begin)
        page.answered.connect(reviews.answer)
        page.moreAsked.connect(reviews.begin)
        page.undoAsked.connect(self._undo.undo)
        page.left.connect(reviews.end)
        page.view.feed_from(self._viewing)

    def open_review(self, term: str = "") -> None:
        """Ask about a tag: that asked about last, unless it is done, or the first that waits."""
        tags, page = self._doubts.tags, self._page()
        page.show_tags(tags)
        self._pages.setCurrentWidget(page)
        page.setFocus(Qt.FocusReason.OtherFocusReason)
        last = page.term
        if not tags or last in dict(tags):
            term = term or last
        if term or tags:
            self._begin(term or tags[0][0])
        else:
            page.show_nothing()

    def take_up(self) -> bool:
        """Go back from the viewer to the question it was opened from, if it was."""
        if self._away:
            self._pages.turn_to(self._page)
            self._page().setFocus(Qt.FocusReason.OtherFocusReason)
        return self._pages.shows(self._page)

    def close(self) -> None:
        if self._window.made is not None:
            self._window.made.close()

    def _begin(self, term: str) -> None:
        page = self._page()
        page.show_waiting(term)
        page.setFocus(Qt.FocusReason.OtherFocusReason)
        self._reviews.begin(term)

    def _show_tags(self, tags: Sequence[TagCount]) -> None:
        if self._words.vocabulary is None:
            self._words.read()
        self._tags = tags
        if self._window.made is not None:
            self._window.made.show_counts(tags)

    def _show_doubts(self, doubts: Doubts) -> None:
        self._doubts = doubts
        self._sidebar.show_review(doubts.photos)
        if self._pages.shows(self._page):
            self._page().show_tags(doubts.tags)

    def _view(self, photo_ids: Sequence[int], at: int) -> None:
        """Show the photo that is asked about in the viewer."""
        self._away = True
        self._pages.turn_to(self._pages.viewer)
        self._pages.viewer().open(np.array(photo_ids, np.int64), at)

    def _turned(self) -> None:
        if not self._pages.shows(self._pages.viewer):
            self._away = False

    def _announce(self, term: str, question: Question, yes: bool) -> None:
        words = self.tr("Tag “%1” confirmed") if yes else self.tr("Tag “%1” rejected")
        self.announced.emit(words.replace("%1", term))

    def _learn(self) -> None:
        self._learning = True
        self._note(self.tr("Suggestions follow your answers in a moment…"))
        self._words.learn()

    def _tagged(self, done: int, total: int) -> None:
        if self._learning and not total:
            self._end_learning(self.tr("Suggestions follow your answers"))
            self._reviews.look()

    def _end_learning(self, note: str) -> None:
        self._learning = False
        self._note(note)

    def _note(self, note: str) -> None:
        if self._page.made is not None:
            self._page.made.show_note(note)
