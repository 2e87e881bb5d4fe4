"""What is known of a photo, in words: for the details, tool tips and screen readers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, Qt, QTime

from photoclip.core.library import Library
from photoclip.core.paths import display_name
from photoclip.core.types import Annotation, Photo, PhotoTags
from photoclip.progress import StopFlag
from photoclip.ui.headings import long_date
from photoclip.ui.tag_chips import State, TagShown

T = TypeVar("T")

# Of more photos than these, selected together, the suggested tags are not counted.
_MOST_TOGETHER = 400
# So many are looked up at a time, between which it can be stopped.
_AT_ONCE = 2000
# More are no help for several photos together.
_MOST_GUESSES = 12


def _tr(text: str) -> str:
    return QCoreApplication.translate("Facts", text)


def spoken(photo: Photo | None, locale: QLocale) -> str:
    """The photo in a line: its name and day."""
    if photo is None:
        return _tr("Photo")
    return f"{display_name(photo.path)}, {long_date(photo.sort_time, locale)}"


def spoken_whole(
    photo: Photo | None, said: Annotation, match: str, tags: PhotoTags, locale: QLocale
) -> str:
    """All that is known of the photo in a line.

    "IMG_2034.jpg, 12 August 2023, favourite, strong match; tags beach, dog; suggested surf".

    Args:
        match: how well it matches what was searched for; "" for nothing.
    """
    first = [spoken(photo, locale), _tr("favourite") if said.favourite else "", match]
    parts = [", ".join(part for part in first if part)]
    for words, terms in (
        (_tr("tags %1"), tags.confirmed),
        (_tr("suggested %1"), [tag.term for tag in tags.suggested]),
    ):
        if terms:
            parts.append(words.replace("%1", ", ".join(terms)))
    return "; ".join(parts)


def capture_line(photo: Photo, locale: QLocale) -> str:
    """When it was taken, as the camera's clock showed it; "" when the file does not say."""
    if photo.captured_at is None:
        return ""
    when = QDateTime.fromString(photo.captured_at[:19], Qt.DateFormat.ISODate)
    if not when.isValid():
        return photo.captured_at
    date: QDate = when.date()
    time: QTime = when.time()
    day = locale.toString(date, QLocale.FormatType.LongFormat)
    return f"{day}, {locale.toString(time, QLocale.FormatType.ShortFormat)}"


def camera_line(photo: Photo) -> str:
    return photo.camera or ""


def exposure_line(photo: Photo, locale: QLocale) -> str:
    """Exposure time, aperture, sensitivity and focal length, those that are known."""
    parts = []
    if photo.exposure_time:
        seconds = photo.exposure_time
        text = f"1/{round(1 / seconds)}" if seconds < 0.4 else locale.toString(seconds, "g", 3)
        parts.append(f"{text} s")
    if photo.f_number:
        parts.append(f"f/{locale.toString(photo.f_number, 'g', 3)}")
    if photo.iso:
        parts.append(f"ISO {photo.iso}")
    if photo.focal_length:
        parts.append(f"{locale.toString(photo.focal_length, 'g', 4)} mm")
    return ", ".join(parts)


def size_line(photo: Photo, locale: QLocale) -> str:
    """Pixels, bytes and format: "4,032 × 3,024, 2.1 MB, JPEG"."""
    pixels = f"{locale.toString(photo.width)} × {locale.toString(photo.height)}"
    size = locale.formattedDataSize(photo.size, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
    return f"{pixels}, {size}, {photo.format}"


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of the photos that the details show: of one, or of several together.

    Attributes:
        photos: all their ids, int64 (n,).
        photo: the one, None for several.
        rating, favourite, caption: None where several differ.
        searchable: whether the model has seen it, so that having no tags means none fit.
        cut: whether there are so many photos that suggested tags are left out.
    """

    photos: NDArray[np.int64]
    photo: Photo | None
    tags: tuple[TagShown, ...]
    rating: int | None = 0
    favourite: bool | None = False
    caption: str | None = ""
    searchable: bool = True
    cut: bool = False


def known_of(library: Library, photo_id: int, model: str, folder: str | None) -> Known | None:
    """All that is known of one photo; None when it has gone. For any thread."""
    photo = library.photos([photo_id], folder).get(photo_id)
    if photo is None:
        return None
    tags = library.annotations.tags(photo_id, model)
    said = library.annotations.annotation(photo_id)
    locale = QLocale()
    shown = (
        *(TagShown(term, State.OWN) for term in tags.confirmed),
        *(TagShown(t.term, State.SUGGESTED, _percent(t.probability, locale))
          for t in tags.suggested),
        *(TagShown(term, State.REJECTED) for term in tags.rejected),
    )  # fmt: skip
    searchable = bool(tags.suggested) or library.vector(photo_id, model) is not None
    photos = np.array([photo_id], np.int64)
    return Known(photos, photo, shown, said.rating, said.favourite, said.caption, searchable)


def known_together(
    library: Library, photo_ids: NDArray[np.int64], model: str, stop: StopFlag
) -> Known:
    """What is known of several photos, with how many of them have each tag. For any thread.

    Raises:
        Stopped: by `stop`.
    """
    annotations, count, locale = library.annotations, len(photo_ids), QLocale()

    def shown(found: Mapping[str, int], state: State) -> list[TagShown]:
        of = _tr("%1 of %2").replace("%2", locale.toString(count))
        return [
            TagShown(term, state, of.replace("%1", locale.toString(n)), n < count)
            for term, n in sorted(found.items(), key=lambda item: (-item[1], item[0]))
        ]

    own, said = Counter[str](), Counter[Annotation]()
    for start in range(0, count, _AT_ONCE):
        stop.check()
        part = photo_ids[start : start + _AT_ONCE].tolist()
        own.update(annotations.confirmed_in(part))
        said.update(annotations.said_in(part))
    cut = count > _MOST_TOGETHER
    suggested: Counter[str] = Counter()
    for photo_id in () if cut else photo_ids.tolist():
        suggested.update(tag.term for tag in annotations.tags(photo_id, model).suggested)
    guesses = {term: n for term, n in suggested.items() if term not in own}
    every = set(said)
    if sum(said.values()) < count:
        every.add(Annotation())  # nothing is said of the others
    return Known(
        photo_ids,
        None,
        (*shown(own, State.OWN), *shown(guesses, State.SUGGESTED)[:_MOST_GUESSES]),
        _common({one.rating for one in every}),
        _common({one.favourite for one in every}),
        _common({one.caption for one in every}),
        cut=cut,
    )


def _common(values: set[T]) -> T | None:
    return next(iter(values)) if len(values) == 1 else None


def _percent(part: float, locale: QLocale) -> str:
    return locale.toString(round(100 * part)) + locale.percent()
