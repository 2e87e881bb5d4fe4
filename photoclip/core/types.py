"""The values that cross threads, signals and layers: frozen, small, free of behaviour."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from photoclip.core.parallel import taken
from photoclip.core.ranking import by_score
from photoclip.core.relevance import BANDS, Band
from photoclip.progress import Progress


@dataclass(frozen=True)
class Photo:
    """What the library knows of one photo, that is of one content wherever its files lie.

    Attributes:
        id: the library's own number for it.
        content_hash: xxh3_128 of the file's bytes, 32 hex digits.
        path: where it lies; the last known place when `present` is False.
        present: whether a file with this content was there at the last scan.
        width, height: of the upright original, in pixels.
        size: of the file, in bytes.
        captured_at: local ISO date and time as the camera's clock showed it, or None.
        captured_offset: minutes east of UTC, or None where the file does not say.
        sort_time: seconds, the capture time read as if it were UTC; without one the file's own
            modification time. What the grid is ordered by.
        exposure_time: seconds. focal_length: millimetres. latitude, longitude: degrees, WGS84.
    """

    id: int
    content_hash: str
    path: str
    present: bool
    width: int
    height: int
    format: str
    size: int
    sort_time: int
    captured_at: str | None = None
    captured_offset: int | None = None
    camera: str | None = None
    lens: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    exposure_time: float | None = None
    f_number: float | None = None
    iso: int | None = None
    focal_length: float | None = None


@dataclass(frozen=True)
class Scope:
    """Which photos are meant: all of them, or those in a folder, with a tag, in an album.

    Attributes:
        folder: a folder's path, its sub-folders included; None for every folder.
        tag: a term of the vocabulary; None for every photo.
        album: the number of a plain album; None for every photo.
    """

    folder: str | None = None
    tag: str | None = None
    album: int | None = None


@dataclass(frozen=True)
class Folder:
    """A folder in the library with the number of photos in it and below, and what lies in it.

    Attributes:
        online: False when the folder cannot be reached now, e.g. on a drive not plugged in.
    """

    path: str
    name: str
    count: int
    online: bool = True
    children: tuple["Folder", ...] = ()


@dataclass(frozen=True)
class Tag:
    """A suggested tag of a photo and how sure the model is, 0 to 1."""

    term: str
    probability: float


@dataclass(frozen=True)
class PhotoTags:
    """The tags of one photo.

    Attributes:
        confirmed: the person's own, in alphabetical order.
        suggested: what a model suggests and nobody has decided on, surest first.
        rejected: what the person said is wrong.
    """

    confirmed: tuple[str, ...] = ()
    suggested: tuple[Tag, ...] = ()
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True)
class TagCount:
    """How many photos have a tag, and how many of them by the person's own decision."""

    term: str
    count: int
    own: int = 0


@dataclass(frozen=True)
class Annotation:
    """What a person says of a photo besides tags.

    Attributes:
        rating: 1 to 5 stars, 0 none, -1 rejected.
    """

    rating: int = 0
    favourite: bool = False
    caption: str = ""


@dataclass(frozen=True)
class Failure:
    """A file that could not be read.

    Attributes:
        reason: one plain sentence without the file's name.
        permanent: True when trying again is useless until the file changes.
    """

    path: str
    reason: str
    permanent: bool


@dataclass(frozen=True)
class Counts:
    """How much of the library there is: present photos, those searchable, unreadable files."""

    photos: int
    searchable: int
    failures: int


@dataclass(frozen=True)
class StoredModel:
    """A model whose vectors the library holds, whether the model itself is still there or not.

    Attributes:
        id: under which they are stored; `Encoder.id`.
        name: what a person calls the model.
        vectors: of how many photos, those included that are not there now.
        bytes: of the vectors alone.
    """

    id: str
    name: str
    vectors: int
    bytes: int


@dataclass(frozen=True)
class Hit:
    """A search result.

    Attributes:
        score: how relevant the photo is, in standard deviations of what is usual in the library.
        band: how sure that is; None where nothing was scored.
        matched: "words" where what was asked for stands in a name, a caption or a tag of the
            person's own; "looks" where the photo looks like it.
    """

    photo_id: int
    score: float
    band: Band | None = None
    matched: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Results:
    """The answer to a query, band after band, best first.

    Attributes:
        photo_ids: int64 (n,).
        scores: float32 (n,), see `Hit.score`.
        bands: int8 (n,), indices into `BANDS`; empty where nothing was scored.
        said: bool (n,), whether the words stand in a name, a caption or an own tag.
        times: int64 (n,), the photos' `sort_time`.
        loose: the weak ones that are not the best yet: as they were listed, until `in_order`.
        places: int64 (n,), where each stood when they were listed, newest first; None where they
            stand so now.
    """

    photo_ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    bands: NDArray[np.int8]
    said: NDArray[np.bool_]
    times: NDArray[np.int64]
    loose: slice = field(default_factory=lambda: slice(0, 0))
    places: NDArray[np.int64] | None = None

    @classmethod
    def listed(cls, photo_ids: NDArray[np.int64], times: NDArray[np.int64]) -> "Results":
        """Photos that were not scored, in the order given."""
        count = len(photo_ids)
        unscored, unsaid = np.zeros(count, np.float32), np.zeros(count, bool)
        return cls(photo_ids, unscored, np.empty(0, np.int8), unsaid, times)

    @property
    def relevant(self) -> NDArray[np.bool_]:
        """Which are strong or likely, bool (n,); all of them where nothing was scored."""
        if not len(self.bands):
            return np.ones(len(self.photo_ids), bool)
        relevant: NDArray[np.bool_] = self.bands != BANDS.index(Band.WEAK)
        return relevant

    def count(self, band: Band) -> int:
        return int(np.count_nonzero(self.bands == BANDS.index(band)))

    @property
    def nothing(self) -> bool:
        """Whether photos were scored, and none is relevant."""
        return len(self.bands) > 0 and self.count(Band.WEAK) == len(self.bands)

    def without(self, photo_ids: Sequence[int]) -> "Results":
        """The others, in the same order."""
        others = ~np.isin(self.photo_ids, photo_ids) if photo_ids else None
        if others is None or others.all():
            return self
        before = int(np.count_nonzero(others[: self.loose.start]))
        return Results(
            self.photo_ids[others],
            self.scores[others],
            self.bands[others] if len(self.bands) else self.bands,
            self.said[others],
            self.times[others],
            slice(before, before + int(np.count_nonzero(others[self.loose]))),
            None if self.places is None else self.places[others],
        )

    def in_order(self) -> "Results":
        """With those that were loose in their order too."""
        if self.loose.start == self.loose.stop:
            return self
        order = np.arange(len(self.photo_ids))
        order[self.loose] = self.loose.start + by_score(self.scores[self.loose])
        return Results(
            taken(self.photo_ids, order),
            taken(self.scores, order),
            self.bands,
            taken(self.said, order),
            taken(self.times, order),
            places=order if self.places is None else taken(self.places, order),
        )

    def hits(self, limit: int) -> list[Hit]:
        """The first `limit` of them."""
        if limit > self.loose.start:
            return self.in_order()._hits(limit)
        return self._hits(limit)

    def _hits(self, limit: int) -> list[Hit]:
        hits = []
        for i in range(min(limit, len(self.photo_ids))):
            band = BANDS[self.bands[i]] if len(self.bands) else None
            looks = band not in (None, Band.WEAK) and bool(self.scores[i] > 0)
            matched = ("words",) * bool(self.said[i]) + ("looks",) * looks
            hits.append(Hit(int(self.photo_ids[i]), float(self.scores[i]), band, matched))
        return hits


@dataclass(frozen=True)
class Change:
    """What a write changed, for views to refresh from.

    Attributes:
        added: ids of photos that were stored, and may have become visible.
        removed: whether any photo went out of sight.
        folders, tags, failures, albums: whether these lists may read differently now.
        model: whether another model answers now, so that all that hangs on one is another.
    """

    added: tuple[int, ...] = ()
    removed: bool = False
    folders: bool = False
    tags: bool = False
    failures: bool = False
    model: bool = False
    albums: bool = False

    def __bool__(self) -> bool:
        lists = self.folders or self.tags or self.failures or self.albums
        return bool(self.added) or self.removed or lists or self.model


@dataclass(frozen=True)
class IndexProgress(Progress):
    """A report of indexing or of switching models.

    Phases: "scanning", "loading" (the model), "embedding" (known photos), "indexing", "tagging".
    """

    change: Change = field(default_factory=Change)


@dataclass(frozen=True)
class IndexReport:
    """How an indexing run ended; the counts are of files, not of photos.

    `found == indexed + unchanged + moved + failed` when the run was not stopped.

    Attributes:
        found: photo files there are in the folders.
        indexed: read anew, or read again because they changed.
        unchanged: known, and as they were.
        moved: known photos found under a new path, their old file being gone.
        missing: files that were there at the last scan and are not any more.
        failed: files that cannot be read, now or already before.
        skipped_folders: folders that could not be entered, with the reason.
        seconds: how long it took.
        embedded: photos that went through the encoder.
        stopped: whether it was stopped before its end.
    """

    found: int = 0
    indexed: int = 0
    unchanged: int = 0
    moved: int = 0
    missing: int = 0
    failed: int = 0
    skipped_folders: tuple[Failure, ...] = ()
    seconds: float = 0.0
    embedded: int = 0
    stopped: bool = False


@dataclass(frozen=True)
class SwitchReport:
    """How preparing another model ended; the counts are of photos.

    Attributes:
        switched: whether that model serves now.
        embedded: went through its encoder.
        from_thumbnails: how many of these without reading the original.
        left: could not be embedded now, since neither thumbnail nor original could serve, as on
            a drive that is not connected; indexing embeds them when their files are back.
        seconds: how long it took.
        stopped: whether it ended before its end: stopped, or another model is wanted by now.
    """

    switched: bool = False
    embedded: int = 0
    from_thumbnails: int = 0
    left: int = 0
    seconds: float = 0.0
    stopped: bool = False
