"""Everything that works for the window, made when the library is open, and taken down with it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from photoclip.clip.importing import import_model
from photoclip.core.library import Library
from photoclip.core.settings import Settings
from photoclip.ui.actions import Actions
from photoclip.ui.describe import Proposals
from photoclip.ui.index_job import IndexJob
from photoclip.ui.jobs import Bridge
from photoclip.ui.models import Models
from photoclip.ui.personal import PersonalTags
from photoclip.ui.previews import Previews
from photoclip.ui.resting import Resting
from photoclip.ui.review import Reviews
from photoclip.ui.searching import Searching
from photoclip.ui.session import Session
from photoclip.ui.sidecar_job import SidecarJob
from photoclip.ui.switch_job import SwitchJob
from photoclip.ui.teach import Lessons
from photoclip.ui.thumbnails import Thumbnails
from photoclip.ui.transfers import Import
from photoclip.ui.undo import UndoStack
from photoclip.ui.vocabulary import Words
from photoclip.ui.why import Why

if TYPE_CHECKING:
    from photoclip.core.serving import Serving


@dataclass(frozen=True, eq=False)
class Opened:
    """An open library, and the model that answers for it.

    Attributes:
        model: the id of that model.
        running_on: where it runs, in words; called in another thread.
        cache_dir: where the ids of models are remembered; None for nowhere.
        import_model: as `clip.importing` does it, here or elsewhere.
    """

    library: Library
    serving: "Serving"
    model: str
    running_on: Callable[[], str]
    models_dir: Path
    cache_dir: Path | None
    import_model: Import = import_model


@dataclass(frozen=True, eq=False)
class Workers:
    """Each does one thing off the GUI thread.

    Attributes:
        looking: reads the pictures for the details. viewing: those for the viewer.
    """

    session: Session
    job: IndexJob
    switch: SwitchJob
    thumbnails: Thumbnails
    looking: Previews
    viewing: Previews
    models: Models
    undo: UndoStack
    words: Words
    reviews: Reviews
    personal: PersonalTags
    sidecars: SidecarJob
    why: Why
    proposals: Proposals
    lessons: Lessons
    resting: Resting

    @classmethod
    def of(
        cls, opened: Opened, settings: Settings, actions: Actions, bridge: Bridge, parent: QObject
    ) -> "Workers":
        """Those for a library."""
        library, serving = opened.library, opened.serving
        searching = Searching(library, serving, bridge, parent)
        session = Session(library, searching, opened.model, bridge, parent)
        switch = SwitchJob(session, serving.switch, bridge, parent)
        undo = UndoStack(session, actions, parent)
        job = IndexJob(serving.index, bridge, parent)
        lessons = Lessons(session, undo, serving, bridge, parent)
        return cls(
            session=session,
            job=job,
            switch=switch,
            thumbnails=Thumbnails(library, bridge, parent),
            looking=Previews(library, bridge, "preview", parent),
            viewing=Previews(library, bridge, "viewer", parent),
            models=Models(
                session,
                switch,
                opened.models_dir,
                opened.cache_dir,
                opened.running_on,
                settings.model_mirror,
                bridge,
                parent,
                opened.import_model,
            ),
            undo=undo,
            words=Words(session, undo, serving, bridge, parent),
            reviews=Reviews(session, undo, serving, bridge, parent),
            personal=PersonalTags(session, undo, serving, bridge, parent),
            sidecars=SidecarJob(session, bridge, parent),
            why=Why(session, serving, bridge, parent),
            proposals=Proposals(serving, bridge, parent),
            lessons=lessons,
            resting=Resting(searching, (job, switch, lessons), serving.rest, parent),
        )

    def close(self) -> None:
        """Stop, and wait. What is indexed is kept; the next start goes on."""
        for worker in (
            self.resting, self.models, self.words, self.reviews, self.personal, self.why,
            self.lessons, self.proposals, self.job, self.sidecars, self.switch, self.session,
            self.thumbnails, self.looking, self.viewing,
        ):  # fmt: skip
            worker.close()
