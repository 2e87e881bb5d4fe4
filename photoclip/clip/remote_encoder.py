"""An encoder that runs in the process of the models."""

import contextlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photoclip.clip.encoder import OfModel, OpenClipEncoder
from photoclip.clip.model_process import DiedError, ModelProcess, Remote
from photoclip.clip.models import Model
from photoclip.errors import PhotoClipError


@dataclass(frozen=True)
class _State:
    """What an encoder says of itself; the last three are known once it is loaded."""

    device: str
    batch_size: int
    running_on: str
    precision: str = ""
    logit_scale: float = 0.0
    logit_bias: float = 0.0


class _Resident:
    """The encoder there. Each call also tells how it is then."""

    def __init__(self, model: Model, cache_dir: Path | None) -> None:
        self._encoder = OpenClipEncoder(model, cache_dir=cache_dir)

    def look(self) -> tuple[None, _State]:
        return None, self._state()

    def load(self) -> tuple[None, _State]:
        self._encoder.load()
        return self.look()

    def unload(self) -> tuple[None, _State]:
        self._encoder.unload()
        return self.look()

    def encode_images(
        self, pixels: NDArray[np.uint8], threads: int | None
    ) -> tuple[NDArray[np.float32], _State]:
        return self._encoder.encode_images(pixels, threads), self._state()

    def encode_texts(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], _State]:
        return self._encoder.encode_texts(texts), self._state()

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


class RemoteEncoder(OfModel):
    """An `OpenClipEncoder` that runs in a process of its own, loaded when it is first used.

    Where the process dies while it works, as it does when memory gives out, another is started
    and asked once more; after a second time PhotoClipError says so.
    """

    def __init__(self, process: ModelProcess, model: Model, cache_dir: Path | None = None) -> None:
        super().__init__(model, cache_dir)
        self._process = process
        self._lock = threading.Lock()
        self._remote: Remote | None = None
        self._state: _State | None = None

    @property
    def device(self) -> str:
        return self._seen().device

    @property
    def batch_size(self) -> int:
        return self._seen().batch_size

    @property
    def precision(self) -> str:
        return self._loaded().precision

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
        """Free the memory of the model, which is loaded again when it is next used.

        The process goes too, unless another encoder or other work is there.
        """
        with self._lock:
            remote, self._remote = self._remote, None
            self._state = None
        if remote is not None:
            with contextlib.suppress(DiedError):
                remote.call("unload")
        self._process.drop(remote)

    def encode_images(
        self, pixels: NDArray[np.uint8], threads: int | None = None
    ) -> NDArray[np.float32]:
        """As `OpenClipEncoder.encode_images`."""
        embeddings: NDArray[np.float32] = self._call("encode_images", pixels, threads)
        return embeddings

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As `OpenClipEncoder.encode_texts`."""
        embeddings: NDArray[np.float32] = self._call("encode_texts", list(texts))
        return embeddings

    def _seen(self) -> _State:
        """Its state, which costs finding a device at first."""
        state = self._state
        return state if state is not None else self._state_after("look")

    def _loaded(self) -> _State:
        state = self._state
        return state if state is not None and state.precision else self._state_after("load")

    def _state_after(self, method: str) -> _State:
        self._call(method)
        state = self._state
        return state if state is not None else self._state_after(method)

    def _call(self, method: str, *arguments: object) -> Any:
        for _ in range(2):
            remote = self._there()
            try:
                value, self._state = remote.call(method, *arguments)
                return value
            except DiedError:
                self._lose(remote)
        raise PhotoClipError(
            f"The model “{self.name}” stopped while it was working, most likely because memory "
            "ran out. Close other programs or choose a smaller model."
        )

    def _there(self) -> Remote:
        with self._lock:
            if self._remote is None:
                self._remote = self._process.make(_Resident, self._model, self._cache_dir)
            return self._remote

    def _lose(self, remote: Remote) -> None:
        with self._lock:
            if self._remote is remote:
                self._remote = self._state = None
        self._process.lost(remote)
