"""The commands that measure search and suggested tags on photos with labels, and calibrate them."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np

from photoclip.cli.embedding import embed_photos
from photoclip.cli.session import json_option, open_encoder, print_json
from photoclip.clip.calibration import write_curves
from photoclip.clip.models import STARTER
from photoclip.clip.pairs import read_captions, read_names, without
from photoclip.core.calibrating import (
    frequent_terms,
    mentioned,
    surer,
    taken_as_rare,
    term_curves,
)
from photoclip.core.judging import (
    absent_words,
    judge_relevance,
    judge_tags,
    store_embeddings,
)
from photoclip.core.learning import frequent_curves
from photoclip.core.library import Library
from photoclip.core.paths import cache_dir
from photoclip.core.query import Query
from photoclip.core.relevance import Band
from photoclip.core.search import Searcher
from photoclip.core.tagging import Tagger

_file = click.Path(path_type=Path)
_images_option = click.option(
    "--images", required=True, type=_file, help="The folder of the photos."
)
_labels_option = click.option(
    "--labels",
    required=True,
    type=_file,
    help="Lines of image<TAB>label, several an image; an underscore is a space.",
)
_model_option = click.option("--model", default=STARTER, help="The model; see `photoclip models`.")


@click.command()
@_images_option
@_labels_option
@click.option("--absent", type=_file, help="Queries that no photo answers, one a line.")
@_model_option
@json_option
def relevance(images: Path, labels: Path, absent: Path | None, model: str, as_json: bool) -> None:
    """How far the bands of search results can be trusted: each label is asked for."""
    labels_of = _labels(labels)
    names = list(labels_of)
    encoder = open_encoder(model)
    embeddings = embed_photos(encoder, images, names)
    with TemporaryDirectory() as folder:
        library = Library(Path(folder) / "photos.photoclip")
        try:
            ids = store_embeddings(library, encoder, names, embeddings)
            terms = Tagger(encoder, cache_dir=cache_dir()).terms
            curves = {**encoder.term_curves, **frequent_curves(encoder, terms, embeddings)}
            asked = {label for found in labels_of.values() for label in found}
            if absent is None:
                others = absent_words(terms.vocabulary, asked, len(asked))
            else:
                others = sorted(read_names(absent))
            searcher = Searcher(library, encoder, terms, curves=curves)
            agreements, nothing = judge_relevance(
                lambda text: searcher.answer(Query(text)),
                dict(zip(ids, names, strict=True)),
                labels_of,
                others,
            )
        finally:
            library.close()
    figures = {
        "queries": len(asked),
        "strong": asdict(agreements[Band.STRONG]),
        "strong_likely": asdict(agreements[Band.LIKELY]),
        "nothing_right": nothing,
    }
    if as_json:
        print_json(figures)
        return
    click.echo(f"{len(names)} photos, {len(asked)} queries")
    for title, band in (("strong", Band.STRONG), ("strong or likely", Band.LIKELY)):
        found = agreements[band]
        click.echo(f"{title:18} precision {found.precision:.3f}  recall {found.recall:.3f}")
    click.echo(f"nothing for {len(others)} things that are not there: {nothing:.3f}")


@click.command("tags")
@_images_option
@_labels_option
@_model_option
@json_option
def judge(images: Path, labels: Path, model: str, as_json: bool) -> None:
    """How far suggested tags can be trusted, on the labels that the vocabulary knows."""
    labels_of = _labels(labels)
    names = list(labels_of)
    encoder = open_encoder(model)
    embeddings = embed_photos(encoder, images, names)
    terms = Tagger(encoder, cache_dir=cache_dir()).terms
    curves = frequent_curves(encoder, terms, embeddings)
    tagger = Tagger(encoder, cache_dir=cache_dir(), curves=curves)
    precision, micro, judged = judge_tags(tagger, embeddings, names, labels_of)
    if as_json:
        print_json({"mAP": precision, "micro": asdict(micro), "labels": len(judged)})
        return
    click.echo(f"{len(names)} photos, {len(judged)} labels that the vocabulary knows")
    click.echo(f"mean average precision {precision:.3f}")
    click.echo(f"suggested tags: precision {micro.precision:.3f}, recall {micro.recall:.3f}")


@click.command()
@click.argument("captions", type=_file)
@_images_option
@click.option("--exclude", type=_file, help="A list of image names to leave out.")
@click.option(
    "--unseen",
    type=_file,
    help="A list of images that the model was not trained on, where it was on the others.",
)
@click.option("--out", required=True, type=_file, help="The file to write the curves to.")
@_model_option
def calibrate(
    captions: Path, images: Path, exclude: Path | None, unseen: Path | None, out: Path, model: str
) -> None:
    """Measure on captioned photos how sure a model's scores make one of each term.

    CAPTIONS has lines of image<TAB>caption.
    """
    captions_of = without(read_captions(captions), read_names(exclude) if exclude else ())
    names = list(captions_of)
    encoder = open_encoder(model)
    terms = Tagger(encoder, cache_dir=cache_dir()).terms
    embeddings = embed_photos(encoder, images, names)
    shown = mentioned(terms.vocabulary, list(captions_of.values()))
    curves = term_curves(terms, embeddings, shown)
    frequent = frequent_terms(terms, embeddings, shown)
    if unseen is not None:
        wanted = read_names(unseen)
        new = np.array([name in wanted for name in names])
        learned = term_curves(terms, embeddings[~new], shown[~new])
        slope, intercept = surer(learned, terms, embeddings[new], shown[new])
        curves = {term: (slope * a, slope * b + intercept) for term, (a, b) in curves.items()}
    shares = dict(zip((t.term for t in terms.vocabulary.terms), shown.mean(axis=0), strict=True))
    write_curves(out, taken_as_rare(curves, shares), frequent)
    click.echo(f"{len(names)} photos, the curves of {len(curves)} terms: {out}")


def _labels(path: Path) -> Mapping[str, set[str]]:
    return {
        name: {label.replace("_", " ") for label in found}
        for name, found in read_captions(path).items()
    }
