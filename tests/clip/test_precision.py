"""Which precision is taken, and how that is remembered."""

import json
import time
from pathlib import Path

import pytest

from photoclip.clip.devices import Device
from photoclip.clip.precision import (
    FILE,
    fastest,
    measurement_key,
    rates_in_turns,
    remember_precision,
    remembered_precision,
)


@pytest.mark.parametrize(
    ("rates", "precision"),
    [
        ({"float32": 100.0}, "float32"),
        ({"float32": 100.0, "bfloat16": 110.0}, "float32"),
        ({"float32": 100.0, "bfloat16": 120.0}, "bfloat16"),
        ({"float32": 100.0, "float16": 300.0, "bfloat16": 310.0}, "float16"),
        ({"float32": 100.0, "float16": 90.0, "bfloat16": 310.0}, "bfloat16"),
        ({"float32": 100.0, "float16": 40.0}, "float32"),
    ],
)
def test_digits_are_only_given_up_for_speed(rates: dict[str, float], precision: str) -> None:
    assert fastest(rates) == precision


def test_a_measurement_holds_for_one_device_and_model() -> None:
    card = Device("cuda", "NVIDIA GeForce RTX 3060", "cuda:0")

    keys = {
        measurement_key("a"),
        measurement_key("b"),
        measurement_key("a", card),
        measurement_key("a", Device("cuda", "AMD Radeon RX 7900", "cuda:0")),
    }

    assert len(keys) == 4
    assert measurement_key("a", card).startswith("NVIDIA GeForce RTX 3060 | torch ")


@pytest.mark.parametrize("memory", ["", "[1]", '{"x"', '{"key": {"precision": "int3"}}', "\x00"])
def test_a_damaged_memory_is_forgotten(tmp_path: Path, memory: str) -> None:
    (tmp_path / FILE).write_text(memory)

    assert remembered_precision(tmp_path, "key") is None
    remember_precision(tmp_path, "key", "bfloat16", {"float32": 1.0, "bfloat16": 3.21})

    assert remembered_precision(tmp_path, "key") == "bfloat16"
    assert remembered_precision(tmp_path, "other") is None
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_the_memory_does_not_grow_for_ever(tmp_path: Path) -> None:
    for number in range(80):
        remember_precision(tmp_path, f"model {number}", "float32", {})

    assert len(json.loads((tmp_path / FILE).read_text())) == 50
    assert remembered_precision(tmp_path, "model 79") == "float32"


def test_a_memory_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    remember_precision(tmp_path / "file", "key", "float32", {})

    assert remembered_precision(tmp_path / "file", "key") is None


def test_speed_is_that_of_the_best_call_in_turns() -> None:
    calls: list[str] = []

    def slow_at_first() -> None:
        time.sleep(0.001 if calls else 0.02)
        calls.append("fast")

    def slow() -> None:
        time.sleep(0.02)
        calls.append("slow")

    rates = rates_in_turns({"fast": slow_at_first, "slow": slow}, images=2, seconds=0.06)

    assert len(calls) >= 6
    assert calls == ["fast", "slow"] * (len(calls) // 2)
    assert rates["slow"] < 101
    assert rates["fast"] > 2 * rates["slow"]
