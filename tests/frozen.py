"""The built app from outside: moved elsewhere and with an empty environment, it does its main job.

Usage: python tests/frozen.py DIST_FOLDER [PHOTO_FOLDER]

DIST_FOLDER is what `pyinstaller photoclip.spec` made, dist/PhotoClip. Without PHOTO_FOLDER the
photos of the tests are used, one of them as HEIC and one with a sidecar, and the right ones have to
be found. Prints what is seen and the ten largest parts; exits with 1 when something is wrong.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

PHOTOS = Path(__file__).parent / "data" / "photos"
# The starter model tells these apart with certainty.
QUERIES = {"a cat": "cat.jpg", "a rocket": "rocket.jpg", "a cup of coffee": "coffee.heic"}
KEYWORD = "Morgenlicht"  # of the cat's photo, by a sidecar beside it
SIDECAR = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:subject><rdf:Bag><rdf:li>{KEYWORD}</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta>"""
COMMAND_SECONDS = 900
WINDOW_SECONDS = 300

# By its own choice or by the signal's; Windows knows no signals and gives 1.
_ENDED = (0, 1 if os.name == "nt" else -signal.SIGTERM)


class CheckError(Exception):
    """The app does not do what it should."""


def expect(truth: object, what: str) -> None:
    if not truth:
        raise CheckError(what)


class App:
    """A copy of the built folder, run with nothing but a home folder for an environment."""

    def __init__(self, dist: Path, work: Path) -> None:
        self.home = work / "home"
        self.home.mkdir()
        self.folder = work / "moved here"
        shutil.copytree(dist, self.folder, symlinks=True)
        self.library = work / "library.photoclip"
        self.hidden = _hiding(work)
        self._environment = {"HOME": str(self.home)}
        if os.name == "nt":  # Windows starts nothing without these
            own = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP")}
            folders = dict.fromkeys(("USERPROFILE", "APPDATA", "LOCALAPPDATA"), str(self.home))
            self._environment = own | folders

    def command(self, *arguments: str) -> Any:
        """Run the command line and return the JSON it answers."""
        started = time.monotonic()
        run = subprocess.run(
            [
                *self.hidden,
                self._program("photoclip-cli"),
                *arguments,
                "--json",
                "--library",
                str(self.library),
            ],
            cwd=self.home,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        seconds = time.monotonic() - started
        errors = run.stderr.decode(errors="replace").strip()
        expect(run.returncode == 0, f"{arguments} ended with {run.returncode}:\n{errors}")
        # Warnings of libraries show a person that something is missing in the build.
        expect("Warning" not in errors, f"{arguments} warned:\n{errors}")
        print(f"photoclip-cli {' '.join(arguments[:2])} …: {seconds:.1f} s")
        return json.loads(run.stdout)

    def window(self, photos: Path) -> None:
        """Open the app on photos without a screen, see that it takes them in, and end it."""
        library = self.library.with_name("window.photoclip")
        told = library.with_suffix(".txt")
        wanted = sum(path.suffix != ".xmp" for path in photos.iterdir())
        started = time.monotonic()
        with (
            told.open("wb") as errors,
            subprocess.Popen(
                [*self.hidden, self._program("PhotoClip"), "--library", str(library), str(photos)],
                cwd=self.home,
                env=self._environment | {"QT_QPA_PLATFORM": "offscreen"},
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
            ) as app,
        ):
            try:
                while photo_count(library) < wanted:
                    text = told.read_text(errors="replace")
                    expect("Traceback" not in text, f"the app met a bug:\n{text}")
                    expect(app.poll() is None, f"the app ended with {app.returncode}:\n{text}")
                    expect(time.monotonic() < started + WINDOW_SECONDS, "the app takes nothing in")
                    time.sleep(0.5)
                seconds = time.monotonic() - started
                app.send_signal(signal.SIGTERM)
                app.wait(WINDOW_SECONDS)
            finally:
                app.kill()
        expect(app.returncode in _ENDED, f"the app ended with {app.returncode} on SIGTERM")
        print(f"PhotoClip: has taken in {wanted} photos after {seconds:.1f} s, ended on SIGTERM")

    def _program(self, name: str) -> str:
        return str(self.folder / (name + (".exe" if os.name == "nt" else "")))


def _hiding(work: Path) -> list[str]:
    """What before a command makes this script's virtual environment an empty folder for it.

    Linux can give one process its own view of the file system. Empty elsewhere, and where it may
    not: then this proves less on the machine that built the app.
    """
    empty = work / "empty"
    empty.mkdir()
    script = 'mount --bind "$0" "$1" && shift && exec "$@"'
    for options in ("-m", "-rm"):
        prefix = ["unshare", options, "sh", "-c", script, str(empty), sys.prefix]
        look = [*prefix, "ls", "-A", sys.prefix]
        if sys.prefix == sys.base_prefix or shutil.which("unshare") is None:
            break
        run = subprocess.run(look, capture_output=True, check=False)
        if run.returncode == 0 and not run.stdout:
            print(f"hidden from the app: {sys.prefix}")
            return prefix
    print(f"not hidden from the app, which so could use it: {sys.prefix}")
    return []


def photo_count(library: Path) -> int:
    """How many photos a library holds that another program is writing."""
    if not library.is_file():
        return 0
    db = sqlite3.connect(f"{library.as_uri()}?mode=ro", uri=True)
    try:
        return int(db.execute("SELECT count(*) FROM vectors").fetchone()[0])
    except sqlite3.OperationalError:  # it has no tables yet
        return 0
    finally:
        db.close()


def own_photos(folder: Path) -> Path:
    """The photos of the tests, one of them as HEIC and one with a keyword in a sidecar."""
    from PIL import Image
    from pillow_heif import register_heif_opener

    register_heif_opener()
    photos = folder / "фото 照片"  # an empty environment has no word on how names are encoded
    photos.mkdir()
    for path in PHOTOS.glob("*.jpg"):
        shutil.copy(path, photos)
    jpeg = photos / "coffee.jpg"
    with Image.open(jpeg) as image:
        image.save(jpeg.with_suffix(".heic"))
    jpeg.unlink()
    (photos / "cat.xmp").write_text(SIDECAR)
    return photos


def check_main_job(app: App, photos: Path, queries: dict[str, str]) -> None:
    """Index the photos and search; every query has to be answered, by its photo if it names one."""
    report = app.command("index", str(photos))
    print(report)
    expect(report["found"] > 0, "no photo was found")
    expect(report["indexed"] + report["failed"] == report["found"], "not all was indexed")
    expect(report["indexed"] > report["failed"], "most photos failed")
    again = app.command("index", str(photos))
    expect(again["unchanged"] == report["indexed"], f"the second time gave {again}")
    for query, wanted in queries.items():
        hits = app.command("search", query, "-n", "3")
        print([(Path(hit["path"]).name, round(hit["score"], 3)) for hit in hits])
        scores = [hit["score"] for hit in hits]
        expect(hits and scores == sorted(scores, reverse=True), f"{query!r} was answered {hits}")
        expect(all(Path(hit["path"]).is_file() for hit in hits), f"{query!r} gave {hits}")
        expect(not wanted or Path(hits[0]["path"]).name == wanted, f"{query!r} gave {hits}")
    best = app.command("tags", hits[0]["path"], "--labels", "food,car")[0]["tags"]
    expect(abs(sum(tag["probability"] for tag in best) - 1) < 0.01, f"tags were {best}")


def check_sidecar(app: App) -> None:
    """The keyword beside a photo finds it."""
    hits = app.command("search", KEYWORD)
    found = [Path(hit["path"]).name for hit in hits if "words" in hit["matched"]]
    expect(found == ["cat.jpg"], f"the sidecar's keyword gave {hits}")


def part(path: Path) -> str:
    """The top-level package that a file of the built folder belongs to."""
    names = [name for name in path.parts if name != "_internal"]
    top = names[0]
    if len(names) == 1:
        if top.startswith(("python3", "libpython", "base_library")):
            return "Python"
        return "the programs, with all Python code" if "hotoclip" in top.lower() else "libraries"
    if top.startswith("python3"):
        return "Python"
    if top == "photoclip":
        return "/".join(names[:4]) if names[2:3] == ["models"] else "photoclip"
    return top.removesuffix(".libs").removesuffix(".dist-info").split("-")[0]


def show_sizes(folder: Path) -> None:
    """Bytes in files, links not counted; MB are 10^6 bytes."""
    sizes: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            sizes[part(path.relative_to(folder))] += path.stat().st_size
    print(f"size: {sizes.total() / 1e6:.0f} MB")
    for name, size in sizes.most_common(10):
        print(f"{size / 1e6:8.1f}  {name}")


def main(dist: Path, photos: Path | None) -> None:
    with tempfile.TemporaryDirectory(prefix="photoclip-") as temporary:
        work = Path(temporary)
        app = App(dist, work)
        own = own_photos(work)
        if photos is None:
            check_main_job(app, own, QUERIES)
            check_sidecar(app)
        else:
            check_main_job(app, photos, dict.fromkeys(("a flower", "a street in a town"), ""))
        app.window(own)
    show_sizes(dist)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.stdout.reconfigure(line_buffering=True)
    try:
        main(*(Path(name).resolve() for name in sys.argv[1:]), *([None] * (3 - len(sys.argv))))
    except (CheckError, subprocess.TimeoutExpired) as failure:
        sys.exit(f"FAILED: {failure}")
    print("All is well.")
