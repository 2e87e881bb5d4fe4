"""Merging a person's tags, rating and caption into the tree of a sidecar, and nothing else.

Everything that stands there stays: other keywords, what other programs keep, comments, the order.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from photoclip.core.own import (
    CAPTION,
    HIERARCHICAL,
    NOTHING,
    RATING,
    SUBJECT,
    TAGS_LIST,
    Own,
    caption_text,
    digikam_path,
    lightroom_path,
    said_in,
    tag_name,
)
from photoclip.core.rdf import (
    DESCRIPTION,
    ITEM,
    LANGUAGE,
    NAMESPACES,
    RDF,
    Property,
    default_text,
    descriptions,
    find,
    name,
    parse,
    text,
    values,
)

if TYPE_CHECKING:
    from lxml.etree import _Element, _ElementTree

_ABOUT: Final = name("rdf:about")
_EMPTY: Final = b"""<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="PhotoClip">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/">
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""


def merged(sidecar: bytes | None, own: Own, previous: Own | None) -> bytes | None:
    """The bytes of the sidecar with `own` in it, in UTF-8; None where nothing would change.

    The rules are those of `sidecars.write_sidecar`.

    Args:
        sidecar: its bytes, None where there is none yet.

    Raises:
        NotXmp: `sidecar` is no XMP.
    """
    from lxml import etree

    tree = parse(_EMPTY if sidecar is None else sidecar)
    before = etree.tostring(tree)
    own, base = _cleaned(own), _cleaned(previous or NOTHING)
    for wanted, array, mine, gone in (
        (SUBJECT, "rdf:Bag", [tag[-1] for tag in own.tags], [tag[-1] for tag in base.tags]),
        (HIERARCHICAL, "rdf:Bag", _for_lightroom(own), _for_lightroom(base)),
        (
            TAGS_LIST,
            "rdf:Seq",
            [digikam_path(tag) for tag in own.tags],
            [digikam_path(tag) for tag in base.tags],
        ),
    ):
        _remove_items(tree, wanted, set(gone).difference(mine))
        _add_items(tree, wanted, array, mine)
    _merge_rating(tree, own.rating, base.rating)
    _merge_caption(tree, own.caption, base.caption)
    if etree.tostring(tree) == before:
        return None
    return etree.tostring(tree, encoding="UTF-8", xml_declaration=_is_declared(sidecar)) + b"\n"


def _cleaned(own: Own) -> Own:
    tags = (tuple(part for part in map(tag_name, tag) if part) for tag in own.tags)
    return Own(tuple(tag for tag in tags if tag), own.rating, caption_text(own.caption))


def _for_lightroom(own: Own) -> list[str]:
    paths = (lightroom_path(tag) for tag in own.tags)
    return [path for path in paths if path is not None]


def _is_declared(sidecar: bytes | None) -> bool:
    """Whether it begins with an XML declaration, in whatever encoding."""
    if sidecar is None:
        return True
    return sidecar[:32].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe").startswith(b"<?xml ")


def _merge_rating(tree: "_ElementTree", mine: int, base: int) -> None:
    theirs = said_in(tree).rating or 0
    if _is_ours_to_say(mine, base, theirs):
        _set_text(tree, RATING, str(mine) if mine else "")


def _merge_caption(tree: "_ElementTree", mine: str, base: str) -> None:
    theirs = caption_text(default_text(tree, CAPTION))
    if not _is_ours_to_say(mine, base, theirs):
        return
    arrays = [place for place in find(tree, CAPTION) if place.array is not None]
    if not arrays:
        _set_text(tree, CAPTION, "")
        if mine:
            _add_items(tree, CAPTION, "rdf:Alt", [mine])
        return
    for place in arrays:
        _set_default(place, mine)


def _is_ours_to_say(mine: int | str, base: int | str, theirs: int | str) -> bool:
    """Whether to write `mine`, which may be nothing, over `theirs`, when the last was `base`."""
    if mine:
        return mine != theirs and (mine != base or not theirs)
    return bool(base) and theirs == base


def _set_text(tree: "_ElementTree", wanted: str, value: str) -> None:
    """Give a simple property this value wherever it stands; without a value take it out."""
    places = find(tree, wanted)
    if value and not places:
        _append(_block(tree), wanted).text = value
    for place in places:
        if not value:
            _remove_property(place)
        elif place.element is None:
            place.description.set(wanted, value)
        else:
            _set_content(place.element, value)


def _set_default(place: Property, value: str) -> None:
    """The same for the default among the languages of a text; the others stay."""
    array = place.array
    assert array is not None
    default = next((i for i in place.items if i.get(LANGUAGE, "x-default") == "x-default"), None)
    if value and default is not None:
        _set_content(default, value)
    elif value:
        # It comes before all others (XMP part 1, 8.2.2.4).
        default = _append(array, ITEM)
        default.set(LANGUAGE, "x-default")
        default.text = value
        if default is not array[0]:
            _detach(default)
            default.tail = array.text
            array.insert(0, default)
    elif default is not None:
        _detach(default)
        if not place.items:
            _remove_property(place)


def _remove_items(tree: "_ElementTree", wanted: str, gone: set[str]) -> None:
    for place in find(tree, wanted):
        if place.array is None:
            if gone.intersection(value.strip() for value in place.values):
                _remove_property(place)
            continue
        taken = [item for item in place.items if text(item).strip() in gone]
        for item in taken:
            _detach(item)
        if taken and not place.items:
            _remove_property(place)


def _add_items(tree: "_ElementTree", wanted: str, kind: str, items: Iterable[str]) -> None:
    """Add what is not there yet, in whatever case; `kind` is the array's where there is none."""
    present = {value.strip().casefold() for value in values(tree, wanted)}
    missing: dict[str, None] = {}
    for item in items:
        if item.casefold() not in present:
            present.add(item.casefold())
            missing[item] = None
    if not missing:
        return
    places = find(tree, wanted)
    array = next((place.array for place in places if place.array is not None), None)
    if array is None:
        # A plain text where an array should be becomes its first item.
        missing = dict.fromkeys([*values(tree, wanted), *missing])
        for place in places:
            _remove_property(place)
        array = _append(_append(_block(tree), wanted), name(kind))
    for item in missing:
        added = _append(array, ITEM)
        added.text = item
        if kind == "rdf:Alt":
            added.set(LANGUAGE, "x-default")


def _block(tree: "_ElementTree") -> "_Element":
    """The rdf:Description that takes what is new."""
    found = descriptions(tree)
    if found:
        return found[0]
    block = _append(next(tree.iter(RDF)), DESCRIPTION)
    block.set(_ABOUT, "")
    return block


def _set_content(element: "_Element", value: str) -> None:
    for child in list(element):
        element.remove(child)
    element.text = value


def _remove_property(place: Property) -> None:
    if place.element is None:
        del place.description.attrib[place.name]
    else:
        _detach(place.element)


def _append(parent: "_Element", tag: str) -> "_Element":
    """A new last child, indented as those before it."""
    from lxml import etree

    indent = parent.text if len(parent) else None
    if indent is None or indent.strip():
        depth = sum(1 for _ in parent.iterancestors()) + 1
        indent = "\n" + " " * depth
    last = parent[-1] if len(parent) else None
    uri = etree.QName(tag).namespace
    prefix = next(prefix for prefix, known in NAMESPACES.items() if known == uri)
    child = etree.SubElement(parent, tag, nsmap={prefix: NAMESPACES[prefix]})
    if last is None:
        parent.text, child.tail = indent, indent[:-1]
    else:
        last.tail, child.tail = indent, last.tail
    return child


def _detach(element: "_Element") -> None:
    """Take it out with the white space behind it; what is before it keeps the closing tag's."""
    parent = element.getparent()
    assert parent is not None
    before = element.getprevious()
    if element.getnext() is None:
        if before is not None:
            before.tail = element.tail
        else:
            parent.text = element.tail
    parent.remove(element)
