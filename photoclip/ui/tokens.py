"""The colours of the look, light and dark, and how their contrast is measured."""

from dataclasses import dataclass, replace

from PySide6.QtGui import QColor

TILE_RADIUS, CONTROL_RADIUS, CARD_RADIUS = 4, 6, 10


@dataclass(frozen=True)
class Tokens:
    """The colours of one appearance, as #RRGGBB."""

    dark: bool
    canvas: str
    chrome: str
    raised: str
    hover: str
    press: str
    tint: str
    line: str
    edge: str
    text: str
    text2: str
    accent: str
    on_accent: str
    ok: str
    warn: str
    bad: str


LIGHT = Tokens(
    dark=False, canvas="#FFFFFF", chrome="#F3F3F3", raised="#FFFFFF", hover="#E8E8E8",
    press="#DCDCDC", tint="#DCE8FA", line="#DDDDDD", edge="#7D7D7D", text="#1B1B1B",
    text2="#565656", accent="#1A5BB8", on_accent="#FFFFFF", ok="#1A6B3A", warn="#855000",
    bad="#B3261E",
)  # fmt: skip
DARK = Tokens(
    dark=True, canvas="#161616", chrome="#1F1F1F", raised="#2A2A2A", hover="#303030",
    press="#3A3A3A", tint="#223A5E", line="#353535", edge="#868686", text="#EDEDED",
    text2="#B4B4B4", accent="#86B4FF", on_accent="#0B1A30", ok="#73D09A", warn="#F0B64A",
    bad="#FF9288",
)  # fmt: skip
VIEWER = replace(DARK, canvas="#121212", chrome="#121212")


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""

    def luminance(color: QColor) -> float:
        parts = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in (color.redF(), color.greenF(), color.blueF())
        )
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True))

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
