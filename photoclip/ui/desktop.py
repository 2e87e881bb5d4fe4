"""What is asked of the desktop: show a file in the file manager, give files to other programs."""

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QProcess, QUrl
from PySide6.QtGui import QDesktopServices


def show_in_file_manager(path: str) -> bool:
    """Open the file's folder with the file selected; False when that could not be asked for."""
    if sys.platform == "darwin":
        return QProcess.startDetached("open", ["-R", path])[0]
    if sys.platform == "win32":
        import subprocess

        # Explorer parses its own command line and wants the path quoted inside the switch.
        subprocess.Popen(f'explorer /select,"{path}"')
        return True
    return _ask_file_manager(path) or open_folder(str(Path(path).parent))


def open_folder(path: str) -> bool:
    return QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def open_page(address: str) -> bool:
    """Open a web page in the browser."""
    return QDesktopServices.openUrl(QUrl(address))


def _ask_file_manager(path: str) -> bool:
    """By the desktop's own interface (freedesktop.org, "File Manager D-Bus Interface")."""
    try:
        from PySide6.QtDBus import QDBusConnection, QDBusMessage
    except ImportError:
        return False
    bus = QDBusConnection.sessionBus()
    service = "org.freedesktop.FileManager1"
    if not bus.isConnected():
        return False
    message = QDBusMessage.createMethodCall(
        service, "/org/freedesktop/FileManager1", service, "ShowItems"
    )
    message.setArguments([[QUrl.fromLocalFile(path).toString()], ""])
    reply = bus.call(message, timeout=2000)
    return reply.type() == QDBusMessage.MessageType.ReplyMessage


def files_as_data(paths: Sequence[str]) -> QMimeData:
    """Files for the clipboard or a drag: as files, and as lines of text."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    data.setText("\n".join(paths))
    return data
