"""The health check measures all its parts with any encoder, stores nothing, and can be stopped."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclip.clip.devices import PROCESSOR, Device
from photoclip.core import gauging, health
from photoclip.core.gauging import Decoding, Kind, Searching
from photoclip.core.health import Budget, Encoding, Health, check
from photoclip.core.verdict import sensible, verdict
from photoclip.errors import PhotoClipError
from photoclip.progress import Progress, StopFlag
from tests.fakes import ColourEncoder, save_photo

QUICK = Budget(decoding=5.0, encoding=0.02, together=0.3, searching=0.2, others=60.0)
CARD = Device("cuda", "NVIDIA RTX", "cuda:0")


class _Placed(ColourEncoder):
    """As it is on some device and in some precision."""

    def __init__(self, device: str, precision: str) -> None:
        super().__init__()
        self.device, self.precision = device, precision


class _Failing(ColourEncoder):
    """As one for which there is no memory."""

    def encode_images(
        self, pixels: NDArray[np.uint8], threads: int | None = None
    ) -> NDArray[np.float32]:
        raise PhotoClipError("There is not enough memory.")


def opened(device: str, precision: str | None) -> ColourEncoder:
    return _Placed(device, precision or "bfloat16")


@pytest.fixture(autouse=True)
def small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauging, "_MADE_SIZE", (600, 400))
    monkeypatch.setattr(health, "_MADE", 8)


def measured(
    encoder: ColourEncoder,
    *paths: Path,
    devices: tuple[Device, ...] = (PROCESSOR,),
    open_on: Callable[[str, str | None], ColourEncoder] = opened,
    photos: int = 3000,
    unknown: int = 0,
) -> Health:
    found, _ = run(encoder, StopFlag(), *paths, devices=devices, open_on=open_on, photos=photos)
    assert found is not None
    return replace(found, unknown=unknown)


def run(
    encoder: ColourEncoder,
    stop: StopFlag,
    *paths: Path,
    devices: tuple[Device, ...] = (PROCESSOR,),
    open_on: Callable[[str, str | None], ColourEncoder] = opened,
    photos: int = 3000,
    stop_at: str = "",
) -> tuple[Health | None, list[Progress]]:
    names = [str(path) for path in paths]
    work = check(encoder, open_on, devices, names, photos, 0, stop, QUICK)
    seen = []
    while True:
        try:
            progress = next(work)
        except StopIteration as end:
            return end.value, seen
        seen.append(progress)
        if stop_at and progress.detail == stop_at:
            stop.stop()


def test_every_part_is_measured_without_a_library(encoder: ColourEncoder) -> None:
    found, seen = run(encoder, StopFlag())
    assert found is not None
    assert not found.decoding.own
    assert (found.decoding.photos, found.decoding.per_second > 0) == (8, True)
    assert [kind.format for kind in found.decoding.kinds] == ["JPEG"]
    assert found.searching.photos == 3000
    assert found.searching.megabytes == pytest.approx(3000 * encoder.dim / 1e6)
    assert min(found.searching.text_ms, found.searching.matching_ms) > 0
    assert found.together is None or found.together > 0
    assert [progress.detail for progress in seen][:4] == [
        "decoding", "the model", "both together", "search",
    ]  # fmt: skip
    assert seen[-1].done == seen[-1].total


def test_where_nothing_is_known_a_usual_library_is_searched(encoder: ColourEncoder) -> None:
    assert measured(encoder, photos=0).searching.photos == health.USUAL


def test_the_persons_own_photos_are_read_and_bad_ones_left_out(
    encoder: ColourEncoder, photos: Path
) -> None:
    good = [save_photo(photos / name) for name in ("a.jpg", "b.png", "c.jpg")]
    bad = photos / "bad.jpg"
    bad.write_bytes(b"no picture")
    decoding = measured(encoder, *good, bad, photos / "gone.jpg").decoding
    assert decoding.own
    assert decoding.photos == 3
    assert [(kind.format, kind.photos) for kind in decoding.kinds] == [("JPEG", 2), ("PNG", 1)]
    assert 0 < decoding.waiting < 1
    assert not measured(encoder, bad).decoding.own


def test_the_model_is_tried_on_every_device_in_every_precision(encoder: ColourEncoder) -> None:
    def forms(first: ColourEncoder, *devices: Device) -> list[tuple[str, str]]:
        found = measured(first, devices=devices)
        return [(one.kind, one.precision) for one in found.encodings]

    assert forms(encoder, PROCESSOR) == [("cpu", "float32")]
    assert forms(_Placed("cpu", "bfloat16"), PROCESSOR) == [("cpu", "bfloat16"), ("cpu", "float32")]
    assert forms(_Placed("cuda", "float16"), CARD, PROCESSOR) == [
        ("cuda", "float16"), ("cuda", "float32"), ("cuda", "bfloat16"),
        ("cpu", "bfloat16"), ("cpu", "float32"),
    ]  # fmt: skip


def test_where_the_model_does_not_run_it_is_left_out() -> None:
    def falls_back(device: str, precision: str | None) -> ColourEncoder:
        return _Placed("cpu", precision or "float32") if device == "cuda" else _Failing()

    found = measured(_Placed("cpu", "bfloat16"), devices=(CARD, PROCESSOR), open_on=falls_back)
    assert [(one.kind, one.precision) for one in found.encodings] == [("cpu", "bfloat16")]


def test_when_time_is_up_no_other_form_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.core.test_health.QUICK", replace(QUICK, others=0.0))
    found = measured(_Placed("cuda", "float16"), devices=(CARD, PROCESSOR))
    assert [one.precision for one in found.encodings] == ["float16"]


def test_a_model_that_does_not_run_at_all_is_an_error() -> None:
    with pytest.raises(PhotoClipError, match="memory"):
        measured(_Failing())


@pytest.mark.parametrize("part", ["decoding", "the model", "both together", "search"])
def test_it_ends_where_it_is_stopped(encoder: ColourEncoder, part: str) -> None:
    found, seen = run(encoder, StopFlag(), stop_at=part)
    assert found is None
    assert "float32" not in seen[-1].detail


def test_a_large_library_is_told_from_as_much_as_memory_takes(
    encoder: ColourEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauging, "_LARGEST_MATRIX", 40_000)
    monkeypatch.setattr(gauging, "_LARGEST_READ", 8_000)
    reserved: list[int] = []
    reserve = gauging.QuantisedMatrix.reserve

    def noted(matrix: gauging.QuantisedMatrix, count: int) -> None:
        reserved.append(count)
        reserve(matrix, count)

    monkeypatch.setattr(gauging.QuantisedMatrix, "reserve", noted)
    found = measured(encoder, photos=10**7).searching
    assert reserved == [40_000 // encoder.dim]
    assert (found.photos, found.megabytes) == (10**7, 40)


# The words


ONLY_JPEG = Decoding(40, True, 30.0, 0.1, (Kind("JPEG", 40, 0.05),))
SEARCHING = Searching(100_000, 2.0, 8.0, 6.0, 51.2)


def told(
    decoding: Decoding = ONLY_JPEG,
    encodings: tuple[Encoding, ...] = (Encoding("cpu", "Processor", "float32", 30.0),),
    searching: Searching = SEARCHING,
    together: float | None = None,
    unknown: int = 0,
    bound: float = 15.0,
) -> str:
    return "\n".join(
        verdict(Health("starter", decoding, encodings, bound, together, searching, unknown, 60.0))
    )


def on(kind: str, per_second: float, precision: str = "float32") -> Encoding:
    name = {"cpu": "Processor", "cuda": "NVIDIA RTX", "mps": "M3 graphics"}[kind]
    return Encoding(kind, name, precision, per_second)


@pytest.mark.parametrize(
    ("kind", "rate", "sentence"),
    [
        ("cpu", 30.0, "Decoding and the model take about half of the time of indexing each."),
        ("cpu", 60.0, "Decoding takes about two thirds of the time of indexing."),
        ("cpu", 10.0, "The model takes about three quarters of the time of indexing."),
        ("cpu", 0.1, "The model takes nearly all of the time of indexing."),
        ("cuda", 300.0, "the graphics card takes 10 times as many photos as the processor"),
        ("cuda", 10.0, "the processor decodes 3.0 times as many photos as the graphics card"),
        ("cuda", 31.0, "equally fast"),
    ],
)
def test_it_is_told_what_limits_indexing(kind: str, rate: float, sentence: str) -> None:
    assert sentence in told(encodings=(on(kind, rate),)).split("\n")[0]


def test_what_stands_out_is_told() -> None:
    assert "about four fifths is waiting for the drive" in told(replace(ONLY_JPEG, waiting=0.8))
    kinds = (Kind("JPEG", 30, 0.05), Kind("HEIF", 10, 0.2))
    slow = "10 of the 40 photos are HEIF, and each of these takes 4.0 times as long"
    assert slow in told(replace(ONLY_JPEG, kinds=kinds))
    alike = (Kind("JPEG", 30, 0.05), Kind("HEIF", 10, 0.06))
    assert "HEIF" not in told(replace(ONLY_JPEG, kinds=alike))
    assert "Both together reach 60% of what each alone promises" in told(together=9.0)
    assert "Both together" not in told(together=14.0)


def test_what_the_choice_of_precision_and_device_gains_is_told() -> None:
    half, full = on("cpu", 51.0, "bfloat16"), on("cpu", 30.0)
    assert "runs in bfloat16 since that is 1.7 times as fast as float32" in told(
        encodings=(half, full)
    )
    assert "bfloat16" not in told(encodings=(replace(half, per_second=31.0), full))
    card = on("cuda", 300.0, "float16")
    assert "10 times as fast on NVIDIA RTX as on the processor" in told(encodings=(card, full))
    assert "though Processor was 2.0 times as fast here" in told(
        encodings=(replace(card, per_second=15.0), full)
    )


def test_what_sets_the_pace_of_a_search_is_told() -> None:
    assert "takes 10 ms; it reads 51 MB, and memory, not the processor" in told()
    assert "about four fifths of it for understanding the words" in told(
        searching=replace(SEARCHING, text_ms=32.0)
    )
    assert "4.0 times as long as reading its 51 MB, so the processor" in told(
        searching=replace(SEARCHING, reading_ms=2.0)
    )


def test_it_is_foretold_how_long_indexing_takes() -> None:
    assert "Indexing 10,000 photos like yours takes about 11 minutes." in told()
    assert "photos of 12 megapixels takes about 8 minutes" in told(
        replace(ONLY_JPEG, own=False), together=20.0
    )
    assert "The 100,000 photos that the model has not seen take about 2 hours" in told(
        unknown=100_000
    )
    assert "The one photo that the model has not seen takes less than a minute" in told(unknown=1)
    assert "take about 8 days" in told(unknown=10_000_000)


def test_there_are_never_more_than_five_sentences() -> None:
    everything = told(
        replace(ONLY_JPEG, waiting=0.8), (on("cuda", 300.0), on("cpu", 20.0)), together=1.0
    )
    assert everything.count("\n") == 4


def test_figures_are_as_precise_as_they_are_worth() -> None:
    given = (1234.5, 37.4, 9.96, 3.14, 0.4219, 0.0)
    assert [sensible(figure) for figure in given] == ["1,234", "37", "10", "3.1", "0.42", "0"]
