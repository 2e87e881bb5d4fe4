"""What a screen reader says without being asked."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent


def announce(about: QObject, sentence: str, urgent: bool = False) -> None:
    """Let a screen reader say it, politely unless what was just asked for failed."""
    if QAccessible.isActive() and sentence:
        event = QAccessibleAnnouncementEvent(about, sentence)
        if urgent:
            event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)
