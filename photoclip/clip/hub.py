"""What a model hub says of a repository: its newest commit, its files, their sizes and checksums.

A hub is huggingface.co or a mirror of it. https://huggingface.co/docs/hub/api describes the
listing; the headers are those that huggingface_hub's `get_hf_file_metadata` reads.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from photoclip.clip.web import check_plain, host_of, not_understood, open_url, reading_from
from photoclip.errors import PhotoClipError

HUGGING_FACE = "https://huggingface.co"

# Many times what the listing of any model takes.
_MOST_LISTING = 16 << 20

_SHA256 = re.compile(r"[0-9a-f]{64}")
_GIT_SHA1 = re.compile(r"[0-9a-f]{40}")


class Checksum(Protocol):
    """What this project uses of hashlib's objects."""

    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


@dataclass(frozen=True)
class HubFile:
    """One file of a repository at one commit, as published.

    Attributes:
        name: its name, without folders.
        url: where it is, with the commit in it, so that it cannot change.
        size: in bytes.
        digest: SHA-256 in 64 hexadecimal digits, or for small files kept by git itself the
            SHA-1 of the git blob in 40.
    """

    name: str
    url: str
    size: int
    digest: str

    def checksum(self) -> Checksum:
        """What to feed the file's bytes to; its `hexdigest` shall then be `digest`."""
        if len(self.digest) == 64:
            return hashlib.sha256()
        # https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
        return hashlib.sha1(b"blob %d\0" % self.size, usedforsecurity=False)


@dataclass(frozen=True)
class Repository:
    """A repository at one commit.

    Attributes:
        name: "owner/name".
        commit: the commit that was the newest when the hub was asked.
        files: what the hub's listing says of each file, by path.
    """

    name: str
    commit: str
    files: Mapping[str, Mapping[str, Any]] = field(repr=False)


@dataclass(frozen=True)
class Hub:
    """A hub at an address; every method may raise what `open_url` does."""

    endpoint: str
    timeout: float

    def repository(self, name: str) -> Repository:
        """Ask for the newest commit of a repository and its files."""
        # With `blobs` the listing gives sizes and checksums as well.
        url = f"{self.endpoint}/api/models/{name}/revision/main?blobs=true"
        response = open_url(url, timeout=self.timeout)
        with response, reading_from(url):
            check_plain(response, url)
            body = response.read(_MOST_LISTING)
        try:
            answer = json.loads(body)
            commit = answer["sha"]
            files = {str(each["rfilename"]): each for each in answer["siblings"]}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise not_understood(url) from error
        if not isinstance(commit, str) or not commit:
            raise not_understood(url)
        return Repository(name, commit, files)

    def file(self, repository: Repository, name: str) -> HubFile:
        """What is published of one file, from the listing or else from the file's headers.

        Raises:
            PhotoClipError: the hub does not publish the file's size and checksum.
        """
        url = (
            f"{self.endpoint}/{repository.name}/resolve/{quote(repository.commit, safe='')}"
            f"/{quote(name)}"
        )
        listed = repository.files[name]
        large = listed.get("lfs")
        if isinstance(large, dict):
            size, digest = large.get("size"), large.get("sha256")
        else:
            size, digest = listed.get("size"), listed.get("blobId")
        if not _is_published(size, digest):
            size, digest = self._headers(url)
        if not _is_published(size, digest):
            raise PhotoClipError(
                f"{host_of(url)} does not publish how {name} can be checked, so it was not "
                "fetched. Use another mirror."
            )
        assert isinstance(size, int)
        return HubFile(name, url, size, str(digest).lower())

    def _headers(self, url: str) -> tuple[int | None, str]:
        # A large file's own headers stand on the way to where it is stored.
        with open_url(url, method="HEAD", timeout=self.timeout, until="X-Linked-Etag") as response:
            headers = response.headers
        etag = headers.get("X-Linked-Etag") or headers.get("ETag") or ""
        size = headers.get("X-Linked-Size") or headers.get("Content-Length") or ""
        digest = etag.removeprefix("W/").strip('"').removeprefix("sha256:")
        return (int(size) if size.isdecimal() else None), digest


def hub_endpoint(endpoint: str | None = None) -> str:
    """The address of the hub to use: the one given, else HF_ENDPOINT, else huggingface.co.

    Returns:
        the address without a slash at its end.

    Raises:
        PhotoClipError: it is not an address of the web.
    """
    chosen = (endpoint or os.environ.get("HF_ENDPOINT") or HUGGING_FACE).strip().rstrip("/")
    try:
        parts = urlsplit(chosen)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s?#]", chosen):
        raise PhotoClipError(
            f"“{chosen}” is not an address to fetch models from. "
            "Give one that begins with https://."
        )
    return chosen


def _is_published(size: object, digest: object) -> bool:
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        return False
    digest = str(digest).lower()
    return bool(_SHA256.fullmatch(digest) or _GIT_SHA1.fullmatch(digest))
