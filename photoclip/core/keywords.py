"""Keywords of other programs as tags of the library, and tags as paths for other programs."""

from photoclip.core.annotations import LONGEST_TAG
from photoclip.core.own import Own
from photoclip.core.vocabulary import Vocabulary


def tags_of(own: Own, vocabulary: Vocabulary) -> tuple[str, ...]:
    """What photos are tagged with that have these keywords, each once.

    A keyword that is a name of a term, in any language, is that term. Any other stays as it is
    spelled. Of a hierarchy the last counts, from which the vocabulary knows what follows.
    """
    return tuple(dict.fromkeys(_tag(path, vocabulary) for path in own.tags if _is_tag(path)))


def path_of(tag: str, read: Own, vocabulary: Vocabulary) -> tuple[str, ...]:
    """A tag with what it belongs to, from the top: ("animal", "dog", "puppy").

    Args:
        read: what other programs said: a keyword of theirs keeps its place in their hierarchy.
    """
    for path in read.tags:
        if _is_tag(path) and _tag(path, vocabulary) == tag:
            return path
    path = (tag,)
    term = vocabulary.find(tag)
    while term is not None and term.term == path[0]:
        parent = next((p for p in map(vocabulary.find, term.parents) if p and not p.hidden), None)
        if parent is None or parent.term in path:
            break
        path, term = (parent.term, *path), parent
    return path


def _is_tag(path: tuple[str, ...]) -> bool:
    return bool(path) and 0 < len(" ".join(path[-1].split())) <= LONGEST_TAG


def _tag(path: tuple[str, ...], vocabulary: Vocabulary) -> str:
    name = " ".join(path[-1].split())
    term = vocabulary.find(name)
    return term.term if term is not None else name
