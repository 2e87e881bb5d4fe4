"""The commands about what photos show: their tags, and captions to be proposed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import click
import numpy as np
from numpy.typing import NDArray

from photoclip.cli.session import (
    Session,
    drive,
    json_option,
    library_option,
    model_option,
    print_json,
)
from photoclip.clip.encoder import Encoder
from photoclip.clip.zeroshot import class_prototypes, probabilities
from photoclip.core.describe import Describer
from photoclip.core.finding import renew
from photoclip.core.imaging import UnreadablePhoto
from photoclip.core.learning import library_tagger
from photoclip.core.library import Library
from photoclip.core.lookup import embed_files, stored_embedding
from photoclip.core.paths import cache_dir, display
from photoclip.core.personal import LEAST_PROBABILITY, PersonalTag
from photoclip.core.personal_tags import learned, look_for, sought, stop_looking, waiting
from photoclip.core.tagging import Tagger
from photoclip.core.types import PhotoTags
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag

Embedding = NDArray[np.float32]
Entry = dict[str, Any]
State = Literal["suggested", "confirmed", "rejected", "all"]

_photos = click.argument(
    "photos", metavar="PATH…", nargs=-1, required=True, type=click.Path(path_type=Path)
)


@click.command()
@_photos
@click.option("--labels", help="Names of your own, with commas between: which of them is it?")
@click.option(
    "--state",
    type=click.Choice(["suggested", "confirmed", "rejected", "all"]),
    help="Only tags of this state; without it, all but those that you rejected.",
)
@model_option
@library_option
@json_option
def tags(
    photos: tuple[Path, ...],
    labels: str | None,
    state: State | None,
    model: str | None,
    session: Session,
    as_json: bool,
) -> int:
    """Show what photos are tagged with, and what PhotoClip sees in them with how sure it is."""
    names = None if labels is None else [name.strip() for name in labels.split(",")]
    if names is not None and not all(names):
        raise PhotoClipError("A label is empty. Write them like this: --labels cat,dog")
    with session.library() as library:
        encoder = session.encoder(library, model)
        found = _embeddings(library, encoder, photos)
        if names is not None:
            answers = _with_labels(encoder, names, found)
        else:
            tagger = library_tagger(library, encoder, cache_dir())
            personal = learned(library, encoder.id, tagger.terms.background)
            answers = [_tagged(library, tagger, personal, state, *each) for each in found]
    _tell(answers, as_json)
    return 1 if all("error" in answer for answer in answers) else 0


@click.command()
@click.argument("name", metavar="TAG")
@click.argument("photos", metavar="[PATH]…", nargs=-1, type=click.Path(path_type=Path))
@click.option("--reject", "act", flag_value="reject", help="It is wrong; never suggest it there.")
@click.option("--forget", "act", flag_value="forget", help="Take back what you decided.")
@click.option(
    "--learn/--unlearn",
    default=None,
    help="Suggest it, or no more, for all photos that show what yours with it show.",
)
@library_option
@json_option
def tag(
    name: str,
    photos: tuple[Path, ...],
    act: str | None,
    learn: bool | None,
    session: Session,
    as_json: bool,
) -> int:
    """Say that photos of the library show TAG, or with --reject that they do not.

    With --learn, PhotoClip learns from three photos or more that show it what else does.
    """
    if not photos and learn is None:
        raise PhotoClipError("Name the photos too, or --learn to find more that show it.")
    with session.library() as library:
        term = library.vocabulary().find(name)
        name = term.term if term is not None else name
        ids = [_known(library, path) for path in photos]
        encoder = session.encoder(library, None)
        if act == "reject":
            edit = library.annotations.reject(ids, name, encoder.id)
        elif act == "forget":
            edit = library.annotations.forget(ids, name)
        else:
            edit = library.annotations.confirm(ids, name, encoder.id)
        if learn:
            look_for(library, name, encoder.id)
        elif learn is False:
            stop_looking(library, name)
        found = _found(library, encoder, name)
    if as_json:
        print_json({"tag": name, "photos": len(edit.photos), "suggested": found})
        return 0
    if photos:
        done = {"reject": "rejected", "forget": "forgotten"}.get(act or "", "confirmed")
        click.echo(f"{name}: {done} for {len(edit.photos)} photos.")
    if found is not None:
        click.echo(f"{name}: suggested for {found} more photos.")
    elif learn is False:
        click.echo(f"{name}: not suggested any more.")
    return 0


@click.command()
@_photos
@click.option("--keep", is_flag=True, help="Keep it as the caption of photos that have none.")
@model_option
@library_option
@json_option
def describe(
    photos: tuple[Path, ...], keep: bool, model: str | None, session: Session, as_json: bool
) -> int:
    """Propose a caption for photos, put together from what they show."""
    with session.library() as library:
        encoder = session.encoder(library, model)
        ids = {path: _known(library, path) for path in photos} if keep else {}
        terms = library_tagger(library, encoder, cache_dir()).terms
        describer = Describer(
            terms.vocabulary, terms.prototypes, terms.background, encoder.encode_texts
        )
        answers: list[Entry] = []
        for path, embedding in _embeddings(library, encoder, photos):
            answer: Entry = {"path": str(path), "caption": "", "chinese": "", "terms": []}
            if isinstance(embedding, UnreadablePhoto):
                answer["error"] = str(embedding)
            else:
                found = describer.describe(embedding)
                answer |= {"caption": found.english, "chinese": found.chinese}
                answer["terms"] = list(found.terms)
                if keep and found.english and not library.annotations.annotation(ids[path]).caption:
                    library.annotations.caption([ids[path]], found.english)
            answers.append(answer)
    if as_json:
        print_json(answers)
    for answer in () if as_json else answers:
        said = answer.get("error") or answer["caption"] or "nothing that is sure enough"
        click.echo(f"{display(answer['path'])}: {said}")
    return 1 if all("error" in answer for answer in answers) else 0


def _found(library: Library, encoder: Encoder, name: str) -> int | None:
    """For how many photos a personal tag is suggested now; None for any other."""
    if name not in sought(library):
        return None
    terms = library_tagger(library, encoder, cache_dir()).terms
    drive(renew(library, encoder.id, terms, StopFlag()))
    return waiting(library, name, encoder.id)


def _known(library: Library, path: Path) -> int:
    photo_id = library.photo_at(library.spelled(str(path)))
    if photo_id is None:
        raise PhotoClipError(
            f'"{display(str(path))}" is no photo of the library, or has changed.'
            " Index its folder first."
        )
    return photo_id


def _embeddings(
    library: Library, encoder: Encoder, photos: tuple[Path, ...]
) -> list[tuple[Path, Embedding | UnreadablePhoto]]:
    """Each path with its embedding, from the library where it is known, else from the file."""
    found: dict[Path, Embedding | UnreadablePhoto] = {}
    for path in photos:
        embedding = stored_embedding(library, encoder.id, path)
        if embedding is not None:
            found[path] = embedding
    found.update(embed_files(encoder, [path for path in photos if path not in found]))
    return [(path, found[path]) for path in photos]


def _tagged(
    library: Library,
    tagger: Tagger,
    personal: Mapping[str, PersonalTag],
    state: State | None,
    path: Path,
    embedding: Embedding | UnreadablePhoto,
) -> Entry:
    """The tags of a photo, the person's own first; of one that is in no library, suggested ones."""
    photo_id = library.photo_at(library.spelled(str(path)))
    own = PhotoTags() if photo_id is None else library.annotations.tags(photo_id, "")
    answer: Entry = {"path": str(path), "tags": []}
    found: list[Entry] = [_tag(name, "confirmed") for name in own.confirmed]
    if isinstance(embedding, UnreadablePhoto):
        answer["error"] = str(embedding)
    else:
        decided = {*own.confirmed, *own.rejected}
        suggested = {tag.term: tag.probability for tag in tagger.tags(embedding[None])[0]}
        for name, tag in personal.items():
            suggested[name] = float(tag.probabilities(embedding[None])[0])
            if suggested[name] < LEAST_PROBABILITY:
                del suggested[name]
        found += [
            _tag(name, "suggested", probability)
            for name, probability in sorted(suggested.items(), key=lambda one: -one[1])
            if name not in decided
        ]
    found += [_tag(name, "rejected") for name in own.rejected]
    wanted = {
        None: ("confirmed", "suggested"),
        "all": ("confirmed", "suggested", "rejected"),
    }.get(state, (state,))
    answer["tags"] = [tag for tag in found if tag["state"] in wanted]
    return answer


def _tag(name: str, state: str, probability: float | None = None) -> Entry:
    shown = None if probability is None else round(probability, 6)
    return {"tag": name, "probability": shown, "state": state}


def _with_labels(
    encoder: Encoder, labels: list[str], found: list[tuple[Path, Embedding | UnreadablePhoto]]
) -> list[Entry]:
    """The classic zero-shot question: a softmax over exactly these labels."""
    prototypes = class_prototypes(encoder, labels)
    answers: list[Entry] = []
    for path, embedding in found:
        if isinstance(embedding, UnreadablePhoto):
            answers.append({"path": str(path), "tags": [], "error": str(embedding)})
            continue
        shares = probabilities(embedding[None], prototypes, encoder.logit_scale)[0]
        tags: list[Entry] = [
            {"tag": label, "probability": round(float(share), 6)}
            for label, share in zip(labels, shares, strict=True)
        ]
        tags.sort(key=lambda tag: -tag["probability"])
        answers.append({"path": str(path), "tags": tags})
    return answers


def _tell(answers: list[Entry], as_json: bool) -> None:
    if as_json:
        print_json(answers)
        return
    for answer in answers:
        shown = ", ".join(map(_shown, answer["tags"]))
        name = display(answer["path"])
        click.echo(f"{name}: {shown or answer.get('error') or 'no tags'}")


def _shown(tag: Entry) -> str:
    if tag["probability"] is not None:
        return f"{tag['tag']} {tag['probability']:.0%}"
    return f"{tag['tag']} ({tag['state']})"
