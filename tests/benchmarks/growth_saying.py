"""Tagging, rating, albums, reviewing, one act after another; for `growth`."""

from collections.abc import Callable
from typing import Any

from photoclip.core.finding import renew
from photoclip.core.learning import is_due, learn
from photoclip.core.personal_tags import look_for, sought, stop_looking
from photoclip.core.review import Review
from photoclip.core.sidecar_sync import unwritten
from photoclip.core.switching import switch
from photoclip.core.tagging import retag
from photoclip.core.terms import Term
from photoclip.progress import StopFlag
from tests.benchmarks.growing import Grown
from tests.benchmarks.growth_operation import Operation

_MANY = 10_000
_ALL = 1 << 40


def _confirmed(photos: int) -> Callable[..., Any]:
    return lambda grown, *_: grown.library.annotations.confirm(
        grown.some(photos), f"trip {next(grown.numbers)}"
    )


def _rejected(grown: Grown, _: None) -> object:
    return grown.library.annotations.reject(
        grown.some(_MANY), f"thing {next(grown.numbers) % 200}", grown.encoder.id
    )


def _rated(photos: int) -> Callable[..., Any]:
    return lambda grown, *_: grown.library.annotations.rate(
        grown.some(photos), 1 + next(grown.numbers) % 5
    )


def _captioned(grown: Grown, _: None) -> object:
    return grown.library.annotations.caption(grown.some(_MANY), grown.phrase())


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


def _outdated(photos: int) -> Callable[[Grown], None]:
    """Have so many photos' tags be of another vocabulary."""

    def outdate(grown: Grown) -> None:
        with grown.library.store.write() as db:
            db.conn.executemany(
                "UPDATE vectors SET tagged_with = 'before' WHERE model_id = 1 AND photo_id = ?",
                [(photo,) for photo in grown.some(photos)],
            )

    return outdate


def _retagged(grown: Grown, _: None) -> object:
    return list(retag(grown.library, grown.encoder.id, grown.tagger, StopFlag()))


def _another_model(grown: Grown) -> str:
    """One that has seen many photos."""
    name = f"model {next(grown.numbers)}"
    with grown.library.store.write() as db:
        db.execute("INSERT INTO models (key, name) VALUES (?, 'another')", [name])
        db.conn.executemany(
            "INSERT INTO vectors (model_id, photo_id, vector)"
            " SELECT models.id, photo_id, vector FROM models, vectors"
            " WHERE key = ? AND model_id = 1 AND photo_id = ?",
            [(name, photo) for photo in grown.some(_MANY)],
        )
    return name


SAYING = (
    Operation("tag_one", "the transaction", _confirmed(1)),
    Operation("tag_10000", "rows", _confirmed(_MANY), times=3),
    Operation("untag_10000", "rows", _undone, _confirmed(_MANY), times=3),
    Operation("reject_tag_10000", "rows", _rejected, times=3),
    Operation("tag_all", "rows", _confirmed(_ALL), times=1),
    Operation("untag_all", "rows", _undone, _confirmed(_ALL), times=1),
    Operation("rate_one", "the transaction", _rated(1)),
    Operation("rate_10000", "rows", _rated(_MANY), times=3),
    Operation("undo_rating_10000", "rows", _undone, _rated(_MANY), times=3),
    Operation(
        "favour_10000",
        "rows",
        lambda grown, _: grown.library.annotations.favour(
            grown.some(_MANY), next(grown.numbers) % 2 == 0
        ),
        times=3,
    ),
    Operation("caption_10000", "rows", _captioned, times=3),
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
        "album_delete",
        "rows",
        lambda grown, album: grown.library.albums.delete(album),
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
    Operation(
        "hide_suggestions",
        "a row",
        lambda grown, shown: grown.library.annotations.show_suggestions(shown),
        lambda grown: next(grown.numbers) % 2 == 0,
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
    Operation("retag_nothing", "an index", _retagged),
    Operation("retag_1000", "scores of all terms", _retagged, _outdated(1_000), times=3),
    Operation("sidecars_waiting", "photos waiting", lambda grown, _: unwritten(grown.library)),
    Operation("models_kept", "a row", lambda grown, _: grown.library.stored_models()),
    Operation(
        "switch_to_known",
        "a row",
        lambda grown, _: list(
            switch(grown.library, "starter", grown.encoder, grown.tagger, StopFlag())
        ),
    ),
    Operation(
        "forget_model_10000",
        "its vectors",
        lambda grown, model: grown.library.delete_vectors(model),
        _another_model,
        times=1,
    ),
)
