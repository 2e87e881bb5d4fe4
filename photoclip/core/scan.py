"""Walking folders on disk for photo files, without reading any of them."""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from photoclip.core.folders import SEPARATOR, inside
from photoclip.core.imaging import is_photo_name
from photoclip.core.sidecars import SUFFIX, find_sidecars, sidecar_names
from photoclip.core.types import Failure
from photoclip.progress import StopFlag

# Folders that hold no photos of the person's own: other programs' caches, previews and bins.
_SKIPPED_NAMES = frozenset(
    {
        "$recycle.bin", "#recycle", "@eadir", "@recycle", "__macosx", "cache", "caches",
        "lost+found", "node_modules", "system volume information", "thumbnails", "thumbs",
    }
)  # fmt: skip
# Lightroom's and Capture One's previews, and our own thumbnails beside a library.
_SKIPPED_SUFFIXES = (".lrdata", ".cocatalog", ".thumbnails")
# Apple's libraries are folders; their originals lie in one of these, the rest is derived.
_APPLE_LIBRARIES = (".photoslibrary", ".photolibrary", ".aplibrary")
_APPLE_ORIGINALS = frozenset({"originals", "masters"})

_EARLIEST, _LATEST = -(2**63), 2**63 - 1
_SIDECAR = os.fsencode(SUFFIX)
_HIDES = os.name == "nt"

_UNREADABLE = "It may not be read. Change its permissions, then rescan."
_GONE = "It went away while it was being read. Connect its drive, then rescan."


class FoundFile(NamedTuple):
    """A photo file as its directory entry tells.

    Attributes:
        size: in bytes.
        mtime_ns: modification time.
        sidecars: sizes and times of the sidecars beside it, "" without any.
    """

    name: bytes
    size: int
    mtime_ns: int
    sidecars: str = ""


# A `FoundFile` as a mere tuple, equal to a row of what the library knows of it. Python's garbage
# collector looks at an instance again and again, at a tuple of such values once.
Row = tuple[bytes, int, int, str]


@dataclass(frozen=True)
class Listing:
    """The photo files directly in one directory.

    Attributes:
        rows: of each file, by name.
        asked: the names that were looked for; None for whatever there is.
        unseen: names of files and folders that are there but were not looked into: links that
            lead nowhere now, or to what is found elsewhere, and what could not be looked at.
    """

    directory: bytes
    rows: tuple[Row, ...]
    asked: frozenset[bytes] | None = None
    unseen: frozenset[bytes] = frozenset()

    @property
    def files(self) -> tuple[FoundFile, ...]:
        return tuple(map(FoundFile._make, self.rows))


def reaches(root: bytes, path: bytes) -> bool:
    """Whether a walk of `root` comes to `path`: it lies inside, and not in what is left out."""
    if not inside(path, root):
        return False
    names = [os.fsdecode(name) for name in path[len(root) :].split(SEPARATOR) if name]
    return all(not name.startswith(".") and _holds_photos(name, False) for name in names)


def scan(roots: Sequence[bytes], stop: StopFlag) -> Iterator[Listing | Failure]:
    """List every directory below `roots`, each once, in path order.

    Links are followed, but never twice to the same place, and not to what lies inside a root and
    is found there anyway; so links in circles end.

    Args:
        roots: absolute paths of folders or of single files.

    Yields:
        A `Listing` for each directory that could be read, a `Failure` for each that could not.
        It ends early, without a word, when `stop` is set.
    """
    return _Walk(roots, stop).listings()


class _Walk:
    def __init__(self, roots: Sequence[bytes], stop: StopFlag) -> None:
        self._roots = roots
        self._real_roots = [os.path.realpath(root) for root in roots]
        self._stop = stop
        self._entered: set[tuple[int, int]] = set()
        self._linked_files: set[bytes] = set()

    def listings(self) -> Iterator[Listing | Failure]:
        singles: dict[bytes, list[bytes]] = {}
        for root in self._roots:
            directory, name = os.path.split(root)
            if not os.path.isdir(root) and is_photo_name(name):
                singles.setdefault(directory, []).append(name)
            else:
                yield from self._below(root)
        for directory, names in singles.items():
            yield self._singles(directory, names)

    def _singles(self, directory: bytes, names: Sequence[bytes]) -> Listing | Failure:
        if not os.path.isdir(directory):
            return Failure(os.fsdecode(directory), _GONE, permanent=False)
        files = []
        for name in names:
            with suppress(OSError):
                path = os.path.join(directory, name)
                facts = os.stat(path)
                if stat.S_ISREG(facts.st_mode):
                    beside = {
                        os.path.basename(sidecar): _stamp(os.stat(sidecar))
                        for sidecar in map(os.fsencode, find_sidecars(os.fsdecode(path)))
                    }
                    file = _found(name, facts)
                    files.append(_beside(file, beside))
        return Listing(directory, tuple(files), frozenset(names))

    def _below(self, root: bytes) -> Iterator[Listing | Failure]:
        pending = [root]
        while pending and not self._stop.stopped:
            directory = pending.pop()
            try:
                self._enter(directory)
                listing, folders = self._list(directory)
            except PermissionError:
                yield Failure(os.fsdecode(directory), _UNREADABLE, permanent=False)
            except OSError:
                yield Failure(os.fsdecode(directory), _GONE, permanent=False)
            else:
                yield listing
                pending.extend(sorted(folders, reverse=True))

    def _enter(self, directory: bytes) -> bool:
        """Remember a directory; whether it is entered for the first time."""
        facts = os.stat(directory)
        place = (facts.st_dev, facts.st_ino)
        # Some network drives number nothing.
        first = facts.st_ino == 0 or place not in self._entered
        self._entered.add(place)
        return first

    def _list(self, directory: bytes) -> tuple[Listing, list[bytes]]:
        """What lies in a directory, and which folders in it to go on with."""
        files: list[Row] = []
        sidecars: dict[bytes, str] = {}
        folders: list[bytes] = []
        unseen: set[bytes] = set()
        apple = directory.lower().endswith(tuple(os.fsencode(s) for s in _APPLE_LIBRARIES))
        with os.scandir(directory) as entries:
            for entry in entries:
                name = entry.name
                if name[:1] == b".":
                    continue
                try:
                    # Nearly all are photos and no links.
                    if is_photo_name(name) and entry.is_file(follow_symlinks=False):
                        facts = entry.stat()
                        if not _HIDES or not _is_hidden(entry):
                            files.append(_found(name, facts))
                    elif entry.is_symlink() and not self._leads_out(entry):
                        unseen.add(name)
                    elif entry.is_dir():
                        if _holds_photos(os.fsdecode(name), apple) and not _is_hidden(entry):
                            if self._enter(entry.path):
                                folders.append(entry.path)
                            else:
                                unseen.add(name)
                    elif is_photo_name(name) and entry.is_file():
                        facts = entry.stat()
                        if not _HIDES or not _is_hidden(entry):
                            files.append(_found(name, facts))
                    elif name.lower().endswith(_SIDECAR) and entry.is_file():
                        sidecars[name] = _stamp(entry.stat())
                except OSError:
                    unseen.add(name)
        files.sort()
        if sidecars:
            files = [_beside(file, sidecars) for file in files]
        return Listing(directory, tuple(files), unseen=frozenset(unseen)), folders

    def _leads_out(self, link: "os.DirEntry[bytes]") -> bool:
        """Whether a link leads to something that is there and is not found anyway."""
        target = os.path.realpath(link.path)
        if any(inside(target, root) for root in self._real_roots) or not os.path.exists(target):
            return False
        if link.is_file():
            if target in self._linked_files:
                return False
            self._linked_files.add(target)
        return True


def _found(name: bytes, facts: os.stat_result) -> Row:
    mtime_ns = facts.st_mtime_ns
    if not _EARLIEST <= mtime_ns <= _LATEST:
        # Some files claim to be from the year 2554; SQLite's numbers end in 2262.
        mtime_ns = max(_EARLIEST, min(_LATEST, mtime_ns))
    return name, facts.st_size, mtime_ns, ""


def _beside(file: Row, sidecars: Mapping[bytes, str]) -> Row:
    """The file with the stamps of those sidecars, by name, that may be its own."""
    name, size, mtime_ns, _ = file
    names = map(os.fsencode, sidecar_names(os.fsdecode(name)))
    return name, size, mtime_ns, " ".join(filter(None, map(sidecars.get, names)))


def _stamp(facts: os.stat_result) -> str:
    return f"{facts.st_size}-{facts.st_mtime_ns}"


def _holds_photos(name: str, in_apple_library: bool) -> bool:
    lowered = name.lower()
    if in_apple_library:
        return lowered in _APPLE_ORIGINALS
    return lowered not in _SKIPPED_NAMES and not lowered.endswith(_SKIPPED_SUFFIXES)


def _is_hidden(entry: "os.DirEntry[bytes]") -> bool:
    """Windows marks hidden files by an attribute; elsewhere the leading dot is all there is."""
    attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & stat.FILE_ATTRIBUTE_HIDDEN)
