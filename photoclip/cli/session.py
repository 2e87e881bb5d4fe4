"""What every command shares: which library and model, how to answer, how to show progress."""

import json
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

import click

from photoclip.core.paths import cache_dir, default_library, models_dir
from photoclip.progress import Progress, StopFlag

if TYPE_CHECKING:
    # The app, which opens its library itself, comes through here too.
    from photoclip.clip.encoder import OpenClipEncoder
    from photoclip.core.library import Library

STOPPED = "Stopped. What is done is kept; the same command goes on from there."

_T = TypeVar("_T")
_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Session:
    """The library that the commands of one call work on."""

    library_path: Path

    @contextmanager
    def library(self) -> "Iterator[Library]":
        from photoclip.core.library import Library

        library = Library(self.library_path)
        try:
            yield library
        finally:
            library.close()

    def encoder(self, library: "Library", model: str | None) -> "OpenClipEncoder":
        """The encoder named, else that of the model which serves this library."""
        from photoclip.core.switching import choice

        return open_encoder(model or choice(library).serving)


def open_encoder(model: str) -> "OpenClipEncoder":
    """The encoder of a model by its name or path, not loaded yet."""
    from photoclip.clip.encoder import OpenClipEncoder
    from photoclip.clip.models import find_model

    return OpenClipEncoder(find_model(model, models_dir()), cache_dir=cache_dir())


def library_option(command: _F) -> _F:
    """`--library FILE`, on the group and on every command; the command receives a `session`."""

    def choose(ctx: click.Context, _: click.Parameter, value: Path | None) -> Session:
        outer = ctx.parent.params.get("session") if ctx.parent else None
        if value is None and isinstance(outer, Session):
            return outer
        return Session((value or default_library()).absolute())

    return click.option(
        "--library",
        "session",
        type=click.Path(path_type=Path),
        callback=choose,
        help="The library file to use, instead of your own.",
    )(command)


def json_option(command: _F) -> _F:
    """`--json`: one JSON document on standard output and nothing else."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")(command)


def model_option(command: _F) -> _F:
    """`--model NAME`, of those that `photoclip models` lists, or a model's folder."""
    return click.option("--model", help="The model to use; see `photoclip models`.")(command)


def print_json(document: object) -> None:
    """ASCII only, so that file names which are no valid text survive the way."""
    click.echo(json.dumps(document, indent=1))


@contextmanager
def stopped_by_ctrl_c() -> Iterator[StopFlag]:
    """A flag that the first Ctrl-C sets; a second one ends the program at once."""
    stop = StopFlag()

    def on_interrupt(_signal: int, _frame: FrameType | None) -> None:
        stop.stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def drive(work: Generator[Progress, None, _T]) -> _T:
    """Run long work to its end, with a bar on standard error, and return what it returns."""
    with ExitStack() as bars:
        bar = None
        shown = ""
        while True:
            try:
                progress = next(work)
            except StopIteration as end:
                result: _T = end.value
                return result
            if progress.phase != shown:
                bars.close()
                shown = progress.phase
                bar = bars.enter_context(_bar(progress)) if progress.total else None
            if bar is None:
                _show_count(progress)
            else:
                bar.update(progress.done - bar.pos, progress)


def _bar(progress: Progress) -> Any:
    return click.progressbar(
        length=progress.total or 0,
        label=progress.phase.capitalize(),
        show_pos=True,
        item_show_func=_note,
        file=sys.stderr,
    )


def _note(progress: Progress | None) -> str:
    if progress is None:
        return ""
    rate = f"{progress.rate:.1f}/s " if progress.rate else ""
    return rate + progress.detail


def _show_count(progress: Progress) -> None:
    if sys.stderr.isatty() and progress.done:
        click.echo(f"\r{progress.phase.capitalize()}: {progress.done}", nl=False, err=True)
