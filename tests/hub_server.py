"""A model hub on loopback, as huggingface.co answers, that can be told to misbehave."""

import hashlib
import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

# What a file's request may meet instead of a right answer.
Fault = Callable[["Answer"], None]


@dataclass(frozen=True)
class Asked:
    """One request that came."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass
class Repository:
    """Files by name; the commit follows from them, as in git."""

    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def commit(self) -> str:
        digest = hashlib.sha1()
        for name, body in sorted(self.files.items()):
            digest.update(name.encode() + b"\0" + body)
        return digest.hexdigest()


class HubServer:
    """Use as a context manager.

    Attributes:
        repositories: what it holds, by "owner/name".
        faults: by the last part of a path, what its next requests meet, one after the other.
        asked: all requests, in the order they came.
        lists_blobs: whether the listing gives sizes and checksums, or only the files' headers do.
        publishes: whether it gives checksums at all.
        small: files of up to so many bytes are kept by git, without a SHA-256.
        elsewhere: where large files are stored, as a base of addresses; "" for here, None to
            send them at once.
        sent: bytes of files that have gone out.
        limit: no file's bytes beyond so many go out; the rest waits, and `at_limit` is set.
    """

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.asked: list[Asked] = []
        self.lists_blobs = True
        self.publishes = True
        self.small = 1000
        self.elsewhere: str | None = None
        self.sent = 0
        self.limit: int | None = None
        self.at_limit = threading.Event()
        self.closing = threading.Event()
        self.lock = threading.Lock()
        hub = self

        class Handler(_Handler):
            server_hub = hub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "HubServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def requests_of(self, name: str, method: str = "GET") -> list[Asked]:
        return [a for a in self.asked if a.method == method and a.path.endswith(f"/{name}")]


class _Handler(BaseHTTPRequestHandler):
    server_hub: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        hub = self.server_hub
        path = unquote(urlsplit(self.path).path)
        with hub.lock:
            hub.asked.append(Asked(self.command, path, dict(self.headers)))
        answer = Answer(self, hub, path)
        name = path.rsplit("/", 1)[-1]
        try:
            if self.command == "GET" and hub.faults[name]:
                hub.faults[name].popleft()(answer)
            else:
                answer.right()
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.close_connection = True


class Answer:
    """One answer in the making, with the ways to spoil it."""

    def __init__(self, handler: _Handler, hub: HubServer, path: str) -> None:
        self.handler = handler
        self.hub = hub
        self.path = path

    def right(self) -> None:
        parts = self.path.strip("/").split("/")
        if parts[:2] == ["api", "models"]:
            self._listing("/".join(parts[2:4]))
        elif parts[0] == "elsewhere":
            self.file(self._body(parts[1:]))
        elif len(parts) == 5 and parts[2] == "resolve":
            body = self._body(parts)
            if self.hub.elsewhere is not None and body and len(body) > self.hub.small:
                target = f"{self.hub.elsewhere}/elsewhere{self.path}"
                self.status(302, {"Location": target, **self._published(parts[-1])})
            else:
                self.file(body)
        else:
            self.status(404)

    def status(self, code: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        self.handler.send_response(code)
        for key, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.handler.send_header(key, value)
        self.handler.end_headers()
        if self.handler.command != "HEAD":
            self.handler.wfile.write(body)

    def file(
        self,
        body: bytes | None,
        *,
        length: int | None = None,
        headers: dict[str, str] | None = None,
        ranges: bool = True,
        drop_after: int | None = None,
    ) -> None:
        """Send a file, or the stretch of it that was asked for.

        Args:
            length: the Content-Length to claim.
            ranges: whether to know about ranges.
            drop_after: close the connection after so many bytes.
        """
        if body is None:
            self.status(404)
            return
        asked = self.handler.headers.get("Range")
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and ranges else 0
        if start and start >= len(body):
            self.status(416, {"Content-Range": f"bytes */{len(body)}"})
            return
        rest = body[start:]
        self.handler.send_response(206 if start else 200)
        if start:
            stretch = f"bytes {start}-{len(body) - 1}/{len(body)}"
            self.handler.send_header("Content-Range", stretch)
        self.handler.send_header("Content-Length", str(len(rest) if length is None else length))
        name = self.path.rsplit("/", 1)[-1]
        for key, value in {**self._published(name), **(headers or {})}.items():
            self.handler.send_header(key, value)
        self.handler.end_headers()
        if self.handler.command != "HEAD":
            self._send(rest if drop_after is None else rest[:drop_after])

    def wait(self) -> None:
        """Send nothing more, until the server closes."""
        self.handler.wfile.flush()
        self.hub.closing.wait()

    def _send(self, body: bytes) -> None:
        for at in range(0, len(body), 4096):
            block = body[at : at + 4096]
            with self.hub.lock:
                limit = self.hub.limit
                allowed = len(block) if limit is None else min(len(block), limit - self.hub.sent)
                self.hub.sent += allowed
            self.handler.wfile.write(block[:allowed])
            if allowed < len(block):
                self.hub.at_limit.set()
                self.wait()
                return

    def _body(self, parts: list[str]) -> bytes | None:
        repository = self.hub.repositories.get("/".join(parts[:2]))
        if repository is None or parts[3] != repository.commit:
            return None
        return repository.files.get(parts[4])

    def _published(self, name: str) -> dict[str, str]:
        body = self._body(self.path.strip("/").split("/"))
        if body is None or not self.hub.publishes:
            return {}
        if len(body) <= self.hub.small:
            return {"ETag": f'"{git_sha1(body)}"'}
        digest = hashlib.sha256(body).hexdigest()
        return {"X-Linked-Etag": f'"{digest}"', "X-Linked-Size": str(len(body))}

    def _listing(self, name: str) -> None:
        repository = self.hub.repositories.get(name)
        if repository is None:
            self.status(404)
            return
        siblings: list[dict[str, object]] = []
        for file, body in repository.files.items():
            entry: dict[str, object] = {"rfilename": file}
            if self.hub.lists_blobs and self.hub.publishes:
                entry |= {"size": len(body), "blobId": git_sha1(body)}
                if len(body) > self.hub.small:
                    digest = hashlib.sha256(body).hexdigest()
                    entry["lfs"] = {"size": len(body), "sha256": digest, "pointerSize": 130}
            siblings.append(entry)
        listing = {"id": name, "sha": repository.commit, "siblings": siblings}
        self.status(200, {"Content-Type": "application/json"}, json.dumps(listing).encode())


def git_sha1(body: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()
