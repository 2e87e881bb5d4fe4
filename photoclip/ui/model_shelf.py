"""What there is of models at one moment: on this computer, half fetched, in use, wanted."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from photoclip.clip.catalogue import OFFERS
from photoclip.clip.download import fetched_bytes
from photoclip.clip.models import STARTER, Model, available_models, find_model
from photoclip.core.library import Library
from photoclip.core.switching import Choice, choice
from photoclip.errors import PhotoClipError

_TITLES = {offer.name: offer.title for offer in OFFERS}


@dataclass(frozen=True)
class Shelf:
    """The models, as one look at disk and library has found them.

    Attributes:
        here: those on this computer, the starter first; last, in use from elsewhere.
        sizes: their bytes on disk, by name.
        fetched: what unfinished downloads have brought, in bytes, by the offer's name.
        choice: which one serves and which is wanted.
        running_on: where the one that answers runs, in words, or "".
    """

    here: tuple[Model, ...]
    sizes: Mapping[str, int]
    fetched: Mapping[str, int]
    choice: Choice
    running_on: str

    @property
    def answering(self) -> Model | None:
        """The one that answers: the starter, where the serving one is gone."""
        return self.find(self.choice.serving) or self.find(STARTER)

    def find(self, source: str) -> Model | None:
        """The model of this source, if it is here."""
        return next((model for model in self.here if model.source == source), None)


def read_shelf(library: Library, models_dir: Path, running_on: str) -> Shelf:
    """Look at what is there."""
    here = tuple(available_models(models_dir))
    chosen = choice(library)
    for source in (chosen.serving, chosen.wanted):
        # One may also lie elsewhere, named by its path.
        if source is not None and all(model.source != source for model in here):
            with suppress(PhotoClipError):
                here += (find_model(source, models_dir),)
    fetched = {offer.name: fetched_bytes(offer.name, models_dir) for offer in OFFERS}
    return Shelf(
        here=here,
        # A single file may lie among much else.
        sizes={
            model.name: folder_bytes(model.folder)
            for model in here
            if model.config_path.parent == model.folder
        },
        fetched={name: size for name, size in fetched.items() if size},
        choice=chosen,
        running_on=running_on,
    )


def folder_bytes(folder: Path) -> int:
    """How much the files in a folder take; 0 where it has gone."""
    try:
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    except OSError:
        return 0


def title_of(name: str) -> str:
    """What a model is called in a sentence; imported ones by their own names."""
    return "Starter" if name == STARTER else _TITLES.get(name, name)
