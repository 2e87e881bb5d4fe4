"""Runs first in the built app: what its launcher set for itself does not reach other programs.

On Linux the launcher makes the loader find the app's libraries by LD_LIBRARY_PATH. The loader has
read it by now; a file manager or browser that the app opens would take our libraries for its own.
The app's own second process begins as if it were started afresh, and so finds them too.
"""

import os

_before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
if _before is not None:
    os.environ["LD_LIBRARY_PATH"] = _before
else:
    os.environ.pop("LD_LIBRARY_PATH", None)
os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
