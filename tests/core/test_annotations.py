"""Tags, ratings and captions of a person: that they last, and that every act can be undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photoclip.core.annotations import Annotations
from photoclip.core.intake import put_suggestions
from photoclip.core.library import Library
from photoclip.core.types import Annotation, Tag, TagCount
from photoclip.errors import PhotoClipError

MODEL = "model-a"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path / "library.photoclip")
    with library.store.write() as db:
        db.execute(
            "INSERT INTO models (id, key, name) VALUES (1, ?, 'A'), (2, 'model-b', 'B')", [MODEL]
        )
        db.execute("INSERT INTO directories (id, path) VALUES (1, ?)", [b"/photos"])
        for photo in (1, 2, 3):
            db.execute(
                "INSERT INTO photos (id, hash, sort_time, width, height, format, size)"
                " VALUES (?, ?, 0, 8, 8, 'JPEG', 9)",
                [photo, f"{photo:032x}"],
            )
            db.execute(
                "INSERT INTO files (directory_id, name, size, mtime_ns, photo_id)"
                " VALUES (1, ?, 9, 9, ?)",
                [b"%d.jpg" % photo, photo],
            )
        put_suggestions(db, 1, 1, (Tag("surf", 0.8), Tag("beach", 0.6)))
        put_suggestions(db, 1, 2, (Tag("surf", 0.4),))
        put_suggestions(db, 2, 1, (Tag("sea", 0.9),))
    yield library
    library.close()


@pytest.fixture
def annotations(library: Library) -> Annotations:
    return Annotations(library.store)


def test_a_photo_has_tags_in_three_states(annotations: Annotations) -> None:
    annotations.confirm([1], "surf", MODEL)
    annotations.reject([1], "beach", MODEL)
    annotations.confirm([1], "Our holiday")

    tags = annotations.tags(1, MODEL)

    assert tags.confirmed == ("Our holiday", "surf")
    assert tags.suggested == ()
    assert tags.rejected == ("beach",)
    assert annotations.tags(2, MODEL).suggested == (Tag("surf", 0.4),)


def test_decisions_hold_for_every_model(annotations: Annotations) -> None:
    annotations.reject([1], "sea", MODEL)

    assert annotations.tags(1, "model-b").suggested == ()
    assert annotations.tags(1, "model-b").rejected == ("sea",)


def test_a_decision_remembers_what_had_suggested_it(
    annotations: Annotations, library: Library
) -> None:
    annotations.confirm([1, 3], "surf", MODEL)

    rows = library.store.rows("SELECT photo_id, model_id, score, source FROM decisions")

    assert rows == [(1, 1, 0.8, "person"), (3, None, None, "person")]


def test_every_act_can_be_undone_and_done_again(annotations: Annotations) -> None:
    annotations.reject([1], "surf", MODEL)
    before = annotations.tags(1, MODEL), annotations.annotation(1)
    acts = [
        annotations.confirm([1, 2], "surf", MODEL),
        annotations.forget([1], "surf"),
        annotations.rate([1, 2], 4),
        annotations.favour([1], True),
        annotations.caption([1], " Minka asleep "),
    ]
    after = annotations.tags(1, MODEL), annotations.annotation(1)

    redo = [annotations.undo(act) for act in reversed(acts)]
    assert (annotations.tags(1, MODEL), annotations.annotation(1)) == before
    assert annotations.annotations([1, 2]) == {}
    for act in reversed(redo):
        annotations.undo(act)

    assert (annotations.tags(1, MODEL), annotations.annotation(1)) == after
    assert annotations.annotation(1) == Annotation(4, True, "Minka asleep")


def test_undoing_leaves_what_was_said_of_other_things_since(
    library: Library, annotations: Annotations
) -> None:
    rated = annotations.rate([1, 2], 3)
    # As another program or the command line does, which knows nothing of what can be undone.
    other = Library(library.path)
    other.annotations.caption([1], "Minka asleep")
    other.annotations.favour([2], True)
    other.close()

    redo = annotations.undo(rated)

    said = {1: Annotation(caption="Minka asleep"), 2: Annotation(favourite=True)}
    assert annotations.annotations([1, 2]) == said
    annotations.undo(redo)
    assert annotations.annotation(1) == Annotation(3, caption="Minka asleep")


def test_a_photo_named_twice_is_one_photo(annotations: Annotations) -> None:
    # Copies of it have a path each.
    annotations.rate([1], 1)
    acts = [
        annotations.confirm([1, 2, 1], "surf", MODEL),
        annotations.forget([1, 1], "surf"),
        annotations.reject([1, 1], "surf", MODEL),
        annotations.rate([1, 1], 4),
    ]
    assert [len(act.photos) for act in acts] == [2, 1, 1, 1]
    for act in reversed(acts):
        annotations.undo(act)
    assert annotations.annotation(1) == Annotation(1)
    assert annotations.tags(1, "").confirmed == annotations.tags(1, "").rejected == ()


def test_what_came_with_a_file_never_overrules_a_person(annotations: Annotations) -> None:
    annotations.reject([1], "dog")

    annotations.take_in(1, ["dog"], Annotation())
    annotations.take_in(2, ["dog"], Annotation())

    assert annotations.tags(1, MODEL).rejected == ("dog",)
    assert annotations.tags(2, MODEL).confirmed == ("dog",)


def test_tags_are_counted_once_a_photo(annotations: Annotations) -> None:
    annotations.confirm([1, 3], "surf", MODEL)
    annotations.reject([1], "beach", MODEL)

    assert annotations.tag_counts(MODEL) == (TagCount("surf", 3, 2),)
    assert annotations.confirmed_in([1, 2, 3]) == {"surf": 2}


def test_all_suggestions_go_and_come_back(annotations: Annotations) -> None:
    annotations.confirm([3], "surf", MODEL)

    annotations.show_suggestions(False)
    assert annotations.tags(1, MODEL).suggested == ()
    assert annotations.tag_counts(MODEL) == (TagCount("surf", 1, 1),)

    annotations.show_suggestions(True)
    assert annotations.tags(1, MODEL).suggested == (Tag("surf", 0.8), Tag("beach", 0.6))


@pytest.mark.parametrize("name", ["a/b", "a, b", "🐈", "כלב", "dog|cat", "x" * 200])
def test_tags_may_hold_any_characters(annotations: Annotations, name: str) -> None:
    annotations.confirm([1], name)

    assert annotations.tags(1, MODEL).confirmed == (name,)


def test_impossible_values_are_told(annotations: Annotations) -> None:
    for act in (
        lambda: annotations.confirm([1], " \n "),
        lambda: annotations.confirm([1], "x" * 201),
        lambda: annotations.rate([1], 6),
        lambda: annotations.caption([1], "x" * 20_001),
    ):
        with pytest.raises(PhotoClipError):
            act()
    assert annotations.annotations([1, 2, 3]) == {}


def test_thousands_of_photos_are_tagged_at_once(library: Library, annotations: Annotations) -> None:
    with library.store.write() as db:
        db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 3009)"
            " INSERT INTO photos (id, hash, sort_time, width, height, format, size)"
            " SELECT i, printf('%032x', i), 0, 8, 8, 'JPEG', 9 FROM n"
        )
    photos = range(10, 3010)

    edit = annotations.confirm(photos, "archive")
    assert annotations.confirmed_in(photos) == {"archive": 3000}

    annotations.undo(edit)
    assert annotations.confirmed_in(photos) == {}
