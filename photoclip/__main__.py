"""`python -m photoclip` and the double-clicked app: the same as the `photoclip` command."""

from photoclip.cli import main

if __name__ == "__main__":
    main()
