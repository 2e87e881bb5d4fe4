"""Lists: every malformed row is named, and so are photos that are missing or broken."""

from dataclasses import replace

import pytest

from photoclip.clip.pairs import read_captions
from photoclip.clip.training.settings import scratch_stages
from photoclip.errors import PhotoClipError
from photoclip.progress import StopFlag
from tests.clip.training.tiny_training import run, scratch_settings


@pytest.fixture
def scratch(tmp_path):
    return scratch_settings(tmp_path / "new")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (b"no tab here", "Line 2 .* one tab and a caption: it has no tab"),
        (b"a.jpg\tone\ttwo", "Line 2 .* it has 2 tabs"),
        (b"a.jpg\t \r", "Line 2 .* the caption is empty"),
        (b" \ta dog", "Line 2 .* the image name is missing"),
        (b"a.jpg\tr\xe9d dog", "Line 2 .* is not UTF-8 text"),
        (b"../a.jpg\ta dog", "Line 2 .* outside the folder of the photos, ../a.jpg"),
        (b"/etc/a.jpg\ta dog", "Line 2 .* outside the folder"),
        (b"C:\\a.jpg\ta dog", "Line 2 .* outside the folder"),
        (b"b\\..\\..\\a.jpg\ta dog", "Line 2 .* outside the folder"),
    ],
)
def test_malformed_rows_are_named(tmp_path, row, sentence):
    path = tmp_path / "pairs.tsv"
    path.write_bytes(b"first.jpg\ta cat\n" + row + b"\n")
    with pytest.raises(PhotoClipError, match=sentence):
        read_captions(path)


def test_lists_from_other_editors_are_read(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_bytes("\ufeffa.jpg\ta\u2028cat\r\n\r\n sub/b.jpg \t two…dogs \r\n".encode())
    assert read_captions(path) == {"a.jpg": ["a\u2028cat"], "sub/b.jpg": ["two…dogs"]}


def test_repeated_rows_count_once(scratch):
    text = scratch.captions.read_text(encoding="utf-8")
    scratch.captions.write_text(f"{text}\n{text}", encoding="utf-8")
    _, record = run(scratch)
    assert (record["captions"], record["repeated_rows"]) == (32, 32)


def test_all_photos_are_looked_at_before_training(scratch):
    broken = sorted(scratch.images.iterdir())[:5]
    whole = broken[0].read_bytes()
    for path in broken:
        path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PhotoClipError, match="5 photos .*blue-bar.png, .* and 2 more.* cannot"):
        run(scratch)
    for path in broken:
        path.unlink()
    with pytest.raises(PhotoClipError, match=r"5 photos .* and 2 more\) are not in .*Put them"):
        run(scratch)
    assert not scratch.output.exists()


def test_a_batch_of_one_is_refused(scratch):
    with pytest.raises(PhotoClipError, match="batch of one"):
        run(replace(scratch, stages=scratch_stages(1, 1, 1e-3)))


def test_looking_at_photos_can_be_stopped(scratch):
    from photoclip.clip.training.loop import train

    stop = StopFlag()
    stop.stop()
    assert list(train(scratch, stop)) == []
