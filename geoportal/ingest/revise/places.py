"""Storing places of the gazetteer: of each municipality the newest and fullest edition wins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import compress
from typing import Final

import numpy as np
import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry

from geoportal.domain.place import Place
from geoportal.errors import InputRefusedError
from geoportal.ingest.catalogue import is_fictional
from geoportal.ingest.files.report import ERROR, INFO, WARNING, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.stream_extract import PlaceStream, PositionStream
from geoportal.ingest.revise.revision import Revision
from geoportal.ingest.revise.towns_in_outlines import Positions, contradicted, far_outside
from geoportal.ingest.sources.postcodes import PostcodeExtract
from geoportal.ingest.sources.towns import LAYOUT, PlaceExtract
from geoportal.store.outlines import read_outlines
from geoportal.store.places import (
    PlaceSet,
    content_hash,
    read_place_sets,
    read_places,
    remove_place_set,
    replace_places,
)
from geoportal.store.postcodes import (
    PostcodeSet,
    read_postcode_sets,
    read_postcodes,
    replace_postcodes,
)

_MOVED_DEG: Final = 0.003
"""About 300 m: no survey moves the middle of a town so far."""
_MOVED_SHARE: Final = 0.2
_FEWEST_MOVED: Final = 10


def update_places(connection: sa.Connection, extract: PlaceExtract, edition: Edition) -> Revision:
    """Store towns.

    The newest edition of a municipality wins; among equally new ones the one with more towns. The
    invented towns of the sample city give way to real ones.
    """
    stored = {
        place_set.municipality_code: place_set
        for place_set in read_place_sets(connection)
        if place_set.source == edition.source or is_fictional(place_set.source)
    }
    revision = Revision(outdoes=bool(edition.outdoes))
    moved = 0
    outlines = _outlines_of(connection, extract, edition)
    wrong = contradicted(
        outlines, {code: _positions(extract.places[code]) for code in outlines}, "towns"
    )
    for code, packed in extract.places.items():
        if code in wrong:
            extract.rejected += len(packed)
            revision.issues.append(_contradicted(code))
            continue
        places = list(packed)
        if code in outlines:
            far = _far_outside(outlines[code], places)
            places = [place for place in places if place not in far]
            extract.rejected += len(far)
            revision.issues += map(_far_away, far)
        fresh = _place_set(edition.source, code, edition.as_of, places)
        before = stored.get(code)
        if not revision.supersedes(fresh, before):
            continue
        old = _read(connection, before) if before is not None else []
        if before is not None:
            remove_place_set(connection, before)
        moved += _moved(old, places)
        _replace(connection, fresh, places, old, revision)
    revision.note_older("municipalities")
    if moved >= max(_FEWEST_MOVED, _MOVED_SHARE * (revision.updated + revision.unchanged)):
        message = (
            f"{moved} towns are published more than 300 m from where they were before: positions "
            "may have been moved by a row, or be in the Tokyo datum (日本測地系); compare the file "
            "with the publisher's, and import the right one if it is damaged"
        )
        revision.issues.append(
            Issue(1, LAYOUT.official("lat"), "many_moved", WARNING, str(moved), message)
        )
    return revision


def _moved(old: Sequence[Place], places: Sequence[Place]) -> int:
    """Count the places that lie elsewhere than before."""
    before = {place.key: place for place in old}
    pairs = ((before[place.key], place) for place in places if place.key in before)
    return sum(
        max(abs(was.lon - now.lon), abs(was.lat - now.lat)) > _MOVED_DEG
        for was, now in pairs
        if was.lon is not None
        and was.lat is not None
        and now.lon is not None
        and now.lat is not None
    )


def _outlines_of(
    connection: sa.Connection, extract: PlaceExtract, edition: Edition
) -> dict[str, BaseGeometry]:
    """Return the outlines held of what the file lists, by code; none for the sample city."""
    if is_fictional(edition.source):
        return {}
    return {
        one.district.code: one.geometry
        for one in read_outlines(connection)
        if one.district.code in extract.places and not is_fictional(one.source)
    }


def _far_outside(outline: BaseGeometry, places: Sequence[Place]) -> list[Place]:
    """Return the places whose positions are not theirs, see `far_outside`."""
    located = [place for place in places if place.lon is not None]
    return list(compress(located, far_outside(outline, _positions(located)))) if located else []


def _positions(places: Sequence[Place]) -> Positions:
    located = [(one.lon, one.lat) for one in places if one.lon is not None]
    pairs = np.array(located, dtype=np.float64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _contradicted(code: str) -> Issue:
    message = "these towns do not lie in the outline of their municipality; they are left out"
    return Issue(1, LAYOUT.official("lat"), "outline_elsewhere", ERROR, code, message)


def _far_away(place: Place) -> Issue:
    message = "the position lies far outside the outline of its municipality; mend the row"
    value = f"{place.town} {place.lat}, {place.lon}"
    return Issue(1, LAYOUT.official("lat"), "outside_municipality", ERROR, value, message)


def update_place_stream(
    connection: sa.Connection, extract: PlaceStream, edition: Edition
) -> Revision:
    """Store the places of a streamed table; positions that came in a file of their own stay.

    Raises
    ------
    UnreadableSourceError
        When the file is cut off or no text.
    """
    reader = extract.reader
    stored = _stored_sets(connection, reader.part)
    revision = Revision(outdoes=bool(edition.outdoes))
    unfinished: dict[str, dict[tuple[str, str, str, str], Place]] = {}
    for code, line, cells, last in extract.rows(reader, edition):
        by_key = unfinished.setdefault(code, {})
        place = reader.read(line, cells, code)
        if isinstance(place, Issue):
            extract.add_issue(place)
        elif place is not None and by_key.setdefault(place.key, place) is not place:
            extract.add_issue(reader.repeated(line, place))
        if not last:
            continue
        places, before = list(unfinished.pop(code).values()), stored.get(code)
        old = _read(connection, before) if before is not None else []
        places = _with_known_positions(places, old)
        fresh = _place_set(reader.part, code, edition.as_of, places)
        if revision.supersedes(fresh, before):
            _replace(connection, fresh, places, old, revision)
    if revision.older:
        message = f"{revision.older} municipalities are held from a newer or fuller file"
        revision.issues.append(Issue(1, "", "older_edition", INFO, str(revision.older), message))
    extract.close()
    return revision


def update_position_stream(
    connection: sa.Connection, extract: PositionStream, edition: Edition
) -> Revision:
    """Give positions to stored places.

    Raises
    ------
    UnreadableSourceError
        When the file is cut off or no text.
    InputRefusedError
        When no place it belongs to is stored.
    """
    reader = extract.reader
    stored = _stored_sets(connection, reader.part)
    revision = Revision(outdoes=bool(edition.outdoes))
    unfinished: dict[str, dict[str, tuple[float, float]]] = {}
    missing: Counter[str] = Counter()
    for code, line, cells, last in extract.rows(reader, edition):
        if code not in stored:
            missing[code] += 1
            continue
        positions = unfinished.setdefault(code, {})
        position = reader.read(line, cells)
        if isinstance(position, Issue):
            extract.add_issue(position)
        elif position is not None:
            positions.setdefault(position[0], position[1:])
        if last:
            _move(connection, stored[code], unfinished.pop(code), edition, revision)
    if missing and missing.total() == extract.rows_read - extract.rejected:
        table = extract.table
        raise InputRefusedError(
            f"{table.member.name}: these are positions without names; import the master "
            f"table ({table.layout.variant}) of アドレス・ベース・レジストリ first"
        )
    for code, number in sorted(missing.items()):
        message = f"{number} positions of a municipality whose names are not held"
        extract.rejected += number - 1
        extract.add_issue(Issue(1, "lg_code", "no_master", ERROR, code, message))
    extract.close()
    return revision


def update_postcodes(
    connection: sa.Connection, extract: PostcodeExtract, edition: Edition
) -> Revision:
    """Store postal codes: of each municipality the newest edition, then the one with more."""
    stored = {
        place_set.municipality_code: place_set for place_set in read_postcode_sets(connection)
    }
    revision = Revision(outdoes=bool(edition.outdoes))
    for code, postcodes in extract.postcodes.items():
        fresh, before = PostcodeSet.of(code, edition.as_of, postcodes), stored.get(code)
        if not revision.supersedes(fresh, before):
            continue
        old = read_postcodes(connection, code) if before is not None else ()
        revision.count(dict.fromkeys(old), dict.fromkeys(postcodes))
        replace_postcodes(connection, fresh, postcodes)
    extract.close()
    return revision


def _stored_sets(connection: sa.Connection, part: str) -> dict[str, PlaceSet]:
    sets = read_place_sets(connection)
    return {
        place_set.municipality_code: place_set for place_set in sets if place_set.source == part
    }


def _read(connection: sa.Connection, stored: PlaceSet) -> list[Place]:
    code = stored.municipality_code
    return list(read_places(connection, source=stored.source, municipality_code=code))


def _place_set(source: str, code: str, as_of: str, places: list[Place]) -> PlaceSet:
    return PlaceSet(source, code, as_of, len(places), content_hash(places))


def _replace(
    connection: sa.Connection,
    fresh: PlaceSet,
    places: list[Place],
    old: list[Place],
    revision: Revision,
) -> None:
    revision.count({place.key: place for place in old}, {place.key: place for place in places})
    replace_places(connection, fresh, places)


def _move(
    connection: sa.Connection,
    before: PlaceSet,
    positions: dict[str, tuple[float, float]],
    edition: Edition,
    revision: Revision,
) -> None:
    """Give positions to the places of a municipality, by registry id."""
    old = _read(connection, before)
    places = [
        replace(place, lon=position[0], lat=position[1])
        if (position := positions.get(place.registry_id)) is not None
        else place
        for place in old
    ]
    as_of = max(before.as_of, edition.as_of)
    fresh = _place_set(before.source, before.municipality_code, as_of, places)
    if fresh.content_hash == before.content_hash:
        revision.unchanged += len(positions)
    else:
        _replace(connection, fresh, places, old, revision)


def _with_known_positions(places: list[Place], old: list[Place]) -> list[Place]:
    """Keep the positions that came in a file of their own, by registry id."""
    known = {
        place.registry_id: place for place in old if place.registry_id and place.lon is not None
    }
    return [
        replace(place, lon=known[place.registry_id].lon, lat=known[place.registry_id].lat)
        if place.lon is None and place.registry_id in known
        else place
        for place in places
    ]
