"""What limits this computer, in words, from the figures of `health` alone."""

from photoclip.core.gauging import Decoding, Searching
from photoclip.core.health import Encoding, Health

# The next photos whose indexing is foretold where the model knows all there are.
_NEXT = 10_000
_FRACTIONS = {
    0.5: "half",
    0.6: "three fifths",
    0.67: "two thirds",
    0.75: "three quarters",
    0.8: "four fifths",
    0.9: "nine tenths",
    1.0: "nearly all",
}
# Less of a difference may be chance.
_CLEARLY = 1.15
# A format is worth a word when one of its photos takes so many times as long as another.
_MUCH_SLOWER = 1.5
# Beyond so many times the time of reading the memory, it is not the memory that is waited for.
_PACE_OF_MEMORY = 1.5


def verdict(health: Health) -> tuple[str, ...]:
    """Three to five sentences, the most important first."""
    return tuple(
        sentence
        for sentence in (
            _limit(health),
            _detail(health),
            _choice(health.encodings),
            _search(health.searching),
            _duration(health),
        )
        if sentence
    )


def sensible(number: float) -> str:
    """A figure as precise as it is worth: "0.42", "3.1", "37", "1,250"."""
    if number >= 9.95:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 1 else f"{number:.2g}"


def _limit(health: Health) -> str:
    decoding, used = health.decoding, health.encodings[0]
    if used.kind != "cpu":
        times = used.per_second / decoding.per_second
        if times > _CLEARLY:
            return (
                f"Decoding sets the pace of indexing: the graphics card takes {sensible(times)} "
                "times as many photos as the processor decodes."
            )
        if times < 1 / _CLEARLY:
            return (
                "The model sets the pace of indexing: the processor decodes "
                f"{sensible(1 / times)} times as many photos as the graphics card takes."
            )
        return "Decoding and the model are equally fast, so neither waits for the other."
    share = used.per_second / (used.per_second + decoding.per_second)
    if share > 0.55:
        return f"Decoding takes {_fraction(share)} of the time of indexing."
    if share < 0.45:
        return f"The model takes {_fraction(1 - share)} of the time of indexing."
    return "Decoding and the model take about half of the time of indexing each."


def _detail(health: Health) -> str:
    """What is behind the limit, where anything stands out."""
    decoding = health.decoding
    if decoding.waiting > 0.5:
        return (
            f"Of decoding, {_fraction(decoding.waiting)} is waiting for the drive that your "
            "photos are on."
        )
    slow = _slow_kind(decoding)
    if slow:
        return slow
    if health.together is not None and health.together < 0.75 * health.bound:
        return (
            f"Both together reach {health.together / health.bound:.0%} of what each alone "
            "promises: they were kept waiting."
        )
    return ""


def _slow_kind(decoding: Decoding) -> str:
    if len(decoding.kinds) < 2:
        return ""
    kind = max(decoding.kinds, key=lambda kind: kind.photos * kind.seconds)
    others = [other for other in decoding.kinds if other is not kind]
    usual = sum(o.photos * o.seconds for o in others) / sum(o.photos for o in others)
    times = kind.seconds / max(usual, 1e-9)
    if times < _MUCH_SLOWER:
        return ""
    return (
        f"{kind.photos} of the {decoding.photos} photos are {kind.format}, and each of these "
        f"takes {sensible(times)} times as long to decode as the others."
    )


def _choice(encodings: tuple[Encoding, ...]) -> str:
    """What the choice of device and precision gains."""
    used, *others = encodings
    elsewhere = [other for other in others if other.kind != used.kind]
    if elsewhere:
        best = max(elsewhere, key=lambda other: other.per_second)
        times = used.per_second / best.per_second
        if times > _CLEARLY:
            return f"The model is {sensible(times)} times as fast on {used.device} as on " + (
                "the processor." if best.kind == "cpu" else f"{best.device}."
            )
        if times < 1 / _CLEARLY:
            return (
                f"The model runs on {used.device}, though {best.device} was "
                f"{sensible(1 / times)} times as fast here."
            )
    full = next((o for o in others if o.kind == used.kind and o.precision == "float32"), None)
    if full is not None and used.per_second > _CLEARLY * full.per_second:
        times = used.per_second / full.per_second
        return (
            f"The model runs in {used.precision} since that is {sensible(times)} times as fast "
            "as float32 here."
        )
    return ""


def _search(searching: Searching) -> str:
    took = searching.text_ms + searching.matching_ms
    found = f"A search among {searching.photos:,} photos takes {sensible(took)} ms"
    if searching.text_ms > searching.matching_ms:
        share = _fraction(searching.text_ms / took)
        return f"{found}, {share} of it for understanding the words."
    read = f"{sensible(searching.megabytes)} MB"
    times = searching.matching_ms / searching.reading_ms
    if times <= _PACE_OF_MEMORY:
        return f"{found}; it reads {read}, and memory, not the processor, sets the pace."
    return (
        f"{found}; that is {sensible(times)} times as long as reading its {read}, so the "
        "processor sets the pace, not memory."
    )


def _duration(health: Health) -> str:
    rate = health.together or health.bound
    if health.unknown:
        photos = f"The {health.unknown:,} photos" if health.unknown > 1 else "The one photo"
        verb = "take" if health.unknown > 1 else "takes"
        return f"{photos} that the model has not seen {verb} {_time(health.unknown / rate)}."
    kind = "like yours" if health.decoding.own else "of 12 megapixels"
    return f"Indexing {_NEXT:,} photos {kind} takes {_time(_NEXT / rate)}."


def _fraction(share: float) -> str:
    return "about " * (share < 0.95) + _FRACTIONS[min(_FRACTIONS, key=lambda f: abs(f - share))]


def _time(seconds: float) -> str:
    """About how long, in the largest fitting unit."""
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 1.5 * length:
            return f"about {seconds / length:.0f} {unit}s"
    return "about a minute" if seconds >= 45 else "less than a minute"
