"""A bug met while running: said once per traceback, with a text to pass on."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox, QWidget


class CrashDialog(QObject):
    """Shows tracebacks without stopping the app."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._shown: set[str] = set()

    def show_traceback(self, text: str) -> None:
        """Show a traceback, unless the person has seen it."""
        if text in self._shown:
            return
        self._shown.add(text)
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("PhotoClip"))
        box.setText(self.tr("Something went wrong in PhotoClip. Your photos are untouched."))
        box.setInformativeText(
            self.tr("You can go on. If it happens again, please report the details below.")
        )
        box.setDetailedText(text)
        box.setModal(False)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.show()
