"""The files of the pages (styles, scripts, pictures, fonts): read, named by their content and compressed when a process starts.

An address that carries the file's digest (`?v=`) is kept by browsers for a year and never asked again; any other is asked
whether it changed. The front answers them from memory, without a thread and without Flask.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import parse_qs

import brotli
from flask import Flask, Response, request
from werkzeug.datastructures import Accept
from werkzeug.exceptions import NotFound
from werkzeug.http import parse_accept_header

from ncre.web.shared.security_headers import HEADERS, SECURE
from ncre.web.static_folder import STATIC

PREFIX: Final = "/static/"

FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"

KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
COMPRESSED: Final = frozenset({".css", ".js", ".svg", ".txt"})
"""Kinds that shrink; a font in WOFF2 is compressed already."""

BY_PREFERENCE: Final = ("br", "gzip")
_LINK: Final = re.compile(r'url\("([\w./-]+)"\)')


@dataclass(frozen=True)
class StaticFile:
    """`bodies`: the content by its encoding, "" for none."""

    kind: str
    digest: str
    bodies: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True)
class FileResponse:
    """An answer of the front: header names in small letters."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class StaticFiles:
    """Every file below a folder, by its name there."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._files: dict[str, StaticFile] = {}
        for path in sorted(folder.rglob("*"), key=lambda one: one.suffix == ".css"):  # styles name the others
            if path.is_file() and path.suffix in KINDS:
                name = path.relative_to(folder).as_posix()
                self._files[name] = _file(path.suffix, self._linked(path, name))

    def digest(self, name: str) -> str:
        """What names the content of a file, "" for no file."""
        found = self._files.get(name)
        return found.digest if found else ""

    def answer(
        self, method: str, path: str, query: str, headers: Mapping[str, str], secure: bool
    ) -> FileResponse | None:
        """The answer to a request for a file; None for what is none, which the pages answer in words.

        `headers` are those of the request, their names in small letters.
        """
        found = self._files.get(path.removeprefix(PREFIX)) if path.startswith(PREFIX) else None
        if found is None or method not in ("GET", "HEAD"):
            return None
        encoding = _chosen(found, headers.get("accept-encoding", ""))
        tag = f'"{found.digest}{encoding and "-" + encoding}"'
        current = parse_qs(query).get("v") == [found.digest]
        said = [("etag", tag), ("cache-control", FOR_EVER if current else ASK_AGAIN)]
        said += [(name.lower(), value) for name, value in (HEADERS | (SECURE if secure else {})).items()]
        if len(found.bodies) > 1:
            said.append(("vary", "Accept-Encoding"))
        if _matches(headers.get("if-none-match", ""), tag):
            return FileResponse(304, said, b"")
        body = found.bodies[encoding]
        said += [("content-type", found.kind), ("content-length", str(len(body)))]
        if encoding:
            said.append(("content-encoding", encoding))
        return FileResponse(200, said, b"" if method == "HEAD" else body)

    def _linked(self, path: Path, name: str) -> bytes:
        """The content of a file; in styles, each file that they name carries its digest."""
        content = path.read_bytes()
        if path.suffix != ".css":
            return content

        def named(link: re.Match[str]) -> str:
            digest = self.digest((PurePosixPath(name).parent / link[1]).as_posix())
            return f'url("{link[1]}?v={digest}")' if digest else link[0]

        return _LINK.sub(named, content.decode()).encode()


def install(site: Flask) -> StaticFiles:
    """Their addresses in every page, and the same answers where no front stands before the pages."""
    files = _of_the_pages()
    site.add_url_rule(f"{PREFIX}<path:filename>", "static", lambda filename: _view(files, filename))

    @site.url_defaults
    def name_content(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("v", files.digest(values["filename"]))

    return files


@cache
def _of_the_pages() -> StaticFiles:
    """Read once, however many tenants' sites a process has."""
    return StaticFiles()


def _view(files: StaticFiles, filename: str) -> Response:
    headers = {name.lower(): value for name, value in request.headers.items()}
    found = files.answer(
        request.method, PREFIX + filename, request.query_string.decode("latin-1"), headers, request.is_secure
    )
    if found is None:
        raise NotFound
    return Response(found.body, found.status, found.headers)


@cache
def _file(suffix: str, content: bytes) -> StaticFile:
    bodies = {"": content}
    if suffix in COMPRESSED:
        small = {"br": brotli.compress(content), "gzip": gzip.compress(content, 9, mtime=0)}
        bodies |= {name: body for name, body in small.items() if len(body) < len(content)}
    return StaticFile(KINDS[suffix], sha256(content).hexdigest()[:16], bodies)


def _chosen(found: StaticFile, accepted: str) -> str:
    """The encoding that the browser takes and that is smallest; "" where it takes none of ours."""
    accept = parse_accept_header(accepted, Accept)
    for encoding in BY_PREFERENCE:
        if encoding in found.bodies and accept.quality(encoding) > 0:
            return encoding
    return ""


def _matches(asked: str, tag: str) -> bool:
    return asked.strip() == "*" or tag in _tags(asked)


def _tags(asked: str) -> Iterable[str]:
    """A cache may call a tag weak that we gave as a strong one."""
    return (one.strip().removeprefix("W/") for one in asked.split(","))
