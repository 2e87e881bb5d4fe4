"""For PyInstaller: only the plugins of Qt that a widgets application uses.

All of them would bring QML, PDF and half of GTK with them.
"""

import re

from PyInstaller.utils.hooks.qt import add_qt6_dependencies

_PLUGINS = re.compile(
    r"(iconengines|xcbglintegrations|wayland-[\w-]+)/"
    r"|platforms/\w*q(xcb|wayland|offscreen|windows|cocoa)\b"
    r"|platforminputcontexts/\w*(compose|ibus)"
    r"|platformthemes/\w*xdgdesktopportal"
    r"|imageformats/\w*q(gif|ico|jpeg|svg|webp)\b"
)

hiddenimports, binaries, datas = add_qt6_dependencies(__file__)
binaries = [entry for entry in binaries if _PLUGINS.search(entry[0].replace("\\", "/"))]
