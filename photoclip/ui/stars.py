"""A rating in stars, by mouse or by key."""

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from photoclip.ui import icons


class Stars(QWidget):
    """One to five stars; a click on the last one lit takes them all away.

    Signals:
        rated: 0 to 5.
    """

    rated = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rating: int | None = 0
        self._over = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setMouseTracking(True)
        self.setFixedSize(5 * 28 + 4, 30)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_rating(0)

    @property
    def rating(self) -> int | None:
        """None where several photos differ."""
        return self._rating

    def show_rating(self, rating: int | None) -> None:
        self._rating = rating
        locale = self.locale()
        if rating is None:
            words = self.tr("Rating: differs")
        elif rating < 0:
            words = self.tr("Rating: rejected")
        else:
            words = self.tr("Rating: %1 of 5 stars").replace("%1", locale.toString(rating))
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def _star_at(self, x: float) -> int:
        return max(1, min(5, int((x - 2) // 28) + 1))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._over = self._star_at(event.position().x())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._over = 0
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            star = self._star_at(event.position().x())
            self.rated.emit(0 if star == self._rating else star)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        if event.text() in tuple("012345"):
            self.rated.emit(int(event.text()))
        elif step:
            self.rated.emit(max(0, min(5, (self._rating or 0) + step)))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role, colors, ratio = QPalette.ColorRole, self.palette(), self.devicePixelRatioF()
        lit = self._over or max(0, self._rating or 0)
        for number in range(1, 6):
            full = number <= lit
            color = colors.color(role.Text if full else role.PlaceholderText)
            drawn = icons.pixmap("star-full" if full else "star", color, 20, ratio)
            painter.drawPixmap(QRect(2 + (number - 1) * 28 + 4, 5, 20, 20), drawn)
        if self.hasFocus():
            painter.setPen(QPen(colors.color(role.Accent), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 6, 6)
