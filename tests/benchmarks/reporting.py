"""How the benchmarks report: a table for people, one JSON document for scripts."""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from photoclip.clip.precision import machine


@dataclass(frozen=True)
class Bar:
    """What a figure has to reach: at least, at most, or both."""

    figure: str
    least: float = float("-inf")
    most: float = float("inf")

    def holds(self, summary: dict[str, float]) -> bool:
        """Whether the figure is there and within the bounds."""
        return self.figure in summary and self.least <= summary[self.figure] <= self.most

    def __str__(self) -> str:
        bounds = (("at least", self.least), ("at most", self.most))
        return " and ".join(f"{word} {bound:g}" for word, bound in bounds if abs(bound) < 1e300)


def report(
    description: str | None,
    measure: Callable[..., dict[str, float]],
    bars: Sequence[Bar],
    show: Callable[[dict[str, float]], None] | None = None,
    **options: int,
) -> None:
    """Measure as the command line asks, and print the figures with what they have to reach.

    With `--json` it is one document: `machine`, `summary` (figure to value) and `holds`, whether
    every bar is reached.

    Args:
        description: the benchmark's docstring, whose first line stands in the help.
        show: prints the figures; None for one a line.
        options: whole numbers the command line may set, by name, with their defaults; they are
            given to `measure`.
    """
    parser = argparse.ArgumentParser(description=(description or "").split("\n\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    for name, default in options.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=int, default=default, help=f"default {default}"
        )
    given = vars(parser.parse_args())
    as_json = given.pop("json")
    summary = measure(**given)
    holds = all(bar.holds(summary) for bar in bars)
    if as_json:
        print(json.dumps({"machine": machine(), "summary": summary, "holds": holds}, indent=1))
        return
    print(machine())
    if show is None:
        _show(summary, bars)
    else:
        show(summary)
    print("All bars are reached." if holds else "Not every bar is reached.")


def _show(summary: dict[str, float], bars: Sequence[Bar]) -> None:
    bounds = {bar.figure: bar for bar in bars}
    for figure, value in summary.items():
        bar = bounds.get(figure)
        told = f"   {bar}: {'yes' if bar.holds(summary) else 'NO'}" if bar else ""
        print(f"{figure.replace('_', ' '):48} {value:12,.3f}{told}")
    for missing in bounds.keys() - summary.keys():
        print(f"{missing.replace('_', ' '):48} not measured")
