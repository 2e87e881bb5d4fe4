"""One window per library: a second start hands its paths to the first and ends."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import xxhash
from PySide6.QtCore import QDir, QObject, Signal

if TYPE_CHECKING:
    # Imported only when somebody may listen: the first window comes up without a network.
    from PySide6.QtNetwork import QLocalSocket

_WAIT = 1000


def server_name(library: Path) -> str:
    """The same for every start on the same library."""
    path = str(library.resolve()).encode("utf-8", "surrogateescape")
    return f"photoclip-{xxhash.xxh3_64_hexdigest(path)}"


def hand_over(library: Path, paths: Sequence[str]) -> bool:
    """Give the paths to a window already open on the library; False when there is none."""
    name = server_name(library)
    # Where Qt puts a socket of this name; Windows has pipes, which do not lie in a folder.
    if sys.platform != "win32" and not os.path.exists(os.path.join(QDir.tempPath(), name)):
        return False
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_WAIT):
        return False
    socket.write(json.dumps(list(paths)).encode() + b"\n")
    socket.waitForBytesWritten(_WAIT)
    socket.disconnectFromServer()
    return True


class Doorbell(QObject):
    """Listens for later starts on the same library. Signals: rung, with their paths."""

    rung = Signal(object)

    def __init__(self, library: Path, parent: QObject | None = None) -> None:
        from PySide6.QtNetwork import QLocalServer

        super().__init__(parent)
        self._callers: list[QLocalSocket] = []
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        name = server_name(library)
        if not self._server.listen(name):
            # Nobody answered at it, so it was left over by a crash.
            QLocalServer.removeServer(name)
            self._server.listen(name)

    def close(self) -> None:
        self._server.close()
        self._callers.clear()

    def _answer(self) -> None:
        socket = self._server.nextPendingConnection()
        # Held until it hangs up; it belongs to the server and goes with it.
        self._callers.append(socket)
        socket.readyRead.connect(self._read)
        socket.disconnected.connect(self._read)
        self._read()

    def _read(self) -> None:
        from PySide6.QtNetwork import QLocalSocket

        for socket in list(self._callers):
            while socket.canReadLine():
                self._take(bytes(socket.readLine().data()))
            if socket.state() == QLocalSocket.LocalSocketState.UnconnectedState:
                self._callers.remove(socket)

    def _take(self, line: bytes) -> None:
        try:
            paths = json.loads(line)
        except ValueError:
            return
        if isinstance(paths, list):
            self.rung.emit([path for path in paths if isinstance(path, str)])
