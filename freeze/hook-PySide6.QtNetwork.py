"""For PyInstaller: QtNetwork for local sockets alone, without its plugins for the network."""

from PyInstaller.utils.hooks.qt import add_qt6_dependencies

hiddenimports, _, datas = add_qt6_dependencies(__file__)
