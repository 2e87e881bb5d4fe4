"""The running app: shows the window, opens the library behind it, and takes all down in order."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from photoclip.core import settings as stored
from photoclip.ui.jobs import Bridge
from photoclip.ui.later import Lazy, Steps
from photoclip.ui.main_window import MainWindow
from photoclip.ui.theme import Theme

if TYPE_CHECKING:
    from photoclip.ui.crash import CrashDialog
    from photoclip.ui.workers import Opened, Workers

# A window that is not painted, as when it starts minimised, is filled after this, in ms.
_PATIENCE = 500
# The photos are painted before anything heavy begins, in ms.
_SETTLING = 50


class Shell(QObject):
    """Owns the window and everything that works for it.

    First the window is shown; when its first frame is painted, a thread opens the library and
    reads the modules that show it; then the GUI thread makes the parts, in small steps.

    Args:
        open_library: opens it; called in that thread.
        empty: whether there is no library yet.

    Attributes:
        work: all that works for the window; there once it is `whole`.
        error: why the library could not be opened.

    Signals:
        begun: the window is on the screen, or is not going to be painted soon.
        whole: the window has all its parts, and the library is shown.
        closed: the window was closed by the person, or cannot be filled because of `error`.
    """

    begun = Signal()
    whole = Signal()
    closed = Signal()

    work: "Workers"

    def __init__(
        self,
        open_library: "Callable[[], Opened]",
        settings_file: Path,
        theme: Theme,
        empty: bool = False,
    ) -> None:
        super().__init__()
        self._open_library = open_library
        self._settings_file = settings_file
        self._settings = stored.load(settings_file)
        theme.set_appearance(self._settings.appearance)
        self.bridge = Bridge(self)
        self.window = MainWindow(theme, self._settings, empty)
        self.error: BaseException | None = None
        self._paths: tuple[str, ...] = ()
        self._roots: tuple[str, ...] = ()
        self._opened: Opened | None = None
        self._working = False
        self._steps: Steps | None = None
        self._thread = threading.Thread(target=self._read, name="photoclip-opening", daemon=True)
        self._crashes = Lazy(self._make_crashes)
        self.bridge.failed.connect(self._tell)
        self.bridge.crashed.connect(lambda text: self._crashes().show_traceback(text))
        self.window.closed.connect(self.closed)
        self.window.painted.connect(self._begin)
        self._waiting = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._waiting.timeout.connect(self._begin)
        self._settling = QTimer(self, singleShot=True, interval=_SETTLING)
        self._settling.timeout.connect(self._resume)
        self._open = True

    def start(self, paths: Sequence[str] = ()) -> None:
        """Show the window; then fill it, and go on with what was left undone and these paths."""
        self._paths = tuple(paths)
        self.window.show()
        self._waiting.start()

    # From the first frame to the whole

    def _begin(self) -> None:
        self._waiting.stop()
        if self._open and self._thread.ident is None:
            self._thread.start()
            self.begun.emit()

    def _read(self) -> None:
        """Open the library and import what shows it, while the window answers."""
        try:
            self._opened = opened = self._open_library()
            self._roots = opened.library.roots()
            from photoclip.ui import assembly  # noqa: F401 - read here, used in the GUI thread
        except BaseException as error:  # noqa: BLE001 - told in the GUI thread
            kept = error
            self.bridge.post(lambda: self._give_up(kept))
        else:
            self.bridge.post(lambda: self._fill(opened))

    def _give_up(self, error: BaseException) -> None:
        self.error = error
        self.closed.emit()

    def _fill(self, opened: "Opened") -> None:
        from photoclip.ui.workers import Workers

        self.work = Workers.of(opened, self._settings, self.window.actions_, self.bridge, self)
        self._working = True
        self.bridge.hold()
        self.work.session.read_all()
        self.work.reviews.count()
        self._steps = Steps(self._assemble(), self)
        self._steps.ended.connect(lambda: self._become_whole(opened))

    def _assemble(self) -> Iterator[None]:
        from photoclip.ui.assembly import assemble

        try:
            yield from assemble(self.window, self.work, self._settings, self._roots)
        finally:
            # When it fails too, or nobody would be told of that.
            held = self.bridge.release()
        # What is read by now comes with the panes, and not into them one after the other.
        for show in held:
            show()
            yield
        self.window.become_whole()

    def _become_whole(self, opened: "Opened") -> None:
        work = self.work
        work.models.mirrorChanged.connect(self._save)
        work.job.ended.connect(lambda *_: work.switch.try_again())
        work.job.ended.connect(lambda *_: work.sidecars.try_again())
        if opened.serving.problem:
            self._tell(opened.serving.problem)
        self._settling.start()
        self.whole.emit()

    def _resume(self) -> None:
        """Look for new, changed and unfinished files, in the background."""
        work = self.work
        work.models.refresh()
        if self._roots:
            work.job.add(self._roots)
        if self._paths:
            self.window.add_paths(self._paths)
        work.switch.resume()
        # In an empty library too: while a person looks for a folder, the model gets ready.
        work.session.searching.warm_up()

    # While it runs

    def serve(self, model: str) -> None:
        """Another model answers now, this program's choice or another's: show what it finds."""
        self.window.when_whole(lambda: self._serve(model))

    def _serve(self, model: str) -> None:
        work = self.work
        work.session.serve(model)
        self.window.feed.renew()
        work.models.refresh()
        # What is, or was until a moment ago, indexed meanwhile, only the model before has seen.
        if work.job.running or not work.switch.running:
            work.job.add(work.session.library.roots())

    def _tell(self, sentence: str) -> None:
        self.window.when_whole(lambda: self.window.notice.say(sentence, stay=True))

    def _make_crashes(self) -> "CrashDialog":
        from photoclip.ui.crash import CrashDialog

        return CrashDialog(self.window)

    def _save(self) -> None:
        stored.save(self._settings_file, self.window.settings())

    def close(self) -> None:
        """Save, stop and wait. What is indexed is kept; the next start goes on."""
        if not self._open:
            return
        self._open = False
        for timer in (self._waiting, self._settling):
            timer.stop()
        if self._steps is not None:
            self._steps.stop()
        self._save()
        self.window.close_others()
        self.window.hide()
        self.bridge.close()
        if self._thread.is_alive():
            self._thread.join()
        if self._working:
            self.work.close()
        if self._opened is not None:
            self._opened.library.close()
        # Not left to the end of the process, when Python takes objects apart in any order.
        self.window.deleteLater()
        self.deleteLater()
