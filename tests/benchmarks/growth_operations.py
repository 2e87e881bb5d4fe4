"""What a person does in a library, one operation after another; for `growth`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from photoclip.core.facets import facets_of
from photoclip.core.finding import renew
from photoclip.core.indexing import index
from photoclip.core.learning import is_due, learn
from photoclip.core.library import Library
from photoclip.core.personal_tags import look_for, sought, stop_looking
from photoclip.core.query_text import parse
from photoclip.core.review import Review, doubts
from photoclip.core.sidecar_sync import unwritten
from photoclip.core.survey import mark, survey
from photoclip.core.switching import switch
from photoclip.core.tagging import retag
from photoclip.core.terms import Term
from photoclip.core.types import Scope
from photoclip.progress import StopFlag
from tests.benchmarks.growing import Grown, QuickEyes
from tests.fakes import save_photo

_TODAY = date(2026, 11, 21)
_MANY = 10_000
_ALL = 1 << 40


@dataclass(frozen=True)
class Operation:
    """Something a person does.

    Attributes:
        costs: what dominates, in a word or two.
        run: what is measured, given the library and what `prepare` gave before.
        times: how often it is measured; the median counts.
    """

    name: str
    costs: str
    run: Callable[[Grown, Any], object]
    prepare: Callable[[Grown], Any] = lambda grown: None
    times: int = 5


# Looking


def _opened(grown: Grown, _: None) -> None:
    library = Library(grown.library.path)
    library.counts(grown.encoder.id)
    library.close()


def _listed(scope: Callable[[Grown], Scope]) -> Callable[[Grown, None], object]:
    return lambda grown, _: grown.library.listing(scope(grown), grown.encoder.id)


def _folder(grown: Grown) -> Scope:
    return Scope(folder=str(grown.root / "2010" / "trip 101"))


def _search(name: str, text: str, costs: str, changed: bool = False) -> Operation:
    """A search.

    Args:
        text: {} is a phrase that was not asked before.
        changed: whether the library was written to, so that filters are looked up anew.
    """

    def prepare(grown: Grown) -> str:
        if changed:
            grown.library.set_setting("benchmark", f"{next(grown.numbers)}")
        return text.replace("{}", grown.phrase())

    return Operation(name, costs, _answered, prepare)


def _answered(grown: Grown, asked: str) -> object:
    return grown.searcher.answer(parse(asked, _TODAY), Scope(), _TODAY)


def _live_album(grown: Grown) -> str:
    name = f"live {next(grown.numbers)}"
    grown.library.albums.create(name, query="a dog on the beach rating:>=1")
    return f'album:"{name}"'


# Indexing


def _batch_embedded(grown: Grown) -> None:
    """Have another batch of photos embedded: some that were embedded before, anew."""
    grown.searcher.refresh()
    some = grown.some(32)
    marks = ",".join("?" * len(some))
    with grown.library.store.write() as db:
        rows = db.execute(
            f"SELECT photo_id, vector FROM vectors WHERE model_id = 1 AND photo_id IN ({marks})",
            some,
        ).fetchall()
        db.execute(f"DELETE FROM vectors WHERE model_id = 1 AND photo_id IN ({marks})", some)
        db.conn.executemany(
            "INSERT INTO vectors (model_id, photo_id, vector, tagged_with) VALUES (1, ?, ?, ?)",
            [(*row, grown.tagger.version) for row in rows],
        )


def _rescanned(grown: Grown, folder: Path | None = None) -> set[int]:
    *_, seen = survey(grown.library, grown.encoder.id, [bytes(folder or grown.root)], StopFlag())
    mark(grown.library, seen.returned, missing=False)
    mark(grown.library, seen.vanished, missing=True)
    return seen.vanished | seen.returned


def _folder_added(grown: Grown) -> Path:
    folder = grown.root / "2026" / f"new {next(grown.numbers)}"
    for _ in range(100):
        save_photo(folder / f"{next(grown.numbers)}.jpg")
    return folder


def _indexed(grown: Grown, folder: Path) -> None:
    eyes: Any = QuickEyes(grown.encoder)
    list(index(grown.library, eyes, grown.tagger, [str(folder)], StopFlag()))


def _folder_gone(grown: Grown) -> tuple[Path, Path]:
    """The folder, and where it has gone."""
    folder = grown.root / "2012" / "trip 150"
    away = folder.with_name(".trip 150")
    return folder.rename(away), away


def _told_and_put_back(grown: Grown, away: tuple[Path, Path]) -> None:
    year = away[1].parent
    assert _rescanned(grown, year)
    away[1].rename(year / "trip 150")
    assert _rescanned(grown, year)


# Saying


def _confirmed(photos: int) -> Callable[..., Any]:
    return lambda grown, *_: grown.library.annotations.confirm(
        grown.some(min(photos, grown.photos)), f"trip {next(grown.numbers)}"
    )


def _rated(photos: int) -> Callable[[Grown, None], object]:
    return lambda grown, _: grown.library.annotations.rate(
        grown.some(photos), 1 + next(grown.numbers) % 5
    )


def _undone(grown: Grown, edit: Any) -> object:
    return grown.library.annotations.undo(edit)


def _album(grown: Grown) -> int:
    return grown.library.albums.create(f"album {next(grown.numbers)}").album_id


def _full_album(grown: Grown) -> int:
    album_id = _album(grown)
    grown.library.albums.add(album_id, grown.some(_MANY))
    return album_id


def _personal_tag(grown: Grown) -> None:
    for term in sought(grown.library):
        stop_looking(grown.library, term)
    term = f"our {next(grown.numbers)}"
    grown.library.annotations.confirm(grown.some(20), term)
    look_for(grown.library, term, grown.encoder.id)


def _found_more(grown: Grown, _: None) -> None:
    searcher = grown.searcher
    work = renew(grown.library, grown.encoder.id, grown.tagger.terms, StopFlag(), searcher.multiply)
    assert list(work)


def _own_term(grown: Grown) -> Any:
    """The vocabulary with a term of the person's own renamed."""
    library, name = grown.library, f"own {next(grown.numbers)}"
    library.set_vocabulary(library.vocabulary().added([Term(name)]))
    library.annotations.confirm(grown.some(_MANY), name)
    return library.vocabulary().changed(name, Term(f"{name} anew"))


def _questions(term: str) -> Callable[[Grown, None], object]:
    def ask(grown: Grown, _: None) -> object:
        terms, multiply = grown.tagger.terms, grown.searcher.multiply
        review = Review(grown.library, grown.encoder, terms, term, multiply)
        return review.questions(), review.standing()

    return ask


OPERATIONS = (
    Operation("open", "the file's header", _opened),
    Operation("list_by_date", "reading an index", _listed(lambda grown: Scope())),
    Operation("list_folder", "the folder's files", _listed(_folder)),
    Operation(
        "list_year", "its files", _listed(lambda grown: Scope(folder=str(grown.root / "2012")))
    ),
    Operation("list_tag", "its suggestions", _listed(lambda grown: Scope(tag="thing 7"))),
    # Sidebar
    Operation("counts", "a row", lambda grown, _: grown.library.counts(grown.encoder.id)),
    Operation("folder_tree", "folders", lambda grown, _: grown.library.folder_tree()),
    Operation(
        "tag_counts",
        "tags",
        lambda grown, _: grown.library.annotations.tag_counts(grown.encoder.id),
    ),
    Operation("albums", "photos in albums", lambda grown, _: grown.library.albums.all()),
    Operation("failures", "failures", lambda grown, _: grown.library.failures()),
    Operation("doubts", "tags", lambda grown, _: doubts(grown.library, grown.encoder.id)),
    Operation("facets", "facets", lambda grown, _: facets_of(grown.library.store)),
    Operation(
        "photo_details",
        "a row",
        lambda grown, _: (grown.library.photos(grown.some(100)), grown.library.photo(1)),
    ),
    # Searching
    Operation(
        "vectors_read", "reading vectors", lambda grown, _: grown.searcher.refresh(), times=1
    ),
    _search("search_phrase", "{}", "the encoder, then scores"),
    _search("search_after_a_change", "{}", "listing anew", changed=True),
    _search("search_in_a_year", "{} 2019", "listing"),
    _search("filter_year", "2019", "the year's photos", changed=True),
    _search("filter_camera", "camera:iphone", "photos", changed=True),
    _search("filter_tag", "tag:dog", "its suggestions", changed=True),
    _search("filter_not_tag", "-tag:dog", "photos", changed=True),
    _search("filter_folder", "folder:trip", "files", changed=True),
    _search("filter_rating", "rating:>=3", "ratings", changed=True),
    _search("filter_favourite", "is:favourite", "annotations", changed=True),
    _search("filter_shape", "is:portrait", "photos", changed=True),
    _search("filter_type", "type:heic", "photos", changed=True),
    _search("filter_near", "near:48.85,2.35,100km", "photos", changed=True),
    _search("filter_has_tags", "has:tags", "photos", changed=True),
    Operation("live_album", "listing, then scores", _answered, _live_album),
    Operation(
        "refresh_after_32", "the batch", lambda grown, _: grown.searcher.refresh(), _batch_embedded
    ),
    # Saying
    Operation("tag_one", "the transaction", _confirmed(1)),
    Operation("tag_10000", "rows", _confirmed(_MANY), times=3),
    Operation("untag_10000", "rows", _undone, _confirmed(_MANY), times=3),
    Operation("tag_all", "rows", _confirmed(_ALL), times=1),
    Operation("untag_all", "rows", _undone, _confirmed(_ALL), times=1),
    Operation("rate_one", "the transaction", _rated(1)),
    Operation("rate_10000", "rows", _rated(_MANY), times=3),
    Operation(
        "album_add_10000",
        "rows",
        lambda grown, album: grown.library.albums.add(album, grown.some(_MANY)),
        _album,
        times=3,
    ),
    Operation(
        "album_remove_10000",
        "rows",
        lambda grown, album: grown.library.albums.remove(album, grown.some(_MANY)),
        _full_album,
        times=3,
    ),
    Operation(
        "rename_term_10000",
        "a row",
        lambda grown, vocabulary: grown.library.set_vocabulary(vocabulary),
        _own_term,
        times=3,
    ),
    Operation("review_common_tag", "its suggestions", _questions("thing 7")),
    Operation("review_rare_tag", "all vectors", _questions("kite"), times=3),
    Operation("personal_tag", "all vectors", _found_more, _personal_tag, times=3),
    Operation(
        "is_learning_due", "answers", lambda grown, _: is_due(grown.library, grown.encoder.id)
    ),
    Operation(
        "learn",
        "10,000 vectors",
        lambda grown, _: learn(grown.library, grown.encoder, grown.tagger.terms),
        times=3,
    ),
    Operation(
        "retag_nothing",
        "an index",
        lambda grown, _: list(retag(grown.library, grown.encoder.id, grown.tagger, StopFlag())),
    ),
    Operation("sidecars_waiting", "photos waiting", lambda grown, _: unwritten(grown.library)),
    Operation("models_kept", "a row", lambda grown, _: grown.library.stored_models()),
    Operation(
        "switch_to_known",
        "a row",
        lambda grown, _: list(
            switch(grown.library, "starter", grown.encoder, grown.tagger, StopFlag())
        ),
    ),
    # The disk
    Operation("first_rescan", "rows of files", lambda grown, _: _rescanned(grown), times=1),
    Operation("rescan", "stat of each file", lambda grown, _: _rescanned(grown), times=3),
    Operation("add_100_photos", "decoding", _indexed, _folder_added, times=3),
    Operation(
        "folder_gone_and_back", "its year's files", _told_and_put_back, _folder_gone, times=3
    ),
)
