"""The running app: makes the parts, opens the window, and takes all down in the right order."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from photoclip.core import settings as stored
from photoclip.core.library import Library
from photoclip.ui.crash import CrashDialog
from photoclip.ui.describe import Describes, Proposals
from photoclip.ui.index_job import IndexJob, Run
from photoclip.ui.jobs import Bridge
from photoclip.ui.main_window import MainWindow
from photoclip.ui.models import Models
from photoclip.ui.personal import Finds, PersonalTags
from photoclip.ui.previews import Previews
from photoclip.ui.review import Reviews, Tagging
from photoclip.ui.session import Searches, Session
from photoclip.ui.sidecar_job import SidecarJob
from photoclip.ui.switch_job import Prepare, SwitchJob
from photoclip.ui.teach import Lessons, Teaches
from photoclip.ui.teach_window import TeachWindow
from photoclip.ui.theme import Theme
from photoclip.ui.thumbnails import Thumbnails
from photoclip.ui.vocabulary import Words
from photoclip.ui.why import Explains, Why

# The window is drawn before anything heavy begins, in ms.
_FIRST_PAINT = 50


class Serves(Tagging, Explains, Teaches, Describes, Finds, Protocol):
    """What the model that answers is asked for; see `photoclip.core.serving.Serving`."""


class Shell(QObject):
    """Owns the window and everything that works for it.

    Args:
        running_on: where the model that answers runs, in words; called in another thread.
        tagging: suggests tags, learns from the answers to them, and explains results.

    Signals:
        closed: the window was closed by the person.
    """

    closed = Signal()

    def __init__(
        self,
        library: Library,
        model: str,
        run: Run,
        make_searcher: Callable[[], Searches],
        prepare: Prepare,
        running_on: Callable[[], str],
        models_dir: Path,
        cache_dir: Path | None,
        settings_file: Path,
        theme: Theme,
        tagging: Serves,
    ) -> None:
        super().__init__()
        self._library = library
        self._settings_file = settings_file
        self.bridge = Bridge(self)
        self.session = Session(library, make_searcher, model, self.bridge, self)
        self.job = IndexJob(run, self.bridge, self)
        self.switch = SwitchJob(self.session, prepare, self.bridge, self)
        self._thumbnails = Thumbnails(library, self.bridge, self)
        self._looking = Previews(library, self.bridge, "preview", self)
        self._viewing = Previews(library, self.bridge, "viewer", self)
        settings = stored.load(settings_file)
        self.models = Models(
            self.session,
            self.switch,
            models_dir,
            cache_dir,
            running_on,
            settings.model_mirror,
            self.bridge,
            self,
        )
        theme.set_appearance(settings.appearance)
        self.window = MainWindow(
            self.session,
            self.job,
            self.models,
            self._thumbnails,
            self._looking,
            self._viewing,
            theme,
            settings,
        )
        self.words = Words(self.session, self.window.undo, tagging, self.bridge, self)
        self.reviews = Reviews(self.session, self.window.undo, tagging, self.bridge, self)
        self.window.follow(self.words, self.reviews)
        self.personal = PersonalTags(self.session, self.window.undo, tagging, self.bridge, self)
        self.words.changed.connect(self.personal.know)
        self.window.find_more(self.personal)
        self.sidecars = SidecarJob(self.session, self.bridge, self)
        self.window.keep(self.sidecars)
        self.why = Why(self.session, tagging, self.bridge, self)
        self.window.explain(self.why)
        self.proposals = Proposals(tagging, self.bridge, self)
        self.window.propose(self.proposals)
        self.lessons = Lessons(self.session, self.window.undo, tagging, self.bridge, self)
        self.teach_window = TeachWindow(self.lessons, self.window.actions_, self.window)
        self._crashes = CrashDialog(self.window)
        self.bridge.failed.connect(lambda sentence: self.window.notice.say(sentence, stay=True))
        self.bridge.crashed.connect(self._crashes.show_traceback)
        self.window.closed.connect(self.closed)
        self.models.mirrorChanged.connect(self._save)
        self.job.ended.connect(lambda *_: self.switch.try_again())
        self.job.ended.connect(lambda *_: self.sidecars.try_again())
        self._begin = QTimer(self, singleShot=True, interval=_FIRST_PAINT)
        self._open = True

    def start(self, paths: Sequence[str] = ()) -> None:
        """Show the window, then go on with what was left undone and with these paths."""
        self.session.read_all()
        self.models.refresh()
        roots = self._library.roots()
        self.window.begin(roots)
        self.window.show()
        self._begin.timeout.connect(lambda: self._resume(roots, paths))
        self._begin.start()

    def _resume(self, roots: Sequence[str], paths: Sequence[str]) -> None:
        """Look for new, changed and unfinished files, in the background."""
        if roots:
            self.job.add(roots)
        if paths:
            self.window.add_paths(paths)
        self.switch.resume()
        # In an empty library too: while a person looks for a folder, the model gets ready.
        self.session.warm_up()

    def serve(self, model: str) -> None:
        """Another model answers now, this program's choice or another's: show what it finds."""
        self.session.serve(model)
        self.window.feed.renew()
        self.models.refresh()
        # What is, or was until a moment ago, indexed meanwhile, only the model before has seen.
        if self.job.running or not self.switch.running:
            self.job.add(self._library.roots())

    def _save(self) -> None:
        stored.save(self._settings_file, self.window.settings())

    def close(self) -> None:
        """Save, stop and wait. What is indexed is kept; the next start goes on."""
        if not self._open:
            return
        self._open = False
        self._begin.stop()
        self._save()
        self.window.models_display.close()
        self.window.tags.close()
        self.window.settings_display.close()
        self.window.albums.close()
        self.teach_window.close()
        self.window.hide()
        self.bridge.close()
        self.models.close()
        self.words.close()
        self.reviews.close()
        self.personal.close()
        self.why.close()
        self.lessons.close()
        self.proposals.close()
        self.job.close()
        self.sidecars.close()
        self.switch.close()
        self.session.close()
        self._thumbnails.close()
        self._looking.close()
        self._viewing.close()
        self._library.close()
        # Not left to the end of the process, when Python takes objects apart in any order.
        self.window.deleteLater()
        self.deleteLater()
