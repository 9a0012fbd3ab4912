"""Feeds of what has changed, of a source or a district: Atom (RFC 4287) and JSON Feed 1.1.

An entry is one change of one record between two editions; its id is the same in every feed and
however often the feed is made. Texts are in Japanese.
"""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final
from xml.etree import ElementTree as ET

import orjson

from geoportal.documents import Document
from geoportal.documents.changes import CHANGE_COLUMNS, changes_document, changes_rows
from geoportal.documents.requests import Code, Strict, Text
from geoportal.domain.dating import imported_on, inward_day, outward_day
from geoportal.errors import NotFoundError
from geoportal.services.view import View
from geoportal.store.history import edition_dates, sources_with_history

ATOM: Final = "application/atom+xml"
JSON_FEED: Final = "application/feed+json"
MEDIA_TYPES: Final = {".atom": ATOM, ".json": JSON_FEED}
MOST_ENTRIES: Final = 500
EDITIONS: Final = 3
"""Newest editions of each source that are compared with the one before them."""

_SPACE: Final = uuid.UUID("5b0f6d0c-0d5c-5b52-9d0c-6f2a6c5d7e17")
_NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TOLD: Final = ("change", "name", "kind_label", "municipality", "before", "after", "on")


class ChangeFeedQuery(Strict):
    """Which changes a feed tells.

    Attributes
    ----------
    scope, member : str
        ``sources`` and the name of a source, or ``districts`` and a code.
    root : str
        Scheme and name of the site, before every path; empty where its name is not trusted.
    """

    scope: Code
    member: Code
    root: Text = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    day: str
    title: str
    text: str
    address: str


def read_feed_path(view: View, scope: str, member: str) -> tuple[ChangeFeedQuery, str] | None:
    """Return what ``/data/changes/<scope>/<member>`` stands for and its ending, None for nothing.

    ``member`` is a district's code or a source's name with ``.atom`` or ``.json``.
    """
    path = PurePath(member)
    known = (scope == "districts" and view.snapshot.members_of(path.stem)) or (
        scope == "sources"
        and path.stem in view.reference.sources
        and view.facility_counts.get(path.stem)
    )
    if path.suffix not in MEDIA_TYPES or not known:
        return None
    return ChangeFeedQuery(scope=scope, member=path.stem), path.suffix


def feed_path(asked: ChangeFeedQuery, ending: str) -> str:
    """Return the path at which a feed is found."""
    return f"/data/changes/{asked.scope}/{asked.member}{ending}"


def change_feed(view: View, asked: ChangeFeedQuery, ending: str) -> bytes:
    """Return the content of a feed, the newest changes first, at most `MOST_ENTRIES`."""
    entries = sorted(_entries(view, asked), key=lambda entry: entry.day, reverse=True)
    title, shown = f"{_subject(view, asked)}の変更", entries[:MOST_ENTRIES]
    if ending != ".atom":
        return _json_feed(asked, title, shown)
    return _atom(asked, title, _moment(entries[0].day if entries else _last_import(view)), shown)


def _entries(view: View, asked: ChangeFeedQuery) -> Iterator[_Entry]:
    with view.database.engine.connect() as connection:
        held = {name: edition_dates(connection, name) for name in sources_with_history(connection)}
    of_source = asked.scope == "sources"
    for source, dates in held.items():
        if of_source and source != asked.member:
            continue
        for since, until in list(itertools.pairwise(dates))[-EDITIONS:]:
            try:
                document = changes_document(
                    view.changes(source, outward_day(since), outward_day(until))
                )
            except NotFoundError:
                continue
            for change, row in zip(document["changes"], changes_rows(view, document), strict=True):
                municipality = change["municipality_code"]
                if of_source or view.snapshot.holds(asked.member, municipality):
                    yield _entry(view, asked.root, document, change, row)


def _entry(view: View, root: str, document: Document, change: Document, row: Document) -> _Entry:
    source = document["source"]
    identity = (source, change["on"], *(str(change[k]) for k in ("kind", "record_id")))
    words = "\0".join((*identity, change["before"], change["after"]))
    if change["kind"] == "kind":
        kinds = view.reference.kinds
        row = row | {k: kinds[row[k]].label_ja for k in ("before", "after") if row[k] in kinds}
    told = [f"{CHANGE_COLUMNS[key]}: {row[key]}" for key in _TOLD if row[key]]
    between = f"source={source}&from={document['from']}&to={document['to']}"
    facility = change["facility_id"]
    path = f"/facilities/{facility}" if facility in view.snapshot.by_id else f"/changes?{between}"
    place = f"（{row['municipality']}）" if row["municipality"] else ""
    return _Entry(
        id=uuid.uuid5(_SPACE, words).urn,
        day=_calendar_day(change["on"]),
        title=f"{row['change']}: {row['name']}{place}",
        text="\n".join((*told, f"出典: {view.reference.label('source', source, 'ja')}")),
        address=root + path,
    )


def _calendar_day(outward: str) -> str:
    day = inward_day(outward)
    return imported_on(day) or day


def _last_import(view: View) -> str:
    days = (edition.imported_at[:10] for edition in view.editions)
    return max(days, default=view.snapshot.today.isoformat())


def _moment(day: str) -> str:
    return f"{day}T00:00:00+09:00"


def _subject(view: View, asked: ChangeFeedQuery) -> str:
    if asked.scope == "sources":
        return view.reference.label("source", asked.member, "ja")
    chain = view.district_chain(asked.member)
    return chain[0].name if chain else asked.member


def _page(asked: ChangeFeedQuery) -> str:
    if asked.scope == "sources":
        return f"{asked.root}/changes?source={asked.member}"
    return f"{asked.root}/districts/{asked.member}"


def _atom(asked: ChangeFeedQuery, title: str, updated: str, entries: list[_Entry]) -> bytes:
    """Return an Atom feed. What XML cannot hold is left out of texts; the rest is escaped."""
    ET.register_namespace("", _NAMESPACE)
    path = feed_path(asked, ".atom")
    feed = _element(None, "feed")
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", "ja")
    _element(feed, "id", uuid.uuid5(_SPACE, f"{asked.scope}/{asked.member}").urn)
    _element(feed, "title", title)
    _element(feed, "updated", updated)
    _element(_element(feed, "author"), "name", "geoportal")
    _element(feed, "link", rel="self", type=ATOM, href=asked.root + path)
    _element(feed, "link", rel="alternate", type="text/html", href=_page(asked))
    for entry in entries:
        node = _element(feed, "entry")
        _element(node, "id", entry.id)
        _element(node, "title", entry.title)
        _element(node, "updated", _moment(entry.day))
        _element(node, "link", rel="alternate", type="text/html", href=entry.address)
        _element(node, "content", entry.text, type="text")
    content: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content


def _element(parent: ET.Element | None, name: str, text: str = "", **values: str) -> ET.Element:
    tag = f"{{{_NAMESPACE}}}{name}"
    node = ET.Element(tag) if parent is None else ET.SubElement(parent, tag)
    for key, value in values.items():
        node.set(key, _NO_XML.sub("", value))
    node.text = _NO_XML.sub("", text) or None
    return node


def _json_feed(asked: ChangeFeedQuery, title: str, entries: list[_Entry]) -> bytes:
    """Return a JSON Feed."""
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": title,
            "home_page_url": _page(asked),
            "feed_url": asked.root + feed_path(asked, ".json"),
            "language": "ja",
            "authors": [{"name": "geoportal"}],
            "items": [
                {
                    "id": entry.id,
                    "url": entry.address,
                    "title": entry.title,
                    "content_text": entry.text,
                    "date_published": _moment(entry.day),
                }
                for entry in entries
            ],
        }
    )
