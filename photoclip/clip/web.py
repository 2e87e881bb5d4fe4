"""Requests over HTTP, and in one sentence each what can go wrong with them."""

import http.client
import os
import ssl
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.error import URLError
from urllib.parse import urljoin, urlsplit

from photoclip import __version__
from photoclip.errors import PhotoClipError

Response = http.client.HTTPResponse

_KEPT = "what has been fetched is kept"
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 10


class PassingError(PhotoClipError):
    """A failure that may be gone at the next try."""


class UnreachableError(PassingError):
    """No connection came about at all."""


def host_of(url: str) -> str:
    """Host and port, as a person may be told them."""
    return urlsplit(url).netloc.rpartition("@")[2]


def open_url(
    url: str,
    *,
    timeout: float,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    until: str | None = None,
) -> Response:
    """Ask for a URL and follow where it leads; the caller closes the response.

    Args:
        url: beginning with http:// or https://.
        timeout: seconds to wait for a connection, and for every further byte.
        method: stays the same through redirects.
        headers: are sent to every server on the way.
        until: a header's name; a redirect which carries it is returned instead of followed.

    Returns:
        a response that succeeded, or one of status 416 (no such range).

    Raises:
        PassingError: no connection, no answer in time, or the server is busy or out of order.
        PhotoClipError: it will not get better by trying again.
    """
    for _ in range(_MOST_REDIRECTS):
        response = _ask(url, timeout, method, headers or {})
        target = response.headers.get("Location")
        if response.status in _REDIRECTS and target and not (until and until in response.headers):
            response.close()
            # A way from https to http would give the answer away to whoever is in between.
            allowed = ("https",) if _scheme(url) == "https" else ("http", "https")
            url = urljoin(url, target)
            if _scheme(url) not in allowed:
                raise PhotoClipError(f"{host_of(url)} is not a safe place to fetch a model from.")
            continue
        if response.status >= 400 and response.status != 416:
            response.close()
            raise _refusal(response.status, host_of(url))
        return response
    raise PhotoClipError(f"{host_of(url)} only leads from one address to the next. {_OTHER_MIRROR}")


@contextmanager
def reading_from(url: str) -> Iterator[None]:
    """Tell what goes wrong inside, while reading a response, as `open_url` does."""
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        raise _failure(error, host_of(url)) from error


def not_understood(url: str) -> PhotoClipError:
    return PhotoClipError(f"{host_of(url)} does not answer as a model hub does. {_OTHER_MIRROR}")


def check_plain(response: Response, url: str) -> None:
    """See that a response is what was asked for, neither packed nor a page to sign in.

    Raises:
        PhotoClipError: it is not.
    """
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise PhotoClipError(
            f"{host_of(url)} sends its files packed, so that they cannot be checked. "
            f"{_OTHER_MIRROR}"
        )
    if response.headers.get_content_type() == "text/html":
        raise PhotoClipError(
            f"{host_of(url)} answered with a web page. If this network asks you to sign in, "
            f"do so in a browser, then start again; {_KEPT}."
        )


# Where Debian and Arch, Fedora, openSUSE, and macOS and Alpine keep them; as Go's crypto/x509.
_CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)

_OTHER_MIRROR = "Check the mirror's address or use another."


def _ask(url: str, timeout: float, method: str, headers: Mapping[str, str]) -> Response:
    # Without the usual handlers of redirects and errors, of ftp and of local files.
    opener = urllib.request.OpenerDirector()
    trusted = _trusted() if _scheme(url) == "https" else None
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=trusted),
    ):
        opener.add_handler(handler)
    opener.addheaders = [("User-Agent", f"PhotoClip/{__version__}")]
    request = urllib.request.Request(url, headers=dict(headers), method=method)
    try:
        response = opener.open(request, timeout=timeout)
    except (http.client.InvalidURL, ValueError) as error:
        raise not_understood(url) from error
    except (OSError, http.client.HTTPException) as error:
        raise _failure(error, host_of(url)) from error
    assert isinstance(response, Response)
    return response


def _scheme(url: str) -> str:
    """In lower case, however a server writes it."""
    return urlsplit(url).scheme


def _trusted() -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not context.get_ca_certs():
        # A built app looks for certificates where the building machine had them.
        for path in _CERTIFICATES:
            if os.path.isfile(path):
                context.load_verify_locations(path)
                break
    return context


def _failure(error: Exception, host: str) -> PhotoClipError:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return PhotoClipError(
            f"{host} could not prove that it is what it says. "
            "See whether this computer's date is right, and whether the network asks to sign in."
        )
    if isinstance(reason, TimeoutError):
        return PassingError(f"{host} did not answer in time. Try again later; {_KEPT}.")
    if isinstance(error, URLError):
        return UnreachableError(f"PhotoClip could not reach {host}. Check the connection; {_KEPT}.")
    return PassingError(f"The connection to {host} was lost. Check it and start again; {_KEPT}.")


def _refusal(status: int, host: str) -> PhotoClipError:
    if status in (401, 403):
        return PhotoClipError(
            f"{host} does not give this model to everyone. Read its page, or choose another model."
        )
    if status in (404, 410):
        return PhotoClipError(
            f"{host} does not have this model any more. "
            "Choose another model, or check the mirror's address."
        )
    if status == 429:
        return PassingError(f"{host} has been asked too often. Try again in some minutes; {_KEPT}.")
    if status == 408 or status >= 500:
        return PassingError(f"{host} is out of order at present. Try again later; {_KEPT}.")
    return PhotoClipError(f"{host} does not answer as a model hub does. {_OTHER_MIRROR}")
