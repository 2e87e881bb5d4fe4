"""The menus, made from the commands: the main menu, and a photo's own."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from photoclip.core.settings import Appearance
from photoclip.ui.actions import Actions
from photoclip.ui.menu_button import MENU_BAR

_PARTS = (
    ("add_folder", "rescan", "pause", "stop", "failures"),
    ("models", "review", "vocabulary", "teach", "suggestions", "settings"),
    ("undo", "redo"),
    ("back", "forward", "search", "keep_search", "new_album"),
    ("larger", "smaller", "sidebar", "details", "full_screen"),
)
_END = ("keys", "close", "quit")
_MARKS = (
    "favourite",
    "tag",
    "find_more",
    "accept",
    "caption",
    "describe",
    "to_album",
    "from_album",
)
_RATINGS = tuple(f"rate_{stars}" for stars in range(5, -1, -1))
_PHOTO = (
    ("open", "show_file"),
    ("similar", "why", "like", "dislike"),
    _MARKS,
    ("copy", "copy_path"),
)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Menus", text)


def appearance_menu(parent: QWidget) -> tuple[QMenu, dict[Appearance, QAction]]:
    """The choice between light, dark and the system's look."""
    menu = QMenu(_tr("Appearance"), parent)
    group = QActionGroup(menu)
    names: dict[Appearance, str] = {
        "system": _tr("Same as the system"),
        "light": _tr("Light"),
        "dark": _tr("Dark"),
    }
    made: dict[Appearance, QAction] = {}
    for appearance, name in names.items():
        action = menu.addAction(name)
        action.setCheckable(True)
        group.addAction(action)
        made[appearance] = action
    return menu, made


def main_menu(window: QMainWindow, actions: Actions, appearance: QMenu) -> QMenu | None:
    """The menu behind the toolbar's button; on macOS a menu bar instead, and None."""
    if MENU_BAR:
        titles = (_tr("File"), _tr("Library"), _tr("Edit"), _tr("Go"), _tr("View"))
        for title, names in zip(titles, _PARTS, strict=True):
            menu = window.menuBar().addMenu(title)
            menu.addActions([actions[name] for name in names])
        menu.addMenu(appearance)
        window.menuBar().addMenu(_tr("Help")).addActions([actions[name] for name in _END])
        return None
    menu = QMenu(window)
    for names in _PARTS:
        menu.addActions([actions[name] for name in names])
        if names is _PARTS[-1]:
            menu.addMenu(appearance)
        menu.addSeparator()
    menu.addActions([actions[name] for name in _END])
    return menu


def photo_menu(parent: QWidget, actions: Actions) -> QMenu:
    """What can be done with the photos selected, or the one looked at."""
    menu = QMenu(parent)
    rating = QMenu(_tr("Rating"), menu)
    rating.addActions([actions[name] for name in _RATINGS])
    for names in _PHOTO:
        for name in names:
            menu.addAction(actions[name])
            if name == "favourite":
                menu.addMenu(rating)
        menu.addSeparator()
    return menu
