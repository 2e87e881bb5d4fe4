"""A process of its own for models, so that their memory and their failures are not the app's.

torch keeps some 800 megabytes from its import on, of which a process gives nothing back, holds up
the other threads while it is imported, and takes the whole process with it when a driver or the
memory fails. The process is started when something is first made there, ended when nothing there
is needed any more, and started again when it has died.
"""

import atexit
import multiprocessing
import multiprocessing.util
import os
import threading
import traceback
import weakref
from collections.abc import Callable
from multiprocessing.managers import BaseManager, BaseProxy
from multiprocessing.process import BaseProcess
from typing import Any, cast

from photoclip.errors import PhotoClipError


class DiedError(Exception):
    """The process has ended, however it did, before it answered."""


class _Host:
    """Holds an object in the process of the models, and calls its methods."""

    def __init__(self, kind: Callable[..., object], arguments: tuple[object, ...]) -> None:
        self._object = kind(*arguments)

    def call(self, method: str, arguments: tuple[object, ...]) -> tuple[object, Exception | None]:
        """What the method returns, or raises: given back, so that no error of the connection can
        be taken for it."""
        try:
            return getattr(self._object, method)(*arguments), None
        except Exception as error:  # noqa: BLE001 - it is raised again where it was asked
            return None, _fit_to_travel(error)


class Remote(BaseProxy):
    """An object there. Calls of several threads run side by side.

    What is given and what comes back is pickled; errors arrive as they were raised, with the
    traceback as a note.
    """

    _exposed_ = ("call",)

    def call(self, method: str, *arguments: object) -> Any:
        """What the method returns there.

        Raises:
            DiedError: the process has ended.
        """
        try:
            # Its stub says that it returns nothing.
            value, error = cast(Any, self)._callmethod("call", (method, arguments))
        except (EOFError, OSError) as lost:
            raise DiedError from lost
        if error is not None:
            raise error
        return value


class _Manager(BaseManager):
    """The process; in it a thread of its own answers each thread that asks here."""

    _process: BaseProcess

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        """End it at once, whatever it does: nothing there is worth an orderly end."""
        self._process.kill()
        self._process.join()
        self.shutdown()


_Manager.register("host", _Host, Remote)


class ModelProcess:
    """Where objects are made that compute with models. Safe to use from any thread."""

    def __init__(self) -> None:
        # Reentrant, since what is collected as rubbish meanwhile may drop its remote.
        self._lock = threading.RLock()
        self._manager: _Manager | None = None
        self._needed: weakref.WeakSet[Remote] = weakref.WeakSet()
        self._closed = False
        # Before multiprocessing waits for its processes: a thread that still works would start one.
        atexit.register(self.close)

    @property
    def pid(self) -> int | None:
        """The process's number, if there is one now."""
        manager = self._manager
        return manager.pid if manager is not None else None

    def make(self, kind: Callable[..., object], *arguments: object) -> Remote:
        """An object there.

        Args:
            kind: its class, or a function that makes it; found by its name.

        Raises:
            PhotoClipError: the process cannot be started.
        """
        with self._lock:
            try:
                # Type checkers know no method that is registered.
                remote: Remote = cast(Any, self._started()).host(kind, arguments)
            except (EOFError, OSError) as error:
                self._end()
                raise PhotoClipError(
                    "PhotoClip could not start what looks at photos on this computer. "
                    "Close other programs and try again."
                ) from error
            self._needed.add(remote)
            return remote

    def drop(self, remote: Remote | None) -> None:
        """It is not needed any more; the process ends with the last one."""
        with self._lock:
            if remote is not None:
                self._needed.discard(remote)
            if not self._needed:
                self._end()

    def lost(self, remote: Remote) -> None:
        """A call did not come back: what is left of the process is cleared away."""
        with self._lock:
            # Else another thread has met the same end before.
            if remote in self._needed:
                self._end()

    def close(self) -> None:
        """End the process for good."""
        atexit.unregister(self.close)
        with self._lock:
            self._closed = True
            self._end()

    def _started(self) -> _Manager:
        if self._closed:
            raise PhotoClipError("PhotoClip is closing.")
        if self._manager is not None and not self._manager.alive:
            self._end()
        if self._manager is None:
            # Made here, the folder of its socket is removed here, even if the process is killed.
            multiprocessing.util.get_temp_dir()
            manager = _Manager(ctx=multiprocessing.get_context("spawn"))
            manager.start(_end_with_parent)
            self._manager = manager
        return self._manager

    def _end(self) -> None:
        manager, self._manager = self._manager, None
        self._needed.clear()
        if manager is not None:
            manager.kill()


def _fit_to_travel(error: Exception) -> Exception:
    """The error with its traceback as a note; one of torch's as a plain one, which to unpickle
    would import torch."""
    if isinstance(error, PhotoClipError):
        return error
    if type(error).__module__.partition(".")[0] not in ("builtins", "photoclip"):
        error = RuntimeError(f"{type(error).__name__}: {error}").with_traceback(error.__traceback__)
    error.add_note("".join(traceback.format_tb(error.__traceback__)))
    return error


def _end_with_parent() -> None:
    """In the process of the models: end when the app is gone, however it went."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=wait, name="parent", daemon=True).start()
