"""A process of its own for models, so that their memory and their failures are not the app's.

torch keeps some 800 megabytes from its import on, of which a process gives nothing back, holds up
the other threads while it is imported, and takes the whole process with it when a driver or the
memory fails. The process is started when something is first made there, ended when nothing there
is needed any more, and started again when it has died.
"""

import multiprocessing
import os
import threading
import traceback
import weakref
from collections.abc import Callable
from multiprocessing.managers import BaseManager, BaseProxy
from multiprocessing.process import BaseProcess
from typing import Any, cast

from photoclip.errors import PhotoClipError


class _Host:
    """Holds an object in the process of the models, and calls its methods."""

    def __init__(self, kind: Callable[..., object], arguments: tuple[object, ...]) -> None:
        self._object = kind(*arguments)

    def call(self, method: str, arguments: tuple[object, ...]) -> object:
        try:
            return getattr(self._object, method)(*arguments)
        except PhotoClipError:
            raise
        except Exception as error:
            # A traceback does not travel with its error; a note does.
            error.add_note(traceback.format_exc())
            raise


class Remote(BaseProxy):
    """An object there. Calls of several threads run side by side.

    What is given and what comes back is pickled; errors arrive as they were raised. EOFError or
    ConnectionError tell that the process has died.
    """

    _exposed_ = ("call",)

    def call(self, method: str, *arguments: object) -> Any:
        return self._callmethod("call", (method, arguments))


class _Manager(BaseManager):
    """The process; in it a thread of its own answers each thread that asks here."""

    _process: BaseProcess

    @property
    def pid(self) -> int | None:
        return self._process.pid


_Manager.register("host", _Host, Remote)


class ModelProcess:
    """Where objects are made that compute with models. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._manager: _Manager | None = None
        self._needed: weakref.WeakSet[Remote] = weakref.WeakSet()

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

    def drop(self, remote: Remote) -> None:
        """It is not needed any more; the process ends with the last one."""
        with self._lock:
            if remote in self._needed:
                self._needed.remove(remote)
                if not self._needed:
                    self._end()

    def lost(self, remote: Remote) -> None:
        """A call did not come back: what is left of the process is cleared away."""
        with self._lock:
            # Else another thread has met the same end before.
            if remote in self._needed:
                self._end()

    def close(self) -> None:
        """End the process. What is then made starts another."""
        with self._lock:
            self._end()

    def _started(self) -> _Manager:
        if self._manager is None:
            # Nothing there is worth an orderly end, which takes a second.
            manager = _Manager(ctx=multiprocessing.get_context("spawn"), shutdown_timeout=0.1)
            manager.start(_end_with_parent)
            self._manager = manager
        return self._manager

    def _end(self) -> None:
        manager, self._manager = self._manager, None
        self._needed.clear()
        if manager is not None:
            manager.shutdown()


def _end_with_parent() -> None:
    """In the process of the models: end when the app is gone, however it went."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=wait, name="parent", daemon=True).start()
