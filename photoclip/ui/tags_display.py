"""The vocabulary and the review, wherever they are shown: window, page, sidebar."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from photoclip.core.types import TagCount
from photoclip.ui.actions import Actions
from photoclip.ui.previews import Previews
from photoclip.ui.review import Reviews, waiting
from photoclip.ui.review_page import ReviewPage
from photoclip.ui.session import Session
from photoclip.ui.sidebar import Sidebar
from photoclip.ui.undo import UndoStack
from photoclip.ui.vocabulary import Words
from photoclip.ui.vocabulary_window import VocabularyWindow


class TagsDisplay(QObject):
    """Follows `Words` and `Reviews`.

    Args:
        viewing: reads the pictures for the review.

    Signals:
        photosAsked: a term whose photos the person wants to see.
    """

    photosAsked = Signal(object)

    def __init__(
        self,
        words: Words,
        reviews: Reviews,
        session: Session,
        undo: UndoStack,
        actions: Actions,
        sidebar: Sidebar,
        pages: QStackedWidget,
        page: ReviewPage,
        viewing: Previews,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._words = words
        self._reviews, self._pages, self._page = reviews, pages, page
        self._sidebar, self._viewing = sidebar, viewing
        self._tags: list[TagCount] = []
        self.window = VocabularyWindow(words, window)
        self.window.photosAsked.connect(self.photosAsked)
        for name in ("undo", "redo"):
            self.window.addAction(actions[name])
        actions.connect("vocabulary", self.window.open)
        actions.connect("review", self.open_review)
        sidebar.reviewAsked.connect(self.open_review)
        session.tagsRead.connect(self._show_tags)
        words.tagged.connect(session.refresh)
        reviews.begun.connect(page.show_queue)
        reviews.failed.connect(page.show_failure)
        reviews.stands.connect(page.show_standing)
        reviews.learned.connect(words.learn)
        page.termChosen.connect(self._begin)
        page.answered.connect(reviews.answer)
        page.undoAsked.connect(undo.undo)
        page.left.connect(reviews.end)
        page.wanted.connect(self._feed)
        viewing.quick.connect(page.show_photo)
        viewing.sharp.connect(page.show_image)
        viewing.failed.connect(page.show_problem)

    def open_review(self) -> None:
        """Ask about the tag that was asked about last, or the one most photos wait with."""
        self._page.show_tags(self._tags)
        self._pages.setCurrentWidget(self._page)
        self._page.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._tags or self._page.term:
            self._begin(self._page.term or self._tags[0].term)
        else:
            self._page.show_nothing()

    def close(self) -> None:
        self.window.close()

    def _begin(self, term: str) -> None:
        self._page.show_waiting(term)
        self._page.setFocus(Qt.FocusReason.OtherFocusReason)
        self._reviews.begin(term)

    def _show_tags(self, tags: Sequence[TagCount]) -> None:
        if self._words.vocabulary is None:
            self._words.read()
        self._tags = waiting(tags)
        self._sidebar.show_review(sum(tag.count - tag.own for tag in self._tags))
        self.window.show_counts(tags)
        if self._pages.currentWidget() is self._page:
            self._page.show_tags(self._tags)

    def _feed(self, photo_id: int, ahead: tuple[int, ...], side: int) -> None:
        if not side:
            self._viewing.look(photo_id)
            return
        self._viewing.sharpen(photo_id, side)
        self._viewing.prepare(ahead, side)
