"""Proposed captions, put together off the GUI thread: for one photo at a time, the latest asked."""

from typing import Protocol

from PySide6.QtCore import QLocale, QObject, Signal

from photoclip.core.describe import Caption
from photoclip.ui.jobs import Bridge, Lane


class Describes(Protocol):
    """What proposes captions; see `photoclip.core.serving.Serving`."""

    def describe(self, photo_id: int) -> Caption: ...


class Proposals(QObject):
    """Asks for captions.

    Signals:
        proposed: (photo id, what is proposed in the person's language, "" for nothing).
        failed: (photo id, why nothing can be proposed, a sentence).
    """

    proposed = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self, describes: Describes, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._describes = describes
        # A lane of its own: the first proposal may have to wait for the model.
        self._lane = Lane(bridge, "describe")

    def ask(self, photo_id: int) -> None:
        """Have a caption proposed; whatever was asked before is forgotten."""
        chinese = QLocale().language() == QLocale.Language.Chinese

        def work() -> str:
            caption = self._describes.describe(photo_id)
            return caption.chinese if chinese else caption.english

        self._lane.submit(
            "describe",
            work,
            lambda caption: self.proposed.emit(photo_id, caption),
            lambda error: self.failed.emit(photo_id, str(error)),
        )

    def forget(self) -> None:
        """Nothing is asked any more."""
        self._lane.cancel("describe")

    def close(self) -> None:
        self._lane.close()
