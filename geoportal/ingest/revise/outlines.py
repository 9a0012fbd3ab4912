"""Storing outlines of districts: the newest and most detailed edition of each wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Final

import shapely
import sqlalchemy as sa

from geoportal.geo.polygons import polygonal, vertex_count
from geoportal.ingest.catalogue import is_fictional
from geoportal.ingest.files.report import ERROR, INFO, WARNING, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.prefecture_extents import in_prefecture
from geoportal.ingest.revise.revision import Revision, older_edition, precedence, prevails
from geoportal.ingest.revise.towns_in_outlines import contradicted
from geoportal.ingest.sources.boundary import OutlineExtract
from geoportal.store.outlines import StoredOutline, read_outlines, write_outlines
from geoportal.store.places import read_place_positions, read_place_sets

_BORDER_WIDTH_DEG: Final = 0.0005
"""About 50 m: a common border drawn twice differs by less, and is no overlap."""
_LEAST_WITHIN: Final = 0.5
_MUCH_ELSE: Final = 0.2
"""Share of an outline's area, far more than other simplification makes."""
_WORTH_A_WARNING: Final = 0.01
"""Share of the smaller district."""


def update_outlines(
    connection: sa.Connection, extract: OutlineExtract, edition: Edition
) -> Revision:
    """Store outlines.

    For each district the newest edition wins; among equally new ones the most detailed. The
    schematic outlines of the sample city give way to any real one. A code of a local district is
    never given to a district of another level.
    """
    stored = {outline.district.code: outline for outline in read_outlines(connection)}
    revision = Revision()
    contradicting = _without_towns(connection, extract.outlines)
    revision.issues += map(_contradicted, contradicting)
    whole = stored | {one.district.code: one for one in extract.outlines}
    outside = {
        one.district.code
        for one in extract.outlines
        if _outside(one, whole.get(one.district.parent))
    }
    are_left_out = 2 * len(outside) >= sum(one.district.is_local for one in extract.outlines)
    revision.issues += [_not_in_municipality(code, are_left_out) for code in sorted(outside)]
    wrong = {*contradicting, *(outside if are_left_out else ())}
    extract.rejected += len(wrong)
    extract.broken += len(wrong)
    fresh = []
    for outline in extract.outlines:
        if outline.district.code in wrong:
            continue
        before = stored.get(outline.district.code)
        if before is None:
            revision.created += 1
            fresh.append(outline)
        elif (
            before.district.is_local or outline.district.is_local
        ) and before.district.level != outline.district.level:
            revision.unchanged += 1
            revision.issues.append(_code_taken(before, outline))
        elif prevails(_rank(outline), _rank(before), outdoes=bool(edition.outdoes)):
            same = outline.content_hash == before.content_hash
            revision.updated += not same
            revision.unchanged += same
            fresh.append(outline)
        else:
            revision.unchanged += 1
    older = len(extract.outlines) - len(fresh) - len(wrong)
    if older > sum(outline == stored.get(outline.district.code) for outline in extract.outlines):
        revision.issues.append(older_edition(older, "outlines", "newer or more detailed"))
    write_outlines(connection, fresh)
    current = {**stored, **{outline.district.code: outline for outline in fresh}}
    read = {outline.district.code for outline in extract.outlines}
    revision.issues += _overlaps(list(current.values()), read)
    revision.issues += filter(None, map(_elsewhere, extract.outlines))
    revision.issues += filter(None, (_changed(stored.get(one.district.code), one) for one in fresh))
    revision.issues += _missing(stored, read)
    return revision


def _outside(local: StoredOutline, municipality: StoredOutline | None) -> bool:
    """Say whether most of a local district lies outside the municipality it names."""
    if municipality is None or not local.district.is_local:
        return False
    within = local.geometry.intersection(municipality.geometry).area
    return bool(within < _LEAST_WITHIN * local.geometry.area)


def _changed(before: StoredOutline | None, outline: StoredOutline) -> Issue | None:
    """Return an issue for an outline that covers much else than the one held before."""
    if before is None or before.source != outline.source:
        return None
    differing = before.geometry.symmetric_difference(outline.geometry).area
    if differing <= _MUCH_ELSE * before.geometry.area:
        return None
    message = (
        f"{outline.district.name} is drawn otherwise than before, by "
        f"{differing / before.geometry.area:.0%} of its area: compare the file with the "
        "publisher's, and import the one before again if it is damaged"
    )
    return Issue(1, "geometry", "outline_changed", WARNING, outline.district.code, message)


def _missing(stored: Mapping[str, StoredOutline], read: Set[str]) -> list[Issue]:
    """Return an issue for what is held of the cities and prefectures of the file, and not in it."""
    again = [stored[code].district for code in read & stored.keys()]
    level = {district.level for district in again}
    above = {district.parent for district in again} - {""}
    gone = sorted(
        code
        for code, one in stored.items()
        if code not in read and one.district.level in level and one.district.parent in above
    )
    if not gone:
        return []
    message = (
        f"{len(gone)} districts beside those of this file are held from an earlier one and not in "
        f"it ({', '.join(gone[:5])}); they stay: if the file should have them, get it again"
    )
    return [Issue(1, "", "outlines_missing", WARNING, ", ".join(gone[:5]), message)]


def _without_towns(connection: sa.Connection, read: Sequence[StoredOutline]) -> Sequence[str]:
    """Return the codes of outlines that the towns held do not lie in, see `contradicted`."""
    real = {
        one.municipality_code for one in read_place_sets(connection) if not is_fictional(one.source)
    }
    shapes = {
        one.district.code: one.geometry
        for one in read
        if one.district.code in real and not is_fictional(one.source)
    }
    towns = {code: read_place_positions(connection, code) for code in shapes}
    return contradicted(shapes, towns, "outlines")


def _contradicted(code: str) -> Issue:
    message = "the towns held do not lie in this outline: it is left out; is its code right?"
    return Issue(1, "geometry", "outline_elsewhere", ERROR, code, message)


def _not_in_municipality(code: str, is_left_out: bool) -> Issue:
    message = (
        "most of the area lies outside the municipality it names: is its position, or its "
        "municipality, that of another area?"
    )
    if is_left_out:
        message += " It is left out, as half of the areas of the file lie so, or more"
    severity = ERROR if is_left_out else WARNING
    return Issue(1, "geometry", "area_outside", severity, code, message)


def _elsewhere(outline: StoredOutline) -> Issue | None:
    """Return an issue for an outline that lies in another prefecture than its code says."""
    district = outline.district
    code = district.parent if district.is_local else district.code
    point = outline.geometry.representative_point()
    if in_prefecture(code, point.x, point.y):
        return None
    message = (
        f"{district.name} does not lie in the prefecture of its code ({code}): its code, or the "
        "reference system its coordinates were taken for (zone, order of axes), is wrong"
    )
    return Issue(1, "geometry", "outline_elsewhere", WARNING, district.code, message)


def _overlaps(outlines: Sequence[StoredOutline], read: Set[str]) -> list[Issue]:
    """Return an issue for each pair of local districts of one level that overlap, one just read."""
    local = [outline for outline in outlines if outline.district.is_local]
    shapes = [outline.geometry for outline in local]
    if not read & {outline.district.code for outline in local}:
        return []
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T.tolist()
    issues = []
    for first, second in sorted(tuple(sorted(pair)) for pair in pairs if pair[0] < pair[1]):
        left, right = local[first].district, local[second].district
        if left.level != right.level or not {left.code, right.code} & read:
            continue
        common = polygonal(shapes[first].intersection(shapes[second]))
        if common.buffer(-_BORDER_WIDTH_DEG / 2).is_empty:
            continue
        share = common.area / min(shapes[first].area, shapes[second].area)
        message = (
            f"{left.name} and {right.name} ({left.level}) overlap by {share:.1%} of the smaller "
            "one: facilities there belong to both, and people there are counted in the one with "
            "the lower code; ask who drew them whether that is meant"
        )
        value = f"{left.code}, {right.code}"
        severity = WARNING if share >= _WORTH_A_WARNING else INFO
        issues.append(Issue(1, "geometry", "areas_overlap", severity, value, message))
    return issues


def _code_taken(before: StoredOutline, outline: StoredOutline) -> Issue:
    owner = before.district
    message = (
        f"the code is that of {owner.full_name or owner.name} ({owner.level}) here; "
        f"{outline.district.name} is left out: give it a code of its own"
    )
    return Issue(1, "code", "code_taken", ERROR, outline.district.code, message)


def _rank(outline: StoredOutline) -> tuple[bool, str, int, str]:
    detail = vertex_count(outline.geometry)
    return (*precedence(outline.source, outline.as_of), detail, outline.content_hash)
