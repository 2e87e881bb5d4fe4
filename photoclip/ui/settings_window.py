"""The window of settings: a calm list of what can be set, and what is never done."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from photoclip.core.paths import display
from photoclip.core.settings import Appearance
from photoclip.ui.actions import Actions
from photoclip.ui.choice import Choice
from photoclip.ui.controls import ElidedLabel, button, label
from photoclip.ui.settings_rows import Row, Section, note
from photoclip.ui.sidecar_settings import SidecarSettings
from photoclip.ui.switch_button import Switch


class SettingsWindow(QWidget):
    """What is set here is in force at once.

    Args:
        appearances: the actions that choose between them.
        library: where the library lies.

    Signals:
        opened: the window comes to the front.
        showAsked: the library is to be shown in the file manager.
    """

    opened = Signal()
    showAsked = Signal()

    def __init__(
        self,
        actions: Actions,
        appearances: Mapping[Appearance, QAction],
        library: str,
        parent: QWidget,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("settings")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("Settings"))
        # So that the keys scroll before anything is chosen.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(380, 300)
        self.resize(640, 760)
        self._appearances = appearances
        self.appearance = Choice()
        self.model = note()
        self.models = _opener(self.tr("Models…"), actions["models"])
        self.vocabulary = _opener(self.tr("Vocabulary…"), actions["vocabulary"])
        self.suggest = Switch(self.tr("Suggest tags"))
        self.suggest.clicked.connect(lambda: actions["suggestions"].trigger())
        self.sidecars = SidecarSettings()
        self.library = ElidedLabel("secondary")
        self.library.show_text(self.tr("Library: %1").replace("%1", display(library)))
        self.show_library = button(self.tr("Show in file manager"))
        self.show_library.clicked.connect(self.showAsked)
        self._body = QWidget()
        self._area = QScrollArea()
        self._offer_appearances()
        self.show_model("")
        self._lay_out()

    def _offer_appearances(self) -> None:
        words = self.tr("Light or dark")
        self.appearance.setAccessibleName(words)
        for name, action in self._appearances.items():
            self.appearance.addItem(action.text(), name)
            action.toggled.connect(self.show_appearance)
        self.appearance.activated.connect(
            lambda _: self._appearances[self.appearance.currentData()].trigger()
        )
        self.show_appearance()

    def _lay_out(self) -> None:
        tags = note(
            self.tr(
                "PhotoClip suggests, you confirm or reject. Turned off, what it suggested is out "
                "of sight; your own tags stay."
            )
        )
        self.suggest.setAccessibleDescription(tags.text())
        words = self.tr("The words PhotoClip tags with, in English and Chinese, and your own.")
        privacy = self.tr(
            "Everything stays on this computer: your photos, what you search for, what you say of "
            "them. Only getting a model needs a network, and only when you ask for it."
        )
        self._body.setObjectName("detailsBody")
        column = QVBoxLayout(self._body)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(16)
        for section in (
            Section(self.tr("Appearance"), Row(label(self.tr("Light or dark")), self.appearance)),
            Section(self.tr("Models"), Row(self.model, self.models)),
            Section(self.tr("Vocabulary"), Row(note(words), self.vocabulary)),
            Section(self.tr("Tags"), self.suggest, tags),
            Section(self.tr("Sidecars"), self.sidecars),
            Section(self.tr("Privacy"), note(privacy), Row(self.library, self.show_library)),
        ):
            column.addWidget(section)
        column.addStretch(1)
        self._area.setWidget(self._body)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.viewport().setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._area)

    def open(self) -> None:
        """Come to the front."""
        self.opened.emit()
        if self.isVisible():
            self.raise_()
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.show()
        self.activateWindow()

    # What it shows

    def show_appearance(self) -> None:
        chosen = next((n for n, action in self._appearances.items() if action.isChecked()), None)
        if chosen is not None:
            self.appearance.setCurrentIndex(self.appearance.findData(chosen))

    def show_model(self, words: str) -> None:
        """Which model answers and where it runs; "" while that is not known."""
        self.model.setText(words or self.tr("A model finds your photos from your words."))

    def show_suggesting(self, suggesting: bool) -> None:
        self.suggest.setChecked(suggesting)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        pages = {Qt.Key.Key_PageDown: 0.9, Qt.Key.Key_PageUp: -0.9,
                 Qt.Key.Key_Down: 0.1, Qt.Key.Key_Up: -0.1}  # fmt: skip
        if event.key() == Qt.Key.Key_Escape or event.matches(QKeySequence.StandardKey.Close):
            self.close()
        elif event.key() in pages:
            bar = self._area.verticalScrollBar()
            bar.setValue(bar.value() + round(pages[Qt.Key(event.key())] * bar.pageStep()))
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keep what has the focus in sight."""
        moved = super().focusNextPrevChild(forward)
        focus = self.focusWidget()
        if focus is not None and self._body.isAncestorOf(focus):
            self._area.ensureWidgetVisible(focus, 0, 32)
        return moved


def _opener(text: str, action: QAction) -> QWidget:
    made = button(text)
    made.clicked.connect(lambda: action.trigger())
    return made
