"""Opening, listing, searching and scrolling, one operation after another; for `growth`."""

from collections.abc import Callable
from datetime import date

import numpy as np

from photoclip.core.facets import facets_of
from photoclip.core.library import Library
from photoclip.core.listings import Listings
from photoclip.core.query_text import parse
from photoclip.core.relevance import WEAK
from photoclip.core.review import doubts
from photoclip.core.types import Scope
from photoclip.core.words import WordIndex
from photoclip.ui.bands import Order, Ranking, arranged
from tests.benchmarks.growing import Grown
from tests.benchmarks.growth_operation import Operation

_TODAY = date(2026, 11, 21)
_SCREEN = 60


def _opened(grown: Grown, _: None) -> None:
    library = Library(grown.library.path)
    library.counts(grown.encoder.id)
    library.close()


def _anew(grown: Grown) -> None:
    """Have the library written to, so that all is looked up anew."""
    grown.library.set_setting("benchmark", f"{next(grown.numbers)}")


def _listing(name: str, costs: str, scope: Callable[[Grown], Scope]) -> Operation:
    """A place listed for the first time."""
    return Operation(
        name,
        costs,
        lambda grown, _: Listings(grown.library.store).photos(scope(grown), grown.encoder.id),
    )


def _found(grown: Grown) -> Ranking:
    """What a search found, a fifth of it relevant."""
    ids, times = grown.library.listing()
    best = np.random.default_rng(0).permutation(len(ids))
    bands = np.where(np.arange(len(ids)) < len(ids) // 5, 0, WEAK).astype(np.int8)
    return Ranking(ids[best], bands, times[best], places=best)


def _search(name: str, text: str, costs: str) -> Operation:
    """A search for {}: a phrase that was not asked before."""
    return Operation(name, costs, _answered, lambda grown: text.replace("{}", grown.phrase()))


def _search_after_a_change(grown: Grown) -> str:
    _anew(grown)
    return grown.phrase()


def _filter(name: str, text: str, costs: str) -> Operation:
    """A filter as it is typed, looked up anew while all the photos are listed already.

    The one beside it, another each time, keeps all of them.
    """
    return Operation(
        f"filter_{name}",
        costs,
        _answered,
        lambda grown: f"{text} -camera:none{next(grown.numbers)}",
    )


def _answered(grown: Grown, asked: str) -> object:
    return grown.searcher.answer(parse(asked, _TODAY), Scope(), _TODAY)


def _live_album(grown: Grown) -> str:
    name = f"live {next(grown.numbers)}"
    grown.library.albums.create(name, query="a dog on the beach rating:>=1")
    return f'album:"{name}"'


def _album(grown: Grown) -> str:
    name = f"plain {next(grown.numbers)}"
    grown.library.albums.create(name, grown.some(10_000))
    return f'album:"{name}"'


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


LOOKING = (
    Operation("open", "the file's header", _opened),
    Operation(
        "words_read",
        "reading names",
        lambda grown, _: list(WordIndex(grown.library).refresh()),
        times=1,
    ),
    Operation(
        "vectors_read", "reading vectors", lambda grown, _: grown.searcher.refresh(), times=1
    ),
    _listing("list_by_date", "reading an index", lambda grown: Scope()),
    _listing(
        "list_folder",
        "the folder's files",
        lambda grown: Scope(folder=str(grown.root / "2010" / "trip 101")),
    ),
    _listing("list_year", "its files", lambda grown: Scope(folder=str(grown.root / "2012"))),
    _listing("list_tag", "its suggestions", lambda grown: Scope(tag="thing 7")),
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
    # Grid
    Operation(
        "scroll",
        "a screen's rows",
        lambda grown, photos: grown.library.content_hashes(photos),
        lambda grown: grown.anywhere(_SCREEN),
    ),
    Operation(
        "sort_by_date",
        "the relevant photos",
        lambda grown, found: arranged(found, Order.DATE, folded=True),
        _found,
    ),
    Operation(
        "photo_details",
        "rows",
        lambda grown, photos: grown.library.photos(photos),
        lambda grown: grown.anywhere(100),
    ),
    # Searching
    _search("search_phrase", "{}", "the encoder, then scores"),
    Operation(
        "search_after_a_change", "the encoder, then scores", _answered, _search_after_a_change
    ),
    _search("search_in_a_year", "{} 2019", "scores"),
    _filter("year", "2019", "its photos"),
    _filter("years", "2010..2015", "its photos"),
    _filter("camera", "camera:iphone", "its photos"),
    _filter("tag", "tag:dog", "its photos"),
    _filter("not_tag", "-tag:dog", "the tag's photos"),
    _filter("folder", "folder:trip", "its files"),
    _filter("one_folder", 'in:"trip 101"', "joining sets"),
    _filter("rating", "rating:>=3", "its photos"),
    _filter("favourite", "is:favourite", "its photos"),
    _filter("shape", "is:landscape", "its photos"),
    _filter("type", "type:heic", "joining sets"),
    _filter("near", "near:48.85,2.35,100km", "photos as far north"),
    _filter("has_place", "has:place", "its photos"),
    _filter("has_tags", "has:tags", "suggestions"),
    _filter("words", '"img_1234"', "joining sets"),
    Operation("filter_album", "joining sets", _answered, _album),
    Operation("live_album", "scores", _answered, _live_album),
    Operation(
        "refresh_after_32", "the batch", lambda grown, _: grown.searcher.refresh(), _batch_embedded
    ),
)
