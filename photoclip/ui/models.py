"""The models as the app knows them: what there is, what is under way, and what a person may do."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QLocale, QObject, Signal

from photoclip.clip.catalogue import OFFERS
from photoclip.clip.download import discard_download
from photoclip.clip.hub import hub_endpoint
from photoclip.clip.importing import import_model
from photoclip.clip.models import Model, remove_model
from photoclip.core.library import Library
from photoclip.core.switching import Choice, choice
from photoclip.core.types import Change, IndexProgress, StoredModel, SwitchReport
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from photoclip.ui import desktop
from photoclip.ui.estimate import Estimate
from photoclip.ui.jobs import Bridge, Lane
from photoclip.ui.model_rows import KEPT, Row, Switching, rows_of
from photoclip.ui.model_shelf import Shelf, read_shelf, title_of
from photoclip.ui.session import Session
from photoclip.ui.switch_job import SwitchJob
from photoclip.ui.transfers import Import, Transfers

_OFFERS = {offer.name: offer for offer in OFFERS}


class Models(QObject):
    """Reads what there is off the GUI thread, and does what a row's buttons ask for.

    Args:
        cache_dir: where the ids of models are remembered; None for nowhere.
        running_on: where the model that answers runs, in words; called in another thread.
        mirror: the address of a mirror of the model hub, "" for the hub itself.

    Attributes:
        shelf: what was there at the last look; None before the first.
        switching: how preparing the wanted model goes.

    Signals, all in the GUI thread:
        changed: the rows are not as they were.
        said: (a sentence, what is offered about it or "", what that does or None).
        asked: the key of a row that a person should look at.
        mirrorChanged: another mirror is to be remembered.
    """

    changed = Signal()
    said = Signal(object, object, object)
    asked = Signal(object)
    mirrorChanged = Signal()

    def __init__(
        self,
        session: Session,
        switch: SwitchJob,
        models_dir: Path,
        cache_dir: Path | None,
        running_on: Callable[[], str],
        mirror: str,
        bridge: Bridge,
        parent: QObject | None = None,
        import_model: Import = import_model,
    ) -> None:
        super().__init__(parent)
        self._session, self._switch = session, switch
        self._models_dir, self._cache_dir = models_dir, cache_dir
        self._running_on = running_on
        self.mirror = mirror
        self.shelf: Shelf | None = None
        self.switching = Switching()
        self._kept: tuple[StoredModel, ...] = ()
        self._problems: dict[str, str] = {}
        self._before: str | None = None
        self._jobs = 0
        self._estimate = Estimate()
        self._stop = StopFlag()
        self._lane = Lane(bridge, "models")
        # Of a large library it takes long, and nothing waits for it.
        self._forgetting = Lane(bridge, "forgetting")
        self._transfers = Transfers(models_dir, bridge, self, import_model)
        self._transfers.changed.connect(self.changed)
        self._transfers.ended.connect(self._arrived)
        switch.progressed.connect(self._show_progress)
        switch.stateChanged.connect(self._show_state)
        switch.switched.connect(self._switched)
        switch.ended.connect(self._prepared)
        session.searching.ready.connect(self.refresh)

    # What there is

    def rows(self) -> list[Row]:
        """What the window shows."""
        if self.shelf is None:
            return []
        kept = [stored for stored in self._kept if stored.id != self._session.model]
        transfers = self._transfers.now()
        return rows_of(self.shelf, transfers, self.switching, kept, self._problems)

    @property
    def prepared_title(self) -> str:
        """What the model being prepared is called, which serves towards the end."""
        if self.shelf is None:
            return ""
        return self._title(self.shelf.choice.wanted or self.shelf.choice.serving)

    @property
    def can_cancel(self) -> bool:
        """Whether a model is wanted that does not serve yet."""
        return self.shelf is not None and self.shelf.choice.wanted is not None

    @property
    def answering(self) -> Model | None:
        """The model that answers; None while that is not known."""
        return None if self.shelf is None else self.shelf.answering

    def refresh(self) -> None:
        """Look again at what there is, in the background."""
        library, folder, cache = self._session.library, self._models_dir, self._cache_dir
        self._lane.submit(
            "shelf",
            lambda: read_shelf(library, folder, cache, self._running_on()),
            self._show_shelf,
        )

    def refresh_kept(self) -> None:
        """Look again at whose vectors are kept, which in a large library takes a while."""

        def show(kept: tuple[StoredModel, ...]) -> None:
            self._kept = kept
            self.changed.emit()

        self._lane.submit("kept", self._session.library.stored_models, show)

    def close(self) -> None:
        """Stop what is on its way here, and wait."""
        self._stop.stop()
        self._transfers.close()
        self._lane.close()
        self._forgetting.close()

    # What a person does

    def do(self, verb: str, key: str) -> None:
        """Do one of the steps of a row."""
        self._problems.pop(key, None)
        steps: dict[str, Callable[[str], object]] = {
            "get": lambda name: self._transfers.get(_OFFERS[name], self.mirror),
            "stop": self._transfers.stop,
            "again": self._transfers.bring,
            "dismiss": self._transfers.forget,
            "discard": self._discard,
            "use": self._use,
            "go_on": lambda _: self._switch.resume(),
            "hold": lambda _: self._switch.job.pause(),
            "unhold": lambda _: self._switch.job.resume(),
            "cancel": lambda _: self.cancel_switch(),
            "remove": self._remove,
            "forget": self._forget,
            "page": lambda name: desktop.open_page(_OFFERS[name].page),
        }
        steps[verb](key)
        self.changed.emit()

    def bring(self, path: str) -> None:
        """Import a model from a folder or a file."""
        self._transfers.bring(path)

    def set_mirror(self, address: str) -> str:
        """Download from this address from now on, "" for the hub itself.

        Returns:
            "", or in a sentence why it stays as it was.
        """
        if address:
            try:
                address = hub_endpoint(address)
            except PhotoClipError as error:
                return str(error)
        self.mirror = address
        self.mirrorChanged.emit()
        return ""

    def cancel_switch(self) -> None:
        """Stay with the model that answers."""
        self._switch.cancel()
        # What the library says follows; until then nothing offers to go on.
        if self.shelf is not None:
            now = replace(self.shelf.choice, wanted=None)
            self.shelf = replace(self.shelf, choice=now)
            self.changed.emit()

    def toggle_switch(self) -> None:
        """Pause preparing the wanted model, or go on."""
        job = self._switch.job
        (job.resume if job.paused else job.pause)()

    def _use(self, name: str) -> None:
        model = self._named(name)
        if model is not None:
            self._go_to(model.source)

    def _go_to(self, source: str) -> None:
        self._switch.use(source)
        if self.shelf is None:
            return
        self._before = serving = self.shelf.choice.serving
        now = Choice(serving, source if source != serving else None)
        self.shelf = replace(self.shelf, choice=now)
        self.changed.emit()

    def _remove(self, name: str) -> None:
        library, folder, model = self._session.library, self._models_dir, self._named(name)
        if model is None:
            return

        def remove() -> None:
            _refuse_in_use(library, model)
            remove_model(model.name, folder)

        self._try(name, remove)

    def _discard(self, name: str) -> None:
        self._transfers.forget(name)
        self._try(name, lambda: discard_download(name, self._models_dir))

    def _forget(self, key: str) -> None:
        model, library = key.removeprefix(KEPT), self._session.library

        def forget() -> Change:
            chosen = choice(library)

            def go_on() -> bool:
                unused = model != self._session.model and choice(library) == chosen
                return unused and not self._stop.stopped

            return library.delete_vectors(model, go_on)

        def show(change: Change) -> None:
            self._session.refresh(change)
            self.refresh_kept()

        self._forgetting.submit(key, forget, show)

    def _try(self, key: str, work: Callable[[], object]) -> None:
        """Do it off the GUI thread; what is wrong stands in the row."""

        def failed(error: PhotoClipError) -> None:
            self._problems[key] = str(error)
            self.refresh()

        self._jobs += 1
        self._lane.submit(f"job {self._jobs}", work, lambda _: self.refresh(), failed)

    # What happens meanwhile

    def _show_shelf(self, shelf: Shelf) -> None:
        self.shelf = shelf
        if shelf.choice.wanted is not None:
            self._before = shelf.choice.serving
        self.changed.emit()

    def _arrived(self, name: str, model: Model | None) -> None:
        self.refresh()
        if model is not None:
            source = model.source
            sentence = self.tr("%1 is on this computer now.").replace("%1", title_of(model.name))
            self.said.emit(sentence, self.tr("Use it"), lambda: self._go_to(source))

    def _show_progress(self, progress: IndexProgress) -> None:
        left = self._estimate.words(progress)
        self.switching = replace(self.switching, progress=progress, left=left)
        self.changed.emit()

    def _show_state(self) -> None:
        job = self._switch.job
        if job.running and not self.switching.running:
            self._estimate.restart()
            self.refresh()
        self.switching = Switching(
            job.running,
            job.paused,
            job.stopping,
            self.switching.progress if self.switching.running else None,
            self.switching.left,
        )
        self.changed.emit()

    def _switched(self) -> None:
        library = self._session.library
        self._session.read(
            "serving",
            lambda: choice(library).serving,
            lambda now: self._say_switched(self.tr("%1 answers now."), now),
        )
        self.refresh()
        self.refresh_kept()

    def _prepared(self, source: str, report: SwitchReport | None) -> None:
        self.refresh()
        self.refresh_kept()
        if report is None or report.stopped or not report.left:
            return
        if report.switched:
            words = self.tr(
                "%1 answers now. Some photos are on a drive that is not connected; it sees them "
                "when that is back."
            )
            self._say_switched(words, source)
            return
        sentence = self.tr(
            "%1 could not see %2 photos, too many for search to lose, so the present model "
            "goes on answering. Connect their drive, then resume it."
        )
        title = self._title(source)
        self.said.emit(
            sentence.replace("%1", title).replace("%2", QLocale().toString(report.left)),
            self.tr("Open Models"),
            lambda: self.asked.emit(""),
        )

    def _say_switched(self, words: str, now: str) -> None:
        sentence, before = words.replace("%1", self._title(now)), self._before
        if before is None or before == now or self.shelf is None or not self.shelf.find(before):
            self.said.emit(sentence, "", None)
        else:
            self.said.emit(sentence, self.tr("Go back"), lambda: self._go_to(before))

    def _named(self, name: str) -> Model | None:
        here = () if self.shelf is None else self.shelf.here
        return next((model for model in here if model.name == name), None)

    def _title(self, source: str) -> str:
        model = None if self.shelf is None else self.shelf.find(source)
        return title_of(Path(source).name if model is None else model.name)


def _refuse_in_use(library: Library, model: Model) -> None:
    now = choice(library)
    if model.source in (now.serving, now.wanted):
        raise PhotoClipError(
            f"“{title_of(model.name)}” is in use and cannot be removed. Use another model first."
        )
