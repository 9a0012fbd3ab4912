"""One file from a web server: resumed, checked, tried again politely, whole or not at all."""

from __future__ import annotations

import hashlib
import http.client
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from geoportal.errors import UnreadableSourceError
from geoportal.ingest.fetching.trust import Trust
from geoportal.ingest.files.archives import MAX_BYTES

USER_AGENT: Final = "geoportal/0.1 (home-care map; gets open data a few times a year)"
_CHUNK: Final = 1 << 16
_MARKUP: Final = (b"<!doctype html", b"<html", b"<head", b"<?xml version")
_WAIT_MOST_S: Final = 60.0
_TRIES: Final = 5
_RETRIED: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


class _Answer(Protocol):
    """What is used of an HTTP answer."""

    status: int
    headers: http.client.HTTPMessage

    def read(self, amount: int, /) -> bytes:
        """Return up to this many bytes."""
        ...


class _TryAgainError(Exception):
    """A failure that another try may mend."""

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class _ChangedError(_TryAgainError):
    """The file on the server has changed since the download began."""


@dataclass
class Downloader:
    """Gets files from web servers, one at a time.

    Two requests to one host are at least ``pause_s`` seconds apart; the second try waits
    ``back_off_s``, doubled before each further one; a connection is given up after ``timeout_s``
    without a byte. ``sleep`` waits for a number of seconds.
    """

    pause_s: float = 1.0
    back_off_s: float = 1.0
    timeout_s: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    _last: dict[str, float] = field(default_factory=dict, init=False, repr=False)

    def get(
        self,
        address: str,
        target: Path,
        *,
        trust: Trust,
        sha256: str = "",
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> str:
        """Get a file into its place and return its SHA-256.

        What has come of it stays beside the target as ``.part`` and is continued by the next call.

        The target is replaced in one step when everything has come and been checked. ``trust``
        says where the address and its redirects may lead. ``sha256``
        is the known digest, empty when there is none; ``progress`` is called with the bytes so
        far and in all (0 when not known).

        Raises
        ------
        UnreadableSourceError
            When it cannot be got, is a web page in place of a file, or has another digest.
        """
        part = target.with_name(target.name + ".part")
        part.parent.mkdir(parents=True, exist_ok=True)

        def attempt() -> None:
            try:
                self._continue(address, trust, part, progress)
            except _ChangedError:
                _forget(part)
                raise

        self._with_tries(target.name, attempt)
        _refuse_web_page(target.name, part)
        digest = _digest(part)
        if sha256 and digest != sha256.lower():
            _forget(part)
            raise UnreadableSourceError(
                f"{target.name}: SHA-256 {digest} is not the expected {sha256}; the file was "
                "changed or damaged on its way; get it again, or take the new digest into "
                "sources.toml after looking at it"
            )
        os.replace(part, target)  # noqa: PTH105
        _forget(part)
        return digest

    def page(self, address: str, trust: Trust) -> str:
        """Return the text of a web page that lists files; ``trust`` as for `get`.

        Raises
        ------
        UnreadableSourceError
            When it cannot be got.
        """
        body = bytearray()

        def attempt() -> None:
            body.clear()
            with self._open(address, trust, {}) as answer:
                while len(body) < MAX_BYTES >> 6 and (chunk := answer.read(_CHUNK)):
                    body.extend(chunk)

        self._with_tries(_shown(address), attempt)
        text = bytes(body)
        for encoding in ("utf-8", "cp932", "euc_jp"):
            try:
                return text.decode(encoding)
            except UnicodeDecodeError:
                continue
        return text.decode("utf-8", "replace")

    def _with_tries(self, name: str, attempt: Callable[[], None]) -> None:
        """Try a few times, waiting longer each time."""
        for number in range(1, _TRIES + 1):
            try:
                attempt()
            except _TryAgainError as error:
                if number == _TRIES:
                    raise UnreadableSourceError(
                        f"{name}: given up after {_TRIES} tries ({error}); try later, what has "
                        "come so far is kept; or get it by hand and use --from"
                    ) from None
                wait = max(error.wait_s, self.back_off_s * 2.0 ** (number - 1))
                self.sleep(min(wait, _WAIT_MOST_S))
            else:
                return

    def _continue(
        self, address: str, trust: Trust, part: Path, progress: Callable[[int, int], None]
    ) -> None:
        """Add to a part what is missing, or begin anew when the file has changed."""
        done_bytes = part.stat().st_size if part.exists() else 0
        mark = _mark(part)
        before = mark.read_text(encoding="utf-8") if mark.exists() else ""
        if done_bytes and not before:
            done_bytes = 0  # the server gave no mark to tell editions apart by
        headers = {"Range": f"bytes={done_bytes}-", "If-Range": before} if done_bytes else {}
        with self._open(address, trust, headers) as answer:
            if answer.status != http.HTTPStatus.PARTIAL_CONTENT:
                done_bytes = 0
            elif not answer.headers.get("Content-Range", "").startswith(f"bytes {done_bytes}-"):
                raise _ChangedError("the server continued at another place")
            validator = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
            mark.write_text("" if validator.startswith("W/") else validator, encoding="utf-8")
            length = answer.headers.get("Content-Length", "")
            total = done_bytes + int(length) if length.isdecimal() else 0
            _refuse_size(part.name, total)
            with part.open("ab" if done_bytes else "wb") as file:
                done = _copy(answer, file.write, done_bytes, total, progress, part.name)
        if total and done != total:
            raise _TryAgainError(f"{done} of {total} bytes came")

    def _open(self, address: str, trust: Trust, headers: dict[str, str]) -> _Closing:
        """Open an address; raise `_TryAgainError` when another try may help."""
        scheme, host = urllib.parse.urlsplit(address)[:2]
        if scheme not in ("http", "https"):
            raise UnreadableSourceError(f"{_shown(address)}: only http and https are used")
        trust.require(address)
        self._pause(host)
        request = urllib.request.Request(  # noqa: S310
            address, headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers}
        )
        try:
            answer = trust.opener().open(request, timeout=self.timeout_s)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and headers:
                raise _ChangedError("the file has become shorter") from None
            if error.code in _RETRIED:
                reason = f"the server says {error.code}"
                pause = str(error.headers.get("Retry-After", "")) if error.headers else ""
                raise _TryAgainError(reason, float(pause) if pause.isdecimal() else 0.0) from None
            raise UnreadableSourceError(
                f"{_shown(address)}: the server says {error.code} {error.reason}; look at the "
                "publisher's page whether the file has moved, or use --from"
            ) from None
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            raise _TryAgainError(f"no connection: {error}") from None
        return _Closing(answer)

    def _pause(self, host: str) -> None:
        """Keep the time between requests to a host."""
        last = self._last.get(host)
        now = time.monotonic()
        if last is not None and now - last < self.pause_s:
            self.sleep(self.pause_s - (now - last))
        self._last[host] = time.monotonic()


@dataclass
class _Closing:
    """An answer that is closed, and whose broken connection is something to try again."""

    answer: _Answer

    def __enter__(self) -> _Answer:
        return self.answer

    def __exit__(self, kind: type[BaseException] | None, error: object, _trace: object) -> None:
        close = getattr(self.answer, "close", None)
        if close:
            close()
        if kind is not None and issubclass(kind, http.client.HTTPException | OSError):
            raise _TryAgainError(f"the connection broke off: {kind.__name__}") from None


def _copy(
    answer: _Answer,
    write: Callable[[bytes], object],
    done_bytes: int,
    total: int,
    progress: Callable[[int, int], None],
    name: str,
) -> int:
    done = done_bytes
    while chunk := answer.read(_CHUNK):
        write(chunk)
        done += len(chunk)
        _refuse_size(name, done)
        progress(done, total)
    return done


def _refuse_size(name: str, size: int) -> None:
    if size > MAX_BYTES:
        raise UnreadableSourceError(f"{name}: larger than {MAX_BYTES >> 20} MB; not taken")


def _refuse_web_page(name: str, part: Path) -> None:
    with part.open("rb") as file:
        head = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head or head.startswith(_MARKUP):
        _forget(part)
        what = "a web page came in place of the file" if head else "the file is empty"
        raise UnreadableSourceError(
            f"{name}: {what}, probably an error page; look at the publisher's page, or use --from"
        )


def _mark(part: Path) -> Path:
    return part.with_name(part.name + ".mark")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _mark(part).unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _shown(address: str) -> str:
    """Return an address as it may be shown: without what follows a question mark."""
    return address.split("?", 1)[0]
