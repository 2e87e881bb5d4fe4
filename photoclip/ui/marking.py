"""Tags, ratings, favourites and captions of the photos selected or looked at, each undoable."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice

from PySide6.QtCore import QObject, Signal

from photoclip.core.annotations import tag_name
from photoclip.core.edits import Edit
from photoclip.core.personal_tags import sought
from photoclip.core.terms import fold
from photoclip.core.types import TagCount
from photoclip.core.vocabulary import Vocabulary
from photoclip.ui.actions import Actions
from photoclip.ui.session import Session
from photoclip.ui.undo import Done, UndoStack, annotated

_OFFERED, _MOST_OWN = 8, 3
_LONGEST_SHOWN = 40
_STARS = 5


class Marking(QObject):
    """Carries out what a person says of photos.

    Args:
        targets: the photos that the commands are about.

    Signals:
        tagAsked, captionAsked: the person wants to type one.
        tagged: a tag that some photos have been given.
    """

    tagAsked = Signal()
    captionAsked = Signal()
    tagged = Signal(object)

    def __init__(
        self,
        actions: Actions,
        session: Session,
        undo: UndoStack,
        targets: Callable[[], list[int]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions, self._session, self._undo = actions, session, undo
        self._targets = targets
        self._vocabulary: Vocabulary | None = None
        self._words: tuple[TagCount, ...] = ()
        self._own: list[tuple[str, str]] | None = None
        self._sought: tuple[str, ...] = ()
        self._suggesting = True
        for stars in range(_STARS + 1):
            actions.connect(f"rate_{stars}", partial(self._rate_targets, stars))
        actions.connect("favourite", self._toggle_favourite)
        actions.connect("tag", self.tagAsked.emit)
        actions.connect("caption", self.captionAsked.emit)
        actions.connect("accept", lambda: self.accept(self._targets()))
        actions.connect("suggestions", self._toggle_suggestions)
        session.tagsRead.connect(self._learn)

    # What can be said of photos

    def tag(self, photo_ids: Sequence[int], text: str) -> None:
        """Give the photos a tag as it was typed, of the person's own."""
        self.confirm(photo_ids, self.spelled(text))

    def confirm(self, photo_ids: Sequence[int], term: str) -> None:
        """A tag is right: it is the person's own from now on."""
        words = self.tr("Tagged “%1”")
        if len(photo_ids) > 1:
            words = self.tr("%Ln photo(s) tagged “%1”", "", len(photo_ids))
        self._edit(
            photo_ids,
            lambda: self._session.library.annotations.confirm(
                photo_ids, tag_name(term), self._session.model
            ),
            words.replace("%1", short(term)),
            lambda: self.tagged.emit(term),
        )

    def reject(self, photo_ids: Sequence[int], term: str) -> None:
        """A tag is wrong. A word of the person's own, which nobody suggests, is taken away."""
        library, model = self._session.library, self._session.model
        known = self._vocabulary is None or self._vocabulary.find(term) is not None
        words = self.tr("Removed “%1”")
        if known or term in self._sought:
            words = self.tr("Rejected “%1”")

        def edit() -> Edit:
            if known or term in sought(library):
                return library.annotations.reject(photo_ids, term, model)
            return library.annotations.forget(photo_ids, term)

        self._edit(photo_ids, edit, words.replace("%1", short(term)))

    def forget(self, photo_ids: Sequence[int], term: str) -> None:
        """Take back what was decided on a tag."""
        self._edit(
            photo_ids,
            lambda: self._session.library.annotations.forget(photo_ids, term),
            self.tr("“%1” may be suggested again").replace("%1", short(term)),
        )

    def _rate_targets(self, stars: int) -> None:
        self.rate(self._targets(), stars)

    def rate(self, photo_ids: Sequence[int], stars: int) -> None:
        count = len(photo_ids)
        words = self.tr("Rated %1") if stars else self.tr("Rating removed")
        if count > 1 and stars:
            words = self.tr("%Ln photo(s) rated %1", "", count)
        elif count > 1:
            words = self.tr("Rating of %Ln photo(s) removed", "", count)
        self._edit(
            photo_ids,
            lambda: self._session.library.annotations.rate(photo_ids, stars),
            words.replace("%1", "★" * stars),
        )

    def favour(self, photo_ids: Sequence[int], favourite: bool) -> None:
        count = len(photo_ids)
        words = self.tr("Made a favourite") if favourite else self.tr("No favourite any more")
        if count > 1 and favourite:
            words = self.tr("%Ln photo(s) made favourites", "", count)
        elif count > 1:
            words = self.tr("%Ln photo(s) are no favourites any more", "", count)
        self._edit(
            photo_ids,
            lambda: self._session.library.annotations.favour(photo_ids, favourite),
            words,
        )

    def caption(self, photo_ids: Sequence[int], caption: str) -> None:
        words = self.tr("Caption saved") if caption else self.tr("Caption removed")
        if len(photo_ids) > 1:
            words = self.tr("Caption saved for %Ln photo(s)", "", len(photo_ids))
        self._edit(
            photo_ids,
            lambda: self._session.library.annotations.caption(photo_ids, caption),
            words,
        )

    def accept(self, photo_ids: Sequence[int]) -> None:
        """Confirm all that is suggested for the photos."""
        annotations, model = self._session.library.annotations, self._session.model

        def edits() -> Sequence[Edit]:
            photos_by_term: dict[str, list[int]] = {}
            for photo_id in photo_ids:
                for tag in annotations.tags(photo_id, model).suggested:
                    photos_by_term.setdefault(tag.term, []).append(photo_id)
            return [annotations.confirm(ids, t, model) for t, ids in photos_by_term.items()]

        if photo_ids:
            words = self.tr("Suggestions accepted for %Ln photo(s)", "", len(photo_ids))
            nothing = self.tr("Nothing is suggested here.")
            self._undo.do(annotated(annotations, edits), words, otherwise=nothing)

    def show_suggestions(self, shown: bool) -> None:
        """Take all that PhotoClip suggested out of sight, or bring it back."""
        annotations = self._session.library.annotations

        def act_of(wanted: bool) -> Callable[[], Done]:
            def act() -> Done:
                return Done(annotations.show_suggestions(wanted), act_of(not wanted))

            return act

        gone = self.tr("Removed everything PhotoClip suggested; your own tags stay")
        back = self.tr("PhotoClip suggests tags again")
        self._undo.do(act_of(shown), back if shown else gone)

    # Words

    def offers(self, typed: str) -> list[tuple[str, str]]:
        """Tags that begin as what is typed, the person's own words first."""
        if self._vocabulary is None:
            return []
        wanted = fold(typed)
        terms = self._vocabulary.search(typed, _OFFERED)
        known = {term.term for term in terms}
        if self._own is None:
            # Not at every key: there may be tens of thousands of them.
            self._own = [(fold(tag.term), tag.term) for tag in self._words if tag.own]
        found = (
            (term, "")
            for folded, term in self._own
            if folded.startswith(wanted) and term not in known
        )
        own = list(islice(found, _MOST_OWN))
        return (own + [(t.term, _other_name(t.names, t.chinese, wanted)) for t in terms])[:_OFFERED]

    def spelled(self, text: str) -> str:
        """The tag that is meant: a term of the vocabulary or a word in use, however written."""
        wanted = fold(text)
        used = next((tag.term for tag in self._words if fold(tag.term) == wanted), None)
        if used is not None:
            return used
        term = self._vocabulary.find(text) if self._vocabulary is not None else None
        # A plural passes for its singular where one searches; a tag is what the person wrote.
        exact = term is not None and wanted in map(fold, term.names)
        return term.term if term is not None and exact else text.strip()

    def know(self, vocabulary: Vocabulary) -> None:
        """These are the terms now."""
        self._vocabulary = vocabulary

    def read_suggesting(self) -> None:
        """Find out whether tags are suggested, for the menu to say what can be done."""

        def show(suggesting: bool) -> None:
            self._suggesting = suggesting
            self._actions["suggestions"].setText(
                self.tr("Remove everything PhotoClip suggested")
                if suggesting
                else self.tr("Suggest tags again")
            )

        annotations = self._session.library.annotations
        self._session.read("suggesting", lambda: annotations.suggesting, show)

    def _edit(
        self,
        photo_ids: Sequence[int],
        make: Callable[[], Edit],
        sentence: str,
        done: Callable[[], None] | None = None,
    ) -> None:
        if photo_ids:
            annotations = self._session.library.annotations
            self._undo.do(annotated(annotations, lambda: [make()]), sentence, done=done)

    def _toggle_favourite(self) -> None:
        photo_ids = self._targets()

        def read() -> bool:
            said = self._session.library.annotations.annotations(photo_ids)
            return all(i in said and said[i].favourite for i in photo_ids)

        if photo_ids:
            self._session.read("favourite", read, lambda every: self.favour(photo_ids, not every))

    def _toggle_suggestions(self) -> None:
        self.show_suggestions(not self._suggesting)

    def _learn(self, tags: Sequence[TagCount]) -> None:
        self._words, self._own = tuple(tags), None
        self.read_suggesting()
        library = self._session.library
        self._session.read("sought tags", lambda: sought(library), self._keep)

    def _keep(self, terms: tuple[str, ...]) -> None:
        self._sought = terms


def short(term: str) -> str:
    """A tag as it stands in a sentence."""
    return term if len(term) <= _LONGEST_SHOWN else term[: _LONGEST_SHOWN - 1].rstrip() + "…"


def _other_name(names: Sequence[str], chinese: str, wanted: str) -> str:
    """Which of its names to show beside a term: the one typed, else the Chinese one."""
    if any(wanted in fold(name) for name in names[:1]):
        return chinese
    return next((name for name in names[1:] if wanted in fold(name)), chinese)
