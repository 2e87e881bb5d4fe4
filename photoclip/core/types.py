"""The values that cross threads, signals and layers: frozen, small, free of behaviour."""

from dataclasses import dataclass, field

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
    """Which photos are meant: all of them, or those in a folder, with a tag, or both.

    Attributes:
        folder: a folder's path, its sub-folders included; None for every folder.
        tag: a term of the vocabulary; None for every photo.
    """

    folder: str | None = None
    tag: str | None = None


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
class TagCount:
    term: str
    count: int


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
    """A search result: a photo and the cosine similarity of its embedding with the query's."""

    photo_id: int
    score: float


@dataclass(frozen=True)
class Change:
    """What a write changed, for views to refresh from.

    Attributes:
        added: ids of photos that were stored, and may have become visible.
        removed: whether any photo went out of sight.
        folders, tags, failures: whether these lists may read differently now.
        model: whether another model answers now, so that all that hangs on one is another.
    """

    added: tuple[int, ...] = ()
    removed: bool = False
    folders: bool = False
    tags: bool = False
    failures: bool = False
    model: bool = False

    def __bool__(self) -> bool:
        lists = self.folders or self.tags or self.failures
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
