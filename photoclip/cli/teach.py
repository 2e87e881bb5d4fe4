"""The command that teaches the model a person's words."""

import click

from photoclip.cli.session import (
    Session,
    drive,
    json_option,
    library_option,
    print_json,
    stopped_by_ctrl_c,
)
from photoclip.core.learning import library_tagger
from photoclip.core.lessons import Taught, learn_words, put
from photoclip.core.paths import cache_dir
from photoclip.core.teach import Lesson, Verdict


@click.command()
@click.option("--forget", is_flag=True, help="Take back all that the model was taught.")
@library_option
@json_option
def teach(forget: bool, session: Session, as_json: bool) -> int:
    """Teach the model your words, from the captions and tags you gave your photos.

    It is kept if captions that it was not taught find their photos more often, and what worked
    before still does.
    """
    if forget:
        return _forget(session, as_json)
    with session.library() as library:
        encoder = session.encoder(library, None)
        terms = library_tagger(library, encoder, cache_dir()).terms
        with stopped_by_ctrl_c() as stop:
            lesson = drive(learn_words(library, encoder, terms, stop))
        if lesson is not None and lesson.verdict is Verdict.KEPT:
            put(library, encoder.id, Taught.of(lesson))
    if lesson is None:
        click.echo("Stopped. Nothing was changed.", err=True)
        return 1
    if as_json:
        print_json(_entry(lesson))
    else:
        _tell(lesson)
    return 0


def _forget(session: Session, as_json: bool) -> int:
    with session.library() as library:
        before = put(library, session.encoder(library, None).id, None)
    if as_json:
        print_json({"forgotten": before is not None})
    else:
        click.echo("Forgotten." if before is not None else "The model was taught nothing.")
    return 0


def _tell(lesson: Lesson) -> None:
    kept = lesson.verdict is Verdict.KEPT
    if kept:
        click.echo("It helps, and search uses it from now on.")
    elif lesson.verdict is Verdict.TOO_MUCH_FORGOTTEN:
        click.echo("What worked before would get worse, so nothing was changed.")
    elif lesson.recall_after > lesson.recall_before:
        click.echo("It would help too little, so nothing was changed.")
    else:
        click.echo("It would not help, so nothing was changed.")
    found = "find" if kept else "would find"
    works = "still works" if kept else "would work"
    click.echo(
        f"Your own words {found} their photo {lesson.recall_after:.1%} of the time"
        f" instead of {lesson.recall_before:.1%}."
    )
    click.echo(
        f"What worked before {works} {lesson.known_after:.1%} of the time"
        f" instead of {lesson.known_before:.1%}."
    )


def _entry(lesson: Lesson) -> dict[str, object]:
    return {
        "kept": lesson.verdict is Verdict.KEPT,
        "verdict": lesson.verdict,
        "pairs": lesson.pairs,
        "own_words": {"before": lesson.recall_before, "after": lesson.recall_after},
        "known": {"before": lesson.known_before, "after": lesson.known_after},
    }
