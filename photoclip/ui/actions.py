"""The one list of commands: menus, keys and the overlay of keys are all made from it."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

_MAC = sys.platform == "darwin"


@dataclass(frozen=True)
class Command:
    """Something a person can do.

    Attributes:
        where: "everywhere", "grid" (the grid has the focus) or "photo" (grid and viewer).
        keys: the first is shown in menus.
        mac_keys: instead of `keys` there; Ctrl means the command key.
        checkable: whether it is switched on and off.
        listed: whether its keys stand in the list of keys, rather than a note on several.
    """

    name: str
    text: str
    where: str
    keys: tuple[str, ...] = ()
    mac_keys: tuple[str, ...] | None = None
    checkable: bool = False
    listed: bool = True

    @property
    def shortcuts(self) -> tuple[str, ...]:
        return self.mac_keys if _MAC and self.mac_keys is not None else self.keys


@dataclass(frozen=True)
class KeyNote:
    """Keys that a view handles itself, for the overlay."""

    where: str
    keys: str
    text: str


def _tr(text: str) -> str:
    return QCoreApplication.translate("Actions", text)


def commands() -> tuple[Command, ...]:
    """All there is to do, in the language of the person."""
    return (
        Command("search", _tr("Search"), "everywhere", ("Ctrl+F",)),
        Command("add_folder", _tr("Add a folder…"), "everywhere", ("Ctrl+O",)),
        Command("rescan", _tr("Rescan all folders"), "everywhere", ("Ctrl+R",)),
        Command("pause", _tr("Pause indexing"), "everywhere", ("Ctrl+P",), checkable=True),
        Command("stop", _tr("Stop indexing"), "everywhere"),
        Command("failures", _tr("Files that could not be read"), "everywhere"),
        Command("models", _tr("Models…"), "everywhere"),
        Command("review", _tr("Review suggested tags"), "everywhere"),
        Command("vocabulary", _tr("Vocabulary…"), "everywhere"),
        Command("suggestions", _tr("Remove everything PhotoClip suggested"), "everywhere"),
        Command("settings", _tr("Settings…"), "everywhere", ("Ctrl+,",)),
        Command("teach", _tr("Teach PhotoClip my words…"), "everywhere"),
        Command("undo", _tr("Undo"), "everywhere", ("Ctrl+Z",)),
        Command("redo", _tr("Redo"), "everywhere", ("Ctrl+Shift+Z", "Ctrl+Y")),
        Command("new_album", _tr("New album"), "everywhere", ("Ctrl+N",)),
        Command("keep_search", _tr("Keep the search as a live album…"), "everywhere", ("Ctrl+S",)),
        Command("back", _tr("Back"), "everywhere", ("Alt+Left",), ("Ctrl+[",)),
        Command("forward", _tr("Forward"), "everywhere", ("Alt+Right",), ("Ctrl+]",)),
        Command("step_back", _tr("One step back"), "everywhere", ("Esc",)),
        Command("next_pane", _tr("Next pane"), "everywhere", ("F6",)),
        Command("previous_pane", _tr("Previous pane"), "everywhere", ("Shift+F6",)),
        Command("menu", _tr("Menu"), "everywhere", ("F10",)),
        Command(
            "sidebar", _tr("Sidebar"), "everywhere", ("F9",), ("Ctrl+Meta+S",), checkable=True
        ),
        Command("details", _tr("Details"), "everywhere", ("Ctrl+I",), checkable=True),
        Command(
            "full_screen", _tr("Full screen"), "everywhere", ("F11",), ("Ctrl+Meta+F",),
            checkable=True,
        ),
        Command("keys", _tr("Keyboard shortcuts"), "everywhere", ("F1",)),
        Command("close", _tr("Close the window"), "everywhere", ("Ctrl+W",)),
        Command("quit", _tr("Quit"), "everywhere", ("Ctrl+Q",)),
        Command("select_all", _tr("Select all"), "grid", ("Ctrl+A",)),
        Command("select_none", _tr("Select none"), "grid", ("Ctrl+Shift+A",)),
        Command("paste", _tr("Search by what was copied"), "grid", ("Ctrl+V",)),
        Command("larger", _tr("Larger tiles"), "grid", ("Ctrl++", "Ctrl+=")),
        Command("smaller", _tr("Smaller tiles"), "grid", ("Ctrl+-",)),
        Command("open", _tr("Open"), "photo"),
        Command("show_file", _tr("Show in file manager"), "photo", ("Ctrl+Shift+O",)),
        Command("similar", _tr("Find similar"), "photo", ("Ctrl+L",)),
        Command("why", _tr("Why here"), "photo", ("Ctrl+J",)),
        Command("favourite", _tr("Favourite"), "photo", ("Ctrl+D",)),
        *(Command(f"rate_{n}", "★" * n or _tr("No rating"), "photo", (f"Ctrl+{n}",), listed=False)
          for n in range(5, -1, -1)),
        Command("tag", _tr("Tag…"), "photo", ("Ctrl+T",)),
        Command("find_more", _tr("Find more like these"), "photo"),
        Command("accept", _tr("Accept suggested tags"), "photo", ("Ctrl+Shift+T",)),
        Command("caption", _tr("Caption…"), "photo", ("Ctrl+E",)),
        Command("describe", _tr("Suggest a caption"), "photo", ("Ctrl+Shift+D",)),
        Command("to_album", _tr("Add to album…"), "photo", ("Ctrl+B",)),
        Command("from_album", _tr("Remove from this album"), "photo"),
        Command("like", _tr("More like this result"), "photo", ("Ctrl+Shift+Y",)),
        Command("dislike", _tr("Less like this result"), "photo", ("Ctrl+Shift+N",)),
        Command("copy", _tr("Copy"), "photo", ("Ctrl+C",)),
        Command("copy_path", _tr("Copy path"), "photo", ("Ctrl+Shift+C",)),
    )  # fmt: skip


def key_notes() -> tuple[KeyNote, ...]:
    """The keys that move about in a view."""
    return (
        KeyNote("grid", _tr("Arrows"), _tr("Move; with Shift extend the selection")),
        KeyNote("grid", _tr("Ctrl+Arrows"), _tr("Move without selecting; Ctrl+Enter toggles")),
        KeyNote("grid", _tr("Home End PgUp PgDn"), _tr("Move further")),
        KeyNote("grid", _tr("Alt+Up Alt+Down"), _tr("Previous, next date")),
        KeyNote("grid", _tr("Enter Space"), _tr("Open in the viewer")),
        KeyNote("grid", _tr("Letters, /"), _tr("Search")),
        KeyNote("grid", _tr("Ctrl+wheel"), _tr("Size of the tiles")),
        KeyNote("grid", "?", _tr("This list")),
        KeyNote("photo", _tr("Ctrl+0 to Ctrl+5"), _tr("Rating")),
        KeyNote("everywhere", "F2", _tr("Rename an album, in the sidebar")),
        KeyNote("search", _tr("Enter Down"), _tr("Into the results")),
        KeyNote("search", _tr("Space"), _tr("Make a chip of a filter such as tag:dog")),
        KeyNote("search", _tr("Backspace"), _tr("At the start: the last chip as text")),
        KeyNote("viewer", _tr("Left Right"), _tr("Previous, next photo")),
        KeyNote("viewer", _tr("Home End"), _tr("First, last photo")),
        KeyNote("viewer", "Z", _tr("Fit, or 100 %")),
        KeyNote("viewer", _tr("+ −, wheel"), _tr("Zoom")),
        KeyNote("viewer", _tr("0 to 5, F"), _tr("Rating, favourite")),
        KeyNote("viewer", "T, C", _tr("Tag, caption")),
        KeyNote("viewer", "Y N", _tr("More, less like this result")),
        KeyNote("viewer", "I", _tr("Why here")),
        KeyNote("viewer", "H", _tr("Where in the photo")),
        KeyNote("viewer", _tr("Esc Space Enter"), _tr("Back to the grid")),
        KeyNote("tags", _tr("Arrows"), _tr("Previous, next tag")),
        KeyNote("tags", _tr("Y Enter"), _tr("Confirm a suggested tag")),
        KeyNote("tags", _tr("N Delete"), _tr("Reject it")),
        KeyNote("review", "Y N S", _tr("Yes, no, skip")),
        KeyNote("review", _tr("Left Backspace"), _tr("Previous photo")),
        KeyNote("review", "Z", _tr("Fit, or 100 %")),
        KeyNote("review", _tr("Enter"), _tr("Open in the viewer")),
    )


class Actions:
    """The commands as `QAction`s, reachable by name.

    What the person asks for before `release` is kept until then, in its order.
    """

    def __init__(self, window: QWidget) -> None:
        self.commands = commands()
        self._actions: dict[str, QAction] = {}
        self._kept: list[QAction] | None = []
        for command in self.commands:
            action = QAction(command.text, window)
            action.setObjectName(command.name)
            action.setCheckable(command.checkable)
            action.setShortcuts([QKeySequence(keys) for keys in command.shortcuts])
            self._actions[command.name] = action
            if command.where == "everywhere":
                window.addAction(action)
            action.triggered.connect(lambda _=False, action=action: self._keep(action))

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def connect(self, name: str, call: Callable[[], object]) -> None:
        """Do `call` when the person asks for the command."""
        self._actions[name].triggered.connect(
            lambda _=False: call() if self._kept is None else None
        )

    def connect_at_once(self, name: str, call: Callable[[], object]) -> None:
        """Do `call` whenever the person asks for the command, before `release` too."""
        self._actions[name].triggered.disconnect()
        self._actions[name].triggered.connect(lambda _=False: call())

    def release(self) -> None:
        """All are there who do what is asked for: do what was kept, and from now on at once."""
        kept, self._kept = self._kept or [], None
        for action in kept:
            action.trigger()

    def _keep(self, action: QAction) -> None:
        if self._kept is not None:
            self._kept.append(action)
            if action.isCheckable():
                # It is switched when it is done.
                action.toggle()

    def attach(self, where: str, widgets: Sequence[QWidget]) -> None:
        """Let the keys of these commands work while one of the widgets has the focus."""
        for command in self.commands:
            if command.where == where:
                action = self._actions[command.name]
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                for widget in widgets:
                    widget.addAction(action)
