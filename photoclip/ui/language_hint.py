"""Says once that the model does not understand the language of a query, and which one does."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from photoclip.clip.catalogue import OFFERS
from photoclip.clip.models import Model
from photoclip.core.types import Change, TagCount
from photoclip.ui.languages import language_name, language_of
from photoclip.ui.model_shelf import title_of
from photoclip.ui.models import Models
from photoclip.ui.overlays import Notice
from photoclip.ui.places import Place
from photoclip.ui.session import Session

_SETTING = "language hint dismissed"


class LanguageHint(QObject):
    """Looks at what is searched for, and never stands in its way.

    It is said once while the app runs; never again in a library where it was answered.

    Args:
        show: leads a person to a model, by its name.
    """

    def __init__(
        self,
        session: Session,
        models: Models,
        notice: Notice,
        show: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._models, self._notice, self._show = session, models, notice, show
        self._said = False
        # Words of a person's own need no model that understands them.
        self._own: list[str] = []
        session.tagsRead.connect(self._know)
        session.moved.connect(self._look)

    def _know(self, tags: Sequence[TagCount]) -> None:
        self._own = sorted((tag.term for tag in tags if tag.own), key=len, reverse=True)

    def _without_own(self, text: str) -> str:
        for own in self._own:
            text = text.replace(own, " ")
        # One may be typed no further than its beginning yet.
        foreign = [w for w in text.split() if not any(own.startswith(w) for own in self._own)]
        return " ".join(foreign)

    def _look(self, place: Place) -> None:
        language = None if self._said else language_of(self._without_own(place.text))
        model = self._models.answering
        if language is None or model is None or model.understands(language) is not False:
            return
        # Nothing need be said where one that does is on its way already.
        shelf = self._models.shelf
        wanted = shelf.find(shelf.choice.wanted or "") if shelf is not None else None
        if wanted is not None and wanted.understands(language):
            return
        self._said = True
        library = self._session.library

        def say(answered: str | None) -> None:
            if answered is None:
                self._say(language, model)

        self._session.read("language hint", lambda: library.setting(_SETTING), say)

    def _say(self, language: str, model: Model) -> None:
        name = self._better(language)
        sentence = self.tr("This model understands %1. For %2, get %3.")
        if any(here.name == name for here in self._here()):
            sentence = self.tr("This model understands %1. For %2, use %3.")
        known = ", ".join(language_name(code) for code in model.languages)
        sentence = sentence.replace("%1", known).replace("%2", language_name(language))
        self._notice.say(
            sentence.replace("%3", title_of(name)),
            self.tr("Open Models"),
            lambda: self._lead(name),
            stay=True,
            dismissed=self._remember,
        )

    def _lead(self, name: str) -> None:
        self._remember()
        self._show(name)

    def _better(self, language: str) -> str:
        """The model to use: one that is here, else the first on offer."""
        for model in self._here():
            if model.understands(language):
                return model.name
        return next(offer.name for offer in OFFERS if offer.chinese)

    def _here(self) -> tuple[Model, ...]:
        shelf = self._models.shelf
        return () if shelf is None else shelf.here

    def _remember(self) -> None:
        library = self._session.library

        def write() -> Change:
            library.set_setting(_SETTING, "yes")
            return Change()

        self._session.write(write)
