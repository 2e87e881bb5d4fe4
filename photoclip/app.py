"""The desktop app: checks that there is a screen, makes the parts, runs, and takes them down.

Qt is imported only inside, so that a computer without a screen gets a sentence and not a crash.
"""

import builtins
import gc
import importlib
import os
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from photoclip.errors import PhotoClipError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from photoclip.ui.jobs import Bridge
    from photoclip.ui.workers import Opened

# What Qt's window plug-in needs and a bare Debian or Ubuntu does not have.
_SYSTEM_PACKAGES = (
    "libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libx11-xcb1 libxkbcommon-x11-0 "
    "libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 "
    "libxcb-render-util0 libxcb-shape0 libxcb-sync1 libxcb-xfixes0 libxcb-xkb1"
)
# Loaded by Qt's xcb plug-in, whose failure to load ends the process instead of raising.
_WINDOW_LIBRARIES = (
    "libX11-xcb.so.1",
    "libxkbcommon-x11.so.0",
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-image.so.0",
    "libxcb-keysyms.so.1",
    "libxcb-randr.so.0",
    "libxcb-render-util.so.0",
    "libxcb-shape.so.0",
    "libxcb-sync.so.1",
    "libxcb-xfixes.so.0",
    "libxcb-xkb.so.1",
)


def run(library_path: Path, paths: Sequence[str] = ()) -> int:
    """Run the desktop app until its window is closed.

    Args:
        paths: folders or files to add to the library at the start.

    Returns:
        The exit status.

    Raises:
        PhotoClipError: without a screen, without a system library Qt needs, or when the
            library or the model cannot be used.
    """
    check_screen()
    # Until the window is whole nothing is thrown away that would be worth looking for.
    gc.disable()
    application = _application()
    from photoclip.ui import single

    absolute = [os.path.abspath(path) for path in paths]
    if single.hand_over(library_path, absolute):
        return 0
    return _run(application, library_path, absolute)


def check_screen() -> None:
    """Find out before Qt does, which would end the process, that no window can be shown."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        raise PhotoClipError(
            "There is no screen here. Use the command line instead: "
            'photoclip search "a dog" --in FOLDER'
        )
    if os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        import ctypes

        for name in _WINDOW_LIBRARIES:
            try:
                ctypes.CDLL(name)
            except OSError as error:
                raise _missing_library(name) from error


def _show(error: PhotoClipError) -> None:
    """Show why the app cannot start to whoever started it by a double click, without a terminal."""
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QMessageBox

    terminal = sys.stderr is not None and sys.stderr.isatty()
    if not terminal and QGuiApplication.platformName() != "offscreen":
        QMessageBox.critical(None, "PhotoClip", str(error))


def _missing_library(name: str) -> PhotoClipError:
    return PhotoClipError(
        f"The window needs {name}, which this system does not have. "
        f"On Debian and Ubuntu install it with: sudo apt-get install {_SYSTEM_PACKAGES}"
    )


def _application() -> "QApplication":
    try:
        widgets = importlib.import_module("PySide6.QtWidgets")
        importlib.import_module("PySide6.QtSvg")
    except ImportError as error:
        # "libEGL.so.1: cannot open shared object file: No such file or directory"
        name = str(error).split(":")[0]
        if ".so" in name:
            raise _missing_library(name) from error
        raise
    _import_plainly()
    from PySide6.QtCore import QCoreApplication

    QCoreApplication.setApplicationName("PhotoClip")
    QCoreApplication.setOrganizationName("PhotoClip")
    application: QApplication = widgets.QApplication.instance() or widgets.QApplication(
        # The style that the style sheet is made for; given here, it is made once.
        ["photoclip", "-style", "fusion"]
    )
    application.setApplicationDisplayName("PhotoClip")
    application.setDesktopFileName("photoclip")
    from photoclip.ui import translations

    translations.install(application)
    return application


def _import_plainly() -> None:
    """Take back how PySide imports: it reads the source of each module, and keeps it in memory,
    to find those that use `__feature__`, as none here does."""
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


def _look_for_garbage() -> None:
    """From now on; what there is stays as long as the window, and is not looked through again."""
    gc.freeze()
    gc.enable()


def _run(application: "QApplication", library_path: Path, paths: list[str]) -> int:
    from PySide6.QtCore import QEvent

    from photoclip.core import paths as places
    from photoclip.ui.later import Lazy
    from photoclip.ui.shell import Shell
    from photoclip.ui.single import Doorbell, hand_over
    from photoclip.ui.theme import Theme

    def changed(encoder_id: str) -> None:
        shell.bridge.post(lambda: shell.serve(encoder_id))

    shell = Shell(
        lambda: _open(library_path, changed),
        places.settings_file(),
        Theme(application),
        empty=not library_path.exists(),
    )
    doorbell = Lazy(lambda: Doorbell(library_path))
    doorbell.when_made(lambda bell: bell.rung.connect(shell.window.add_paths))
    doorbell.when_made(lambda bell: bell.rung.connect(lambda _: shell.window.activateWindow()))

    def listen() -> None:
        # Of two that were started at once the other may listen by now.
        if hand_over(library_path, paths):
            application.quit()
        else:
            doorbell()

    try:
        shell.begun.connect(listen)
        shell.whole.connect(_look_for_garbage)
        shell.closed.connect(application.quit)
        _report_bugs(shell.bridge)
        shell.start(paths)
        status = application.exec()
        if isinstance(shell.error, PhotoClipError):
            _show(shell.error)
        if shell.error is not None:
            raise shell.error
        return status
    finally:
        if doorbell.made is not None:
            doorbell.made.close()
        shell.close()
        application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__


def _open(library_path: Path, changed: Callable[[str], None]) -> "Opened":
    """The library and its model; called in a thread, while the window is on the screen."""
    from photoclip.clip.encoder import Encoder
    from photoclip.clip.importing import import_model
    from photoclip.clip.model_process import ModelProcess
    from photoclip.clip.models import find_model
    from photoclip.clip.remote_encoder import RemoteEncoder
    from photoclip.clip.remote_work import remote_work
    from photoclip.core import paths as places
    from photoclip.core.library import Library
    from photoclip.core.serving import Serving
    from photoclip.core.switching import choice
    from photoclip.core.teach import teach
    from photoclip.ui.workers import Opened

    # torch stays out of this process: it would take memory for good and hold up the window.
    process = ModelProcess()
    apart = partial(remote_work, process)

    def open_encoder(source: str) -> Encoder:
        found = find_model(source, places.models_dir())
        return RemoteEncoder(process, found, places.cache_dir())

    def stamp(source: str) -> object:
        checkpoint = find_model(source, places.models_dir()).checkpoint
        try:
            facts = checkpoint.stat()
        except OSError as error:
            raise PhotoClipError(f"The model file {checkpoint} has gone.") from error
        return checkpoint, facts.st_ino, facts.st_size, facts.st_mtime_ns

    library = Library(library_path)
    try:
        serving = Serving(
            library, open_encoder, places.cache_dir(), changed, stamp, partial(apart, teach)
        )
        try:
            # The photos can be shown before all that answers for them is made.
            model = open_encoder(choice(library).serving).id
        except PhotoClipError:
            model = serving.encoder.id
        return Opened(
            library,
            serving,
            model,
            lambda: serving.encoder.running_on,
            places.models_dir(),
            places.cache_dir(),
            partial(apart, import_model),
        )
    except BaseException:
        library.close()
        raise


def _report_bugs(bridge: "Bridge") -> None:
    """Show what nobody caught; the window stays usable."""

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        traceback.print_exception(kind, error, trace)
        bridge.report(error)

    sys.excepthook = show
    threading.excepthook = lambda hook: (
        show(hook.exc_type, hook.exc_value, hook.exc_traceback)
        if hook.exc_value is not None
        else None
    )
