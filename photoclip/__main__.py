"""`python -m photoclip` and the double-clicked app: the same as the `photoclip` command."""

import sys


def main() -> None:
    """Without arguments the app alone, which does not wait for what reads a command line."""
    if getattr(sys, "frozen", False):
        # Another process of the built app is this very program.
        import multiprocessing

        multiprocessing.freeze_support()
    if len(sys.argv) > 1:
        from photoclip.cli import main as command_line

        command_line()
        return
    from photoclip.app import run
    from photoclip.core.paths import default_library
    from photoclip.errors import PhotoClipError

    try:
        code = run(default_library().absolute())
    except PhotoClipError as error:
        # A windowed program has nowhere to write.
        if sys.stderr is not None:
            sys.stderr.write(f"{error}\n")
        code = 1
    sys.exit(code)


if __name__ == "__main__":
    main()
