"""XMP sidecars beside photos: which belong to one, reading them, and writing into one safely."""

import errno
import os
import secrets
import shutil
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from photoclip.clip.disk import sync
from photoclip.core.formats import PHOTO_EXTENSIONS
from photoclip.core.merging import merged
from photoclip.core.own import Own
from photoclip.core.paths import display_name
from photoclip.core.rdf import LONGEST, NotXmp
from photoclip.errors import PhotoClipError

# Listing a folder for each of its photos would take the square of their number.
SUFFIX: Final = ".xmp"
_SUFFIXES: Final = (SUFFIX, ".XMP", ".Xmp")
# Adobe's programs write into these files themselves and make sidecars for RAW only, so that an
# IMG.xmp beside an IMG.jpg and an IMG.cr2 is the latter's.
_HELD_INSIDE: Final = frozenset(
    ".jpg .jpeg .jpe .jfif .jif .mpo .png .apng .webp .gif .tif .tiff .bmp .dib .heic .heif .hif"
    " .heics .heifs .avif .avifs .jp2 .j2k .jpf .jpx .j2c .jpc .dng".split()
)
_MOST_ATTEMPTS: Final = 5


@dataclass(frozen=True)
class Written:
    """Where a photo's sidecar is, and whether it had to be changed."""

    sidecar: str
    changed: bool


def find_sidecars(photo: str) -> tuple[str, ...]:
    """The sidecars that are there for the photo at this path, the one that counts more first.

    "IMG.jpg.xmp", as darktable and digiKam call it, names this photo alone; "IMG.xmp", as
    Lightroom and Adobe's other programs call it, may stand for another of the same name.
    """
    stem, extension = os.path.splitext(photo)
    names = [photo] if _is_shared(stem, extension) else [photo, stem]
    found = (
        next((name + suffix for suffix in _SUFFIXES if os.path.isfile(name + suffix)), None)
        for name in names
    )
    return tuple(path for path in found if path is not None)


def sidecar_names(photo: str) -> tuple[str, ...]:
    """All names by which `find_sidecars` may find one; of a file name or a path."""
    return tuple(
        name + suffix for name in (photo, os.path.splitext(photo)[0]) for suffix in _SUFFIXES
    )


def sidecar_stamp(photo: str) -> str:
    """The sizes and times of the sidecars beside a photo, as `scan.FoundFile` has them."""
    stamps: dict[object, str] = {}
    for name in sidecar_names(photo):
        with suppress(OSError):
            facts = os.stat(name)
            if stat.S_ISREG(facts.st_mode):
                # One file may answer to both spellings; some network drives number nothing.
                stamps.setdefault(facts.st_ino or name, f"{facts.st_size}-{facts.st_mtime_ns}")
    return " ".join(stamps.values())


def read_sidecars(photo: str) -> tuple[bytes, ...]:
    """The bytes of `find_sidecars`, for `read_own`; without those that cannot be read."""
    contents: list[bytes] = []
    for sidecar in find_sidecars(photo):
        with suppress(OSError, NotXmp):
            contents.append(_read(sidecar) or b"")
    return tuple(contents)


def write_sidecar(photo: str, own: Own, previous: Own | None = None) -> Written:
    """Merge a person's tags, rating and caption into the photo's sidecar. The photo is not touched.

    Into "IMG.jpg.xmp" where it is there, else into "IMG.xmp" where that is there and this photo's,
    else into a new "IMG.jpg.xmp". Afterwards all of `own` stands in the sidecar, but for a rating
    or a caption that another program changed and the person did not change in PhotoClip. Of what
    else stands there, only what is in `previous` and no more in `own` is taken out. So a rating or
    caption is written over another only where the person changed it since `previous`.

    The file is replaced as a whole once the new one is on the disk, and only if it is still what
    was read, else read and merged again. It is left alone, time and all, where nothing changes.

    Args:
        previous: what PhotoClip and this sidecar last agreed on: what was written to it last, or
            for the first time the rating and caption that were read from it. None if neither.

    Raises:
        PhotoClipError: the photo is gone, or the sidecar is damaged, read-only, on a full disk or
            rewritten all the time. It is left as it was.
    """
    if not os.path.isfile(photo):
        raise PhotoClipError(
            f'"{display_name(photo)}" is not where it was, so nothing was written beside it.'
            " Connect its drive, or rescan."
        )
    sidecar = next(iter(find_sidecars(photo)), photo + _SUFFIXES[0])
    shown = display_name(sidecar)
    try:
        return Written(sidecar, _write(os.path.realpath(sidecar), own, previous))
    except NotXmp as error:
        raise PhotoClipError(
            f'The sidecar "{shown}" is damaged or no XMP, so it was left as it is.'
            " Repair it or move it away, then try again."
        ) from error
    except PermissionError as error:
        raise PhotoClipError(
            f'The sidecar "{shown}" may not be written.'
            " Change the permissions of the file and its folder, then try again."
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            reason = "there is no space left. Make some"
        elif error.errno == errno.EROFS:
            reason = "its drive is read-only. Make it writable"
        else:
            reason = "its drive does not take it. Check the drive"
        raise PhotoClipError(
            f'The sidecar "{shown}" cannot be written: {reason}, then try again.'
        ) from error


def _is_shared(stem: str, extension: str) -> bool:
    """Whether "IMG.xmp" may be about another photo than this one."""
    if extension.lower() not in _HELD_INSIDE:
        return False
    if not any(os.path.isfile(stem + suffix) for suffix in _SUFFIXES):
        return False
    others = PHOTO_EXTENSIONS - {extension.lower()}
    return any(os.path.exists(stem + s) for other in others for s in (other, other.upper()))


def _write(sidecar: str, own: Own, previous: Own | None) -> bool:
    """Whether there was anything to change. Raises NotXmp and OSError."""
    for _ in range(_MOST_ATTEMPTS):
        before = _read(sidecar)
        content = merged(before, own, previous)
        if content is None:
            return False
        if _replace(sidecar, before, content):
            return True
    raise PhotoClipError(
        f'Another program keeps writing the sidecar "{display_name(sidecar)}".'
        " Close it there, then try again."
    )


def _read(sidecar: str) -> bytes | None:
    """The bytes, None where there is no file. Raises NotXmp where it is too long to be one."""
    try:
        # Opening a pipe would wait for its other end.
        if not stat.S_ISREG(os.stat(sidecar).st_mode):
            raise NotXmp("no file")
        with open(sidecar, "rb") as file:
            content = file.read(LONGEST + 1)
    except FileNotFoundError:
        return None
    if len(content) > LONGEST:
        raise NotXmp("too long")
    return content


def _replace(sidecar: str, before: bytes | None, content: bytes) -> bool:
    """Whether the sidecar was still `before`, and is `content` now."""
    folder = os.path.dirname(sidecar)
    if before is not None and not _is_writable(sidecar):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), sidecar)
    # The sidecar's own name with something added might be too long.
    temporary = os.path.join(folder, f".photoclip-{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if before is not None:
            # Its permissions and labels, where the drive has such, but not its time: others shall
            # notice.
            with suppress(OSError):
                shutil.copystat(sidecar, temporary)
            os.utime(temporary)
        if _read(sidecar) != before:
            return False
        os.replace(temporary, sidecar)
    finally:
        with suppress(OSError):
            os.unlink(temporary)
    with suppress(OSError):  # some network drives sync no folders; the file is there all the same
        sync(Path(folder))
    return True


def _is_writable(sidecar: str) -> bool:
    """Replacing a file asks only the folder; yet who made it read-only meant it."""
    mode = os.stat(sidecar).st_mode
    return bool(mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)) and os.access(sidecar, os.W_OK)
