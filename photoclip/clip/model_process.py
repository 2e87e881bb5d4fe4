"""Models in a process of their own, so that their memory and their failures are not the app's.

torch keeps some 800 megabytes from its import on, of which a process gives nothing back, holds up
the other threads while it is imported, and takes the whole process with it when a driver or the
memory fails. Here the process is started when an encoder is first used, ended when all of them are
unloaded, and started again when it has died.
"""

import contextlib
import multiprocessing
import os
import threading
import traceback
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from multiprocessing.managers import BaseManager, BaseProxy
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.calibration import Curve, Frequent
from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.models import Model, remembered_id
from photoclip.clip.preprocess import Preprocessing
from photoclip.errors import PhotoClipError

_R = TypeVar("_R")


@dataclass(frozen=True)
class _State:
    """What an encoder says of itself; the last three are known once it is loaded."""

    device: str
    batch_size: int
    running_on: str
    precision: str | None = None
    logit_scale: float = 0.0
    logit_bias: float = 0.0


class _Resident:
    """An encoder in the process of the models. Each call also tells how it is then."""

    def __init__(self, model: Model, cache_dir: Path | None) -> None:
        self._encoder = OpenClipEncoder(model, cache_dir=cache_dir)

    def look(self) -> tuple[None, _State]:
        return self._told(lambda: None)

    def load(self) -> tuple[None, _State]:
        return self._told(self._encoder.load)

    def unload(self) -> tuple[None, _State]:
        return self._told(self._encoder.unload)

    def encode_images(
        self, pixels: NDArray[np.uint8], threads: int | None
    ) -> tuple[NDArray[np.float32], _State]:
        return self._told(lambda: self._encoder.encode_images(pixels, threads))

    def encode_texts(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], _State]:
        return self._told(lambda: self._encoder.encode_texts(texts))

    def _told(self, work: Callable[[], _R]) -> tuple[_R, _State]:
        try:
            return work(), self._state()
        except PhotoClipError:
            raise
        except Exception as error:
            # A traceback does not travel with its error; a note does.
            error.add_note(traceback.format_exc())
            raise

    def _state(self) -> _State:
        encoder = self._encoder
        if not encoder.running_on:
            return _State(encoder.device, encoder.batch_size, "")
        return _State(
            encoder.device,
            encoder.batch_size,
            encoder.running_on,
            encoder.precision,
            encoder.logit_scale,
            encoder.logit_bias,
        )


class _Proxy(BaseProxy):
    """Calls a `_Resident` from any thread; calls of several threads run side by side."""

    _exposed_ = ("look", "load", "unload", "encode_images", "encode_texts")

    def call(self, method: str, *arguments: object) -> Any:
        return self._callmethod(method, arguments)


class _Manager(BaseManager):
    """The process, and what is asked of it; a thread of its own answers each thread here."""

    _process: BaseProcess

    @property
    def pid(self) -> int | None:
        return self._process.pid


_Manager.register("Resident", _Resident, _Proxy)


class ModelProcess:
    """Where the encoders that it gives run. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._manager: _Manager | None = None
        self._residents: weakref.WeakKeyDictionary[RemoteEncoder, _Proxy] = (
            weakref.WeakKeyDictionary()
        )

    def encoder(self, model: Model, cache_dir: Path | None = None) -> "RemoteEncoder":
        """An encoder of this model, not loaded yet; see `OpenClipEncoder`."""
        return RemoteEncoder(self, model, cache_dir)

    @property
    def pid(self) -> int | None:
        """The process's number, if there is one now."""
        manager = self._manager
        return manager.pid if manager is not None else None

    def close(self) -> None:
        """End the process. An encoder that is used again starts another."""
        with self._lock:
            self._end()

    def resident(self, encoder: "RemoteEncoder") -> _Proxy:
        """That which answers for an encoder, made if there is none.

        Raises:
            PhotoClipError: the process cannot be started.
        """
        with self._lock:
            proxy = self._residents.get(encoder)
            if proxy is None:
                try:
                    manager = self._started()
                    # Found by name; type checkers know no method that is registered.
                    proxy = cast(Any, manager).Resident(encoder.model, encoder.cache_dir)
                except (EOFError, OSError) as error:
                    self._end()
                    raise PhotoClipError(
                        "PhotoClip could not start what looks at photos on this computer. "
                        "Close other programs and try again."
                    ) from error
                self._residents[encoder] = proxy
            return proxy

    def leave(self, encoder: "RemoteEncoder") -> None:
        """Free what the encoder takes; the process ends with the last one."""
        with self._lock:
            proxy = self._residents.pop(encoder, None)
            if not self._residents:
                self._end()
            elif proxy is not None:
                # Where the process has died, the next call finds out.
                with contextlib.suppress(EOFError, OSError):
                    proxy.call("unload")

    def lost(self, proxy: _Proxy) -> None:
        """A call of this proxy did not come back: its process has died."""
        with self._lock:
            # Else another thread has met the same end before.
            if proxy in self._residents.values():
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
        self._residents.clear()
        if manager is not None:
            manager.shutdown()


class RemoteEncoder:
    """An `Encoder` that runs in a `ModelProcess`.

    Where the process dies while it works, as it does when memory gives out, another is started
    and asked once more.
    """

    def __init__(self, process: ModelProcess, model: Model, cache_dir: Path | None) -> None:
        self._process = process
        self.model = model
        self.cache_dir = cache_dir
        self._state: _State | None = None

    @cached_property
    def id(self) -> str:
        return remembered_id(self.model, self.cache_dir)

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def dim(self) -> int:
        return self.model.dim

    @property
    def preprocessing(self) -> Preprocessing:
        return self.model.preprocessing

    @property
    def term_curves(self) -> Mapping[str, Curve]:
        return self.model.term_curves

    @property
    def frequent_terms(self) -> Mapping[str, Frequent]:
        return self.model.frequent_terms

    @property
    def device(self) -> str:
        return self._seen().device

    @property
    def batch_size(self) -> int:
        return self._seen().batch_size

    @property
    def precision(self) -> str:
        precision = self._loaded().precision
        assert precision is not None
        return precision

    @property
    def logit_scale(self) -> float:
        return self._loaded().logit_scale

    @property
    def logit_bias(self) -> float:
        return self._loaded().logit_bias

    @property
    def running_on(self) -> str:
        state = self._state
        return state.running_on if state is not None else ""

    def unload(self) -> None:
        """Free the memory of the model, which is loaded again when it is next used."""
        self._state = None
        self._process.leave(self)

    def encode_images(
        self, pixels: NDArray[np.uint8], threads: int | None = None
    ) -> NDArray[np.float32]:
        """As `OpenClipEncoder.encode_images`.

        Raises:
            PhotoClipError: also if the process dies again and again.
        """
        embeddings: NDArray[np.float32] = self._call("encode_images", pixels, threads)
        return embeddings

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As `OpenClipEncoder.encode_texts`.

        Raises:
            PhotoClipError: also if the process dies again and again.
        """
        embeddings: NDArray[np.float32] = self._call("encode_texts", list(texts))
        return embeddings

    def _seen(self) -> _State:
        """Its state, which costs finding a device at first."""
        state = self._state
        return state if state is not None else self._after("look")

    def _loaded(self) -> _State:
        state = self._state
        return state if state is not None and state.precision else self._after("load")

    def _after(self, method: str) -> _State:
        self._call(method)
        state = self._state
        assert state is not None
        return state

    def _call(self, method: str, *arguments: object) -> Any:
        for _ in range(2):
            proxy = self._process.resident(self)
            try:
                value, self._state = proxy.call(method, *arguments)
                return value
            except (EOFError, ConnectionError):
                self._process.lost(proxy)
        raise PhotoClipError(
            f"The model “{self.name}” stopped while it was working, most likely because memory "
            "ran out. Close other programs or choose a smaller model."
        )


def _end_with_parent() -> None:
    """In the process of the models: end when the app is gone, however it went."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=wait, name="parent", daemon=True).start()
