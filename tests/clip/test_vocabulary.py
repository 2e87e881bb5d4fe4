"""The built-in vocabulary keeps its own rules."""

from itertools import groupby

from photoclip.clip.zeroshot import TEMPLATES, fill
from photoclip.resources import resource_path


def test_the_vocabulary_is_well_formed() -> None:
    text = resource_path("vocabulary.tsv").read_text(encoding="utf-8")
    header, *rows = [line.split("\t") for line in text.splitlines()]

    assert header == ["term", "group", "prompt"]
    assert all(len(row) == 3 for row in rows)
    terms = [term for term, _, _ in rows]
    assert 400 < len(terms) < 600
    assert len(set(terms)) == len(terms)
    assert all(term and term == term.strip().lower() for term in terms)
    # Each group stands together, so that a person can read and edit the file.
    groups = [group for group, _ in groupby(group for _, group, _ in rows)]
    assert len(set(groups)) == len(groups) > 10
    assert all(prompt == prompt.strip() != term for term, _, prompt in rows)


def test_prompts_read_as_english() -> None:
    rows = resource_path("vocabulary.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for term, _, prompt in (row.split("\t") for row in rows):
        filled = fill(TEMPLATES[0], prompt or term)
        for doubled in (" a a ", " a an ", " a the ", " a some "):
            assert doubled not in filled
