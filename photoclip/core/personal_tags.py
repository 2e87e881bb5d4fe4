"""Personal tags: which ones are looked for because the person has asked, and what was learned.

What they are suggested for is found by `finding` alone, and stands beside the suggestions of the
vocabulary.
"""

from photoclip.clip.background import Background
from photoclip.core.library import Library
from photoclip.core.personal import LEAST_EXAMPLES, PersonalTag
from photoclip.core.terms import Term
from photoclip.core.types import Change
from photoclip.core.vocabulary import Vocabulary
from photoclip.errors import PhotoClipError

# A second or so of work.
_OUTDATED_AT_ONCE = 50_000
_MODEL = "(SELECT id FROM models WHERE key = ?)"


def look_for(library: Library, term: str, model: str) -> Change:
    """Have a tag of the person's own looked for in all photos; `finding.renew` does.

    Args:
        model: the id of the encoder that answers. Others follow when they do.

    Raises:
        PhotoClipError: too few photos have it, or PhotoClip looks for it anyway.
    """
    if is_built_in(library.vocabulary(), term):
        raise PhotoClipError(
            f"PhotoClip looks for “{term}” already. Review its suggestions to make them better."
        )
    if examples(library, term) < LEAST_EXAMPLES:
        raise PhotoClipError(
            f"Too few photos are tagged “{term}”. Choose at least {LEAST_EXAMPLES} photos of it."
        )
    with library.store.write() as db:
        db.execute(
            "INSERT OR IGNORE INTO personal_tags (model_id, term_id)"
            " SELECT models.id, terms.id FROM models, terms WHERE key = ? AND term = ?",
            [model, term],
        )
    return Change()


def stop_looking(library: Library, term: str) -> Change:
    """Look for a tag no more, and take away what was suggested. The person's own photos keep it."""
    with library.store.write() as db:
        row = db.execute("SELECT id FROM terms WHERE term = ?", [term]).fetchone()
        if row is None:
            return Change()
        db.execute("DELETE FROM personal_tags WHERE term_id = ?", row)
        db.execute(
            "DELETE FROM suggestions WHERE model_id IN (SELECT id FROM models) AND term_id = ?", row
        )
    if _term(library.vocabulary(), term) is not None:
        # It may be suggested by its name alone again.
        _outdate_tags(library)
    return Change(tags=True)


def sought(library: Library) -> tuple[str, ...]:
    """The tags that are looked for."""
    rows = library.store.rows(
        "SELECT DISTINCT term FROM personal_tags JOIN terms ON terms.id = term_id ORDER BY term"
    )
    return tuple(term for (term,) in rows)


def examples(library: Library, term: str) -> int:
    """How many photos have a tag of the person's own."""
    (count,) = library.store.row(
        "SELECT count(*) FROM decisions"
        " WHERE confirmed AND term_id = (SELECT id FROM terms WHERE term = ?)",
        [term],
    )
    return int(count)


def waiting(library: Library, term: str, model: str) -> int:
    """For how many photos that are there a model suggests a tag, undecided by the person."""
    row = library.store.row(
        f"SELECT photos FROM suggested WHERE model_id = {_MODEL}"
        " AND term_id = (SELECT id FROM terms WHERE term = ?)",
        [model, term],
    )
    return int(row[0]) if row else 0


def is_built_in(vocabulary: Vocabulary, term: str) -> bool:
    """Whether PhotoClip suggests this very tag without being asked to."""
    known = _term(vocabulary, term)
    return known is not None and not known.hidden and not vocabulary.is_own(term)


def learned(library: Library, model: str, background: Background) -> dict[str, PersonalTag]:
    """What a model has learned, by tag.

    Args:
        background: of the same model.
    """
    rows = library.store.rows(
        "SELECT term, learned FROM personal_tags JOIN terms ON terms.id = term_id"
        f" WHERE model_id = {_MODEL} AND learned IS NOT NULL",
        [model],
    )
    return {term: PersonalTag.from_bytes(stored, background) for term, stored in rows}


def _outdate_tags(library: Library) -> None:
    """Let all photos be tagged anew the next time."""
    (last,) = library.store.row("SELECT coalesce(max(id), 0) FROM vectors")
    for start in range(1, last + 1, _OUTDATED_AT_ONCE):
        # Others get to write in between.
        with library.store.write() as db:
            db.execute(
                "UPDATE vectors SET tagged_with = NULL WHERE id BETWEEN ? AND ?",
                [start, start + _OUTDATED_AT_ONCE - 1],
            )


def _term(vocabulary: Vocabulary, term: str) -> Term | None:
    """The term of exactly this name."""
    known = vocabulary.find(term)
    return known if known is not None and known.term == term else None
