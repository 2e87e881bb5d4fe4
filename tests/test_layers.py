"""Who may import whom, and that nothing heavy is imported before it is needed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = ("torch", "open_clip", "transformers", "timm")


@pytest.mark.parametrize("module", ["photoclip.app", "photoclip.cli", "photoclip.core.indexing"])
def test_importing_brings_no_torch(module: str) -> None:
    code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_command_line_brings_no_qt() -> None:
    code = "import sys, photoclip.cli; print(any(m.startswith('PySide6') for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


def test_layers_point_one_way() -> None:
    """cli, app -> ui -> core -> clip, and no Qt below ui; the contracts are in pyproject.toml."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()",
         "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_readme_names_the_system_libraries_the_app_asks_for() -> None:
    from photoclip import app

    assert f"sudo apt-get install {app._SYSTEM_PACKAGES}\n" in (ROOT / "README.md").read_text()


_SEARCHING = """
import sys
from pathlib import Path
from photoclip.app import _open
folder = Path(sys.argv[1])
opened = _open(folder / "library.photoclip", print)
opened.serving.encoder.encode_texts(["a dog"])
words = opened.running_on()
opened.library.close()
print(words, "torch" in sys.modules)
"""


def test_the_app_itself_never_imports_torch(tmp_path: Path) -> None:
    """It keeps hundreds of megabytes for good, and holds up the window while it is imported."""
    done = subprocess.run(
        [sys.executable, "-c", _SEARCHING, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)},
    )
    assert done.stdout.startswith("Processor")
    assert done.stdout.endswith("False\n")
