"""Paths as a tree, and as a person may read them."""

import os

import pytest

from photoclip.core.folders import below, folder_tree, inside
from photoclip.core.paths import display, display_name


@pytest.mark.parametrize(
    ("path", "folder", "expected"),
    [
        (b"/a/b", b"/a", True),
        (b"/a", b"/a", True),
        (b"/ab", b"/a", False),
        (b"/a", b"/a/b", False),
        (b"/a", b"/", True),
    ],
)
def test_inside(path: bytes, folder: bytes, expected: bool) -> None:
    sep = os.fsencode(os.sep)
    assert inside(path.replace(b"/", sep), folder.replace(b"/", sep)) is expected


def test_below_is_the_range_of_what_lies_inside() -> None:
    low, high = below(b"/a")
    for path in (b"/a/b", b"/a/\xff\xff", "/a/海".encode()):
        assert low <= path < high
    for path in (b"/a", b"/a.b", b"/ab", b"/a!"):
        assert not low <= path < high


def test_a_tree_of_folders_counts_what_is_below() -> None:
    counts = {b"/p/x/y": 2, b"/p/x": 1, b"/p/z": 4, b"/q": 8}
    roots = folder_tree([b"/p", b"/q"], counts)
    assert [(root.name, root.count) for root in roots] == [("p", 7), ("q", 8)]
    x, z = roots[0].children
    assert (x.path, x.count, z.count) == ("/p/x", 3, 4)
    assert [(child.name, child.count) for child in x.children] == [("y", 2)]


def test_names_that_are_no_text_can_be_shown() -> None:
    assert display(os.fsdecode(b"caf\xe9\n.jpg")) == "caf\ufffd\ufffd.jpg"
    assert display("海边 🐕.jpg") == "海边 🐕.jpg"
    assert display_name(os.sep.join(["", "photos", "2023"]) + os.sep) == "2023"
    assert display_name(os.sep) == os.sep
