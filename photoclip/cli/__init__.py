"""The command line. Without a command it opens the app."""

import io
import os
import sys
from importlib import import_module

import click

from photoclip import __version__
from photoclip.cli.session import Session, library_option, print_json
from photoclip.errors import PhotoClipError

# Where each command is, which is imported when it is named: the window waits for none.
_COMMANDS = {
    "bench": "bench.bench",
    "calibrate": "judge.calibrate",
    "describe": "tagging.describe",
    "eval": "evaluate.evaluate",
    "failures": "library.failures",
    "index": "library.index",
    "models": "models.models",
    "search": "searching.search",
    "sidecars": "sidecars.sidecars",
    "tag": "tagging.tag",
    "tags": "tagging.tags",
    "teach": "teach.teach",
    "train": "train.train",
    "vocabulary": "vocabulary.vocabulary",
}


class _AppByDefault(click.Group):
    """A group whose first argument may also be a folder: then all of them are for the app."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _COMMANDS and cmd_name not in self.commands:
            module, name = _COMMANDS[cmd_name].split(".")
            self.add_command(getattr(import_module(f"photoclip.cli.{module}"), name), cmd_name)
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_COMMANDS})

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = [arg for arg in args if not arg.startswith("-")]
        if args and args[0] == "--library":
            words = words[1:]
        asks_about_itself = not words and any(arg in _SELF for arg in args)
        for_the_app = not words or os.sep in words[0] or words[0] not in self.list_commands(ctx)
        if for_the_app and not asks_about_itself:
            args = ["open", *args]
        return super().parse_args(ctx, args)


_SELF = ("-h", "--help", "--version")


@click.group(cls=_AppByDefault, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="photoclip")
@library_option
def cli(session: Session) -> None:
    """Find your photos by what they show. Everything stays on this computer.

    photoclip [PATH…] opens the app and adds those folders.
    """


@cli.command("open", hidden=True)
@click.argument("paths", nargs=-1, type=click.Path())
@library_option
def open_app(paths: tuple[str, ...], session: Session) -> int:
    """Open the app, adding these folders."""
    from photoclip.app import run

    return run(session.library_path, paths)


def main() -> None:
    """Run the command line: exit code 0, 1 for an error told in one sentence, 2 for usage."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A file name may hold what the terminal's encoding has no letters for.
            stream.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(standalone_mode=False)
    except PhotoClipError as error:
        if "--json" in sys.argv:
            print_json({"error": str(error)})
        click.echo(str(error), err=True)
        code = 1
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)
