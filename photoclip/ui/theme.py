"""The look: tokens, light and dark palettes, one style sheet; follows the system while it runs."""

from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from photoclip.core.settings import Appearance
from photoclip.ui.style_sheet import style_sheet
from photoclip.ui.tokens import DARK, LIGHT, VIEWER, Tokens, contrast

# After the system's own font; without an order by region Chinese would take Japanese shapes.
_HAN_FONTS = ("PingFang SC", "Microsoft YaHei UI", "Noto Sans CJK SC")
# What Fusion calls the accent where the system has none of its own.
_FUSION_ACCENTS = ("#308cc6", "#2a82da")


def readable_accent(wish: QColor, tokens: Tokens) -> QColor:
    """The system's accent, its lightness shifted until it reads on the canvas and under text."""
    hue, saturation, lightness = wish.hslHueF(), wish.hslSaturationF(), wish.lightnessF()
    step = 0.02 if tokens.dark else -0.02
    for _ in range(50):
        color = QColor.fromHslF(max(hue, 0.0), saturation, lightness)
        grounds = (tokens.canvas, tokens.chrome, tokens.tint, tokens.on_accent)
        if all(contrast(color, QColor(g)) >= 4.5 for g in grounds):
            return color
        lightness = min(1.0, max(0.0, lightness + step))
    return QColor(tokens.accent)


def palette(tokens: Tokens) -> QPalette:
    """The `QPalette` that says the same as the tokens."""
    made = QPalette()
    role = QPalette.ColorRole
    for name, color in {
        role.Window: tokens.chrome, role.WindowText: tokens.text, role.Base: tokens.canvas,
        role.AlternateBase: tokens.chrome, role.Text: tokens.text, role.Button: tokens.raised,
        role.ButtonText: tokens.text, role.BrightText: tokens.bad, role.Link: tokens.accent,
        role.LinkVisited: tokens.accent, role.Accent: tokens.accent,
        role.Highlight: tokens.accent, role.HighlightedText: tokens.on_accent,
        role.PlaceholderText: tokens.text2, role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text, role.Light: tokens.raised, role.Midlight: tokens.hover,
        role.Mid: tokens.edge, role.Dark: tokens.edge, role.Shadow: "#000000",
    }.items():  # fmt: skip
        made.setColor(name, QColor(color))
    for name in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, name, QColor(tokens.edge))
    return made


class Theme(QObject):
    """Dresses the application, and again whenever the system or the person changes the look."""

    changed = Signal(object)

    def __init__(self, app: QApplication, appearance: Appearance = "system") -> None:
        super().__init__(app)
        self._app = app
        self._appearance: Appearance = appearance
        self._system_accent = app.palette().color(QPalette.ColorRole.Accent)
        self.tokens = LIGHT
        font = app.font()
        font.setFamilies([QFontInfo(font).family(), *_HAN_FONTS])
        app.setFont(font)
        # Kept, since the wrapper must outlive the connection made through it.
        self._hints = QGuiApplication.styleHints()
        self._hints.colorSchemeChanged.connect(self._apply)
        self._apply()

    def set_appearance(self, appearance: Appearance) -> None:
        if appearance != self._appearance:
            self._appearance = appearance
            self._apply()

    def _apply(self) -> None:
        dark = self._appearance == "dark" or (
            self._appearance == "system" and self._hints.colorScheme() == Qt.ColorScheme.Dark
        )
        tokens = DARK if dark else LIGHT
        if self._system_accent.name() not in _FUSION_ACCENTS:
            tokens = replace(tokens, accent=readable_accent(self._system_accent, tokens).name())
        self.tokens = tokens
        if not self._high_contrast():
            self._app.setPalette(palette(tokens))
        self._app.setStyleSheet(style_sheet(tokens, VIEWER, body_size(self._app.font())))
        self.changed.emit(tokens)

    def _high_contrast(self) -> bool:
        """Whether the person asked the system for more contrast: its own palette rules then."""
        accessibility = getattr(self._hints, "accessibility", None)  # Qt 6.10
        if accessibility is None:
            return False
        preference = accessibility().contrastPreference()
        return bool(preference == Qt.ContrastPreference.HighContrast)


def body_size(font: QFont) -> int:
    """The height of body text in pixels: the system's, but never too small to read Chinese."""
    return max(12, QFontInfo(font).pixelSize())


def scaled(font: QFont, factor: float, weight: QFont.Weight | None = None) -> QFont:
    """A font of the type scale: `factor` times the body size, at least 11 px."""
    made = QFont(font)
    made.setPixelSize(max(11, round(body_size(font) * factor)))
    if weight is not None:
        made.setWeight(weight)
    return made
