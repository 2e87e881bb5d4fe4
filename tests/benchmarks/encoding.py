"""How fast the starter encodes: photos beside open_clip's ViT-B/32, and the text of one query.

    python -m tests.benchmarks.encoding [--json]

Both models run in the same process, by turns, on the same random pixels (a network takes as long
for noise as for photos), in batches of the encoder's size; ViT-B/32 has random weights. The rate is
that of the best call, which other work on the machine has disturbed least. Decoding is not in it.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable

import numpy as np

from photoclip.clip.encoder import OpenClipEncoder
from photoclip.clip.models import STARTER, find_model
from photoclip.clip.precision import machine, rates_in_turns

LEAST_PHOTOS_PER_SECOND = 60.0  # where the processor has units for bfloat16
LEAST_TIMES_VIT = 1.2  # both in float32
MOST_TEXT_MS = 10.0

_SECONDS = 20.0
_QUERIES = 50
_VIT_SIZE = 224


def main() -> None:
    """Measure, print a table or one JSON document, and say whether the aims are met."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    as_json = parser.parse_args().json
    summary, holds = measure()
    if as_json:
        print(json.dumps({"machine": machine(), "summary": summary, "holds": holds}, indent=1))
        return
    print(machine())
    for name, value in summary.items():
        print(f"{name.replace('_', ' '):40} {value if isinstance(value, str) else f'{value:.2f}'}")
    print("The aims are met." if holds else "The aims are missed.")


def measure(seconds: float = _SECONDS) -> tuple[dict[str, float | str], bool]:
    """The figures, and whether they meet the aims."""
    model = find_model(STARTER, None)
    chosen = OpenClipEncoder(model, device="cpu")
    full = OpenClipEncoder(model, device="cpu", precision="float32")
    batch = full.batch_size
    size = model.preprocessing.size
    pixels = np.random.default_rng(0).integers(0, 256, (batch, size, size, 3), np.uint8)
    candidates: dict[str, Callable[[], object]] = {
        "starter": lambda: full.encode_images(pixels),
        "vit_b32": _vit(batch),
    }
    if chosen.precision != "float32":
        candidates["chosen"] = lambda: chosen.encode_images(pixels)
    rates = rates_in_turns(candidates, batch, seconds)
    best = rates.get("chosen", rates["starter"])
    text_ms = _text_ms(chosen)
    summary: dict[str, float | str] = {
        "running_on": chosen.running_on,
        "starter_photos_per_second": best,
        "starter_float32_photos_per_second": rates["starter"],
        "vit_b32_float32_photos_per_second": rates["vit_b32"],
        "starter_float32_times_vit_b32": rates["starter"] / rates["vit_b32"],
        "text_median_ms": text_ms,
    }
    holds = (
        rates["starter"] >= LEAST_TIMES_VIT * rates["vit_b32"]
        and text_ms <= MOST_TEXT_MS
        and ("chosen" not in rates or best >= LEAST_PHOTOS_PER_SECOND)
    )
    return summary, holds


def _vit(batch: int) -> Callable[[], object]:
    import open_clip
    import torch

    vit = open_clip.create_model("ViT-B-32").eval().requires_grad_(False)
    pixels = torch.rand(batch, 3, _VIT_SIZE, _VIT_SIZE)

    def encode() -> torch.Tensor:
        with torch.inference_mode():
            features: torch.Tensor = vit.encode_image(pixels)
        return features

    return encode


def _text_ms(encoder: OpenClipEncoder) -> float:
    """The median over queries of an ordinary length, each new to the encoder."""
    took = []
    for number in range(_QUERIES + 5):
        start = time.perf_counter()
        encoder.encode_texts([f"{number} children playing on the beach at sunset"])
        took.append(1000 * (time.perf_counter() - start))
    return statistics.median(took[5:])


if __name__ == "__main__":
    main()
