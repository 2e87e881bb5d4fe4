"""XMP's XML: parsed so that nothing hostile gets far, and its properties however they are written.

A property is an attribute of an rdf:Description or an element in it; an element holds a text, or an
array (rdf:Bag, Seq or Alt) of rdf:li (ISO 16684-1, clause 7).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # its libraries take a moment to load, and the first window needs none of it
    from lxml.etree import _Element, _ElementTree

NAMESPACES: Final = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
}
"""The prefixes by which the properties of `core` are known, and are written where they are new."""

LONGEST: Final = 4 * 1024 * 1024
"""Bytes. Packets are some kB, darktable's longest some hundred; a hostile one only costs time."""

LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"


def name(prefixed: str) -> str:
    """ "dc:subject" as the XML parser calls it."""
    prefix, local = prefixed.split(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


RDF: Final = name("rdf:RDF")
DESCRIPTION: Final = name("rdf:Description")
ITEM: Final = name("rdf:li")
_VALUE: Final = name("rdf:value")
_ARRAYS: Final = (name("rdf:Bag"), name("rdf:Seq"), name("rdf:Alt"))


class NotXmp(ValueError):  # noqa: N818  it says what the bytes are
    """The bytes are no XMP, or more than XMP ever is."""


@dataclass(frozen=True, eq=False)
class Property:
    """One place where a property stands: an element, or an attribute of its description."""

    description: "_Element"
    name: str
    element: "_Element | None"

    @property
    def array(self) -> "_Element | None":
        """The rdf:Bag, rdf:Seq or rdf:Alt in it, if there is one."""
        if self.element is None:
            return None
        return next((child for child in self.element if child.tag in _ARRAYS), None)

    @property
    def items(self) -> "list[_Element]":
        array = self.array
        return [] if array is None else array.findall(ITEM)

    @property
    def values(self) -> list[str]:
        """The texts of the items, or the one text; never an empty one."""
        if self.element is None:
            texts = [self.description.get(self.name, "")]
        elif self.array is not None:
            texts = [text(item) for item in self.items]
        else:
            texts = [text(self.element)]
        return [one for one in texts if one.strip()]


def parse(packet: bytes, *, forgiving: bool = False) -> "_ElementTree":
    """The tree of an XMP packet or a sidecar, with its comments and processing instructions.

    Entities are not expanded, nothing is fetched, and what nests more than 256 deep is no XMP.

    Args:
        forgiving: read what can be read of broken XML. Never for what is to be written back.

    Raises:
        NotXmp: it is no XML, longer than LONGEST, or holds no rdf:RDF; or, where nothing is
            forgiven, holds a document type.
    """
    from lxml import etree

    packet = packet.strip(b"\0 \t\r\n") if forgiving else packet
    if len(packet) > LONGEST:
        raise NotXmp(f"{len(packet)} bytes")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        strip_cdata=False,
        recover=forgiving,
    )
    try:
        root = etree.fromstring(packet, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise NotXmp(str(error)) from error
    # Of a document type, which XMP never has, the parser keeps too little to write it back.
    if not forgiving and root.getroottree().docinfo.internalDTD is not None:
        raise NotXmp("a document type")
    # A forgiving parser that found nothing at all gives None.
    if root is None or next(root.iter(RDF), None) is None:
        raise NotXmp("no rdf:RDF")
    return root.getroottree()


def descriptions(tree: "_ElementTree") -> "list[_Element]":
    """The rdf:Description blocks that describe the photo; those inside structures do not."""
    return next(tree.iter(RDF)).findall(DESCRIPTION)


def find(tree: "_ElementTree", wanted: str) -> list[Property]:
    """Every place where a property stands; more than one is against the rules, but happens."""
    found: list[Property] = []
    for description in descriptions(tree):
        if wanted in description.attrib:
            found.append(Property(description, wanted, None))
        found += [Property(description, wanted, e) for e in description.findall(wanted)]
    return found


def values(tree: "_ElementTree", wanted: str) -> list[str]:
    """All values of a property, in their order."""
    return [value for place in find(tree, wanted) for value in place.values]


def default_text(tree: "_ElementTree", wanted: str) -> str:
    """Of a text in several languages the default one, else the first; "" where there is none."""
    for place in find(tree, wanted):
        for item in place.items:
            if item.get(LANGUAGE, "").lower() == "x-default" and text(item).strip():
                return text(item)
    return next(iter(values(tree, wanted)), "")


def text(element: "_Element") -> str:
    """What an element says, past comments inside it; of a qualified value the value."""
    said = (element.text or "") + "".join(child.tail or "" for child in element)
    if not said.strip():
        for inner in element.iter(DESCRIPTION, _VALUE):
            said = inner.get(_VALUE) or (inner.text or "" if inner.tag == _VALUE else "")
            if said.strip():
                break
    return said
