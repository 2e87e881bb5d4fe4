"""What there is of models at one moment: on this computer, half fetched, in use, wanted."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from photoclip.clip.catalogue import OFFERS
from photoclip.clip.download import fetched_bytes
from photoclip.clip.models import STARTER, Model, available_models, find_model, known_id
from photoclip.core.library import Library
from photoclip.core.switching import Choice, choice
from photoclip.core.types import StoredModel
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
        ids: what names their vectors, by source, of those that were read on this computer.
    """

    here: tuple[Model, ...]
    sizes: Mapping[str, int]
    fetched: Mapping[str, int]
    choice: Choice
    running_on: str
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def answering(self) -> Model | None:
        """The one that answers: the starter, where the serving one is gone."""
        return self.find(self.choice.serving) or self.find(STARTER)

    def find(self, source: str) -> Model | None:
        """The model of this source, if it is here."""
        return next((model for model in self.here if model.source == source), None)

    def maker(self, stored: StoredModel) -> Model | None:
        """The model that has made these vectors, if it is here; its name may be another by now.

        One whose id is not known yet is taken for the maker if it has the name.
        """
        for model in self.here:
            known = self.ids.get(model.source)
            if known == stored.id or (known is None and model.name == stored.name):
                return model
        return None


def read_shelf(
    library: Library, models_dir: Path, cache_dir: Path | None, running_on: str
) -> Shelf:
    """Look at what is there; reads no model's weights."""
    here = tuple(available_models(models_dir))
    chosen = choice(library)
    for source in (chosen.serving, chosen.wanted):
        # One may also lie elsewhere, named by its path.
        if source is not None and all(model.source != source for model in here):
            with suppress(PhotoClipError):
                here += (find_model(source, models_dir),)
    fetched = {offer.name: fetched_bytes(offer.name, models_dir) for offer in OFFERS}
    ids = {model.source: known_id(model, cache_dir) for model in here}
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
        ids={source: known for source, known in ids.items() if known is not None},
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
