"""Which consultation centres there are: lists about one centre united, shipped ones added.

Every answer names the centre responsible for the home. The centres of Kitakyushu are known from
their own leaflet (``data/reference/centres.csv``) and stand in, with its date, until a list is
imported that says who is responsible.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from geoportal.domain.centre import Centre
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.recognition import recognise
from geoportal.ingest.files.tables import read_text
from geoportal.ingest.reading.centre_towns import TownListExtract
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.municipalities import MunicipalityFinder
from geoportal.ingest.sources import centres
from geoportal.store.reference import Reference
from geoportal.text.normalize import fold


def shipped_centres(reference: Reference) -> list[Centre]:
    """Return the centres of ``centres.csv`` in the reference folder; empty when there is none."""
    path = Path(reference.directory) / "centres.csv"
    if not path.exists():
        return []
    member = Member(path.name, path.read_bytes())
    (table,) = recognise(path.name, [read_text(member)], (centres.LAYOUT,))
    edition = Edition(centres.SOURCE.name, "", MunicipalityFinder(reference), reference.kinds)
    return list(centres.extract(table, edition).centres.values())


def with_shipped(
    imported: Sequence[Centre],
    shipped: Iterable[Centre],
    members: Mapping[str, Sequence[str]],
    inhabited: Collection[str],
) -> list[Centre]:
    """Add the shipped centres that are wanted here.

    Returned are ``held``, the imported centres, then each shipped centre that answers for one of
    ``inhabited`` for which no held centre of its kind does. ``members`` has for every district
    code the municipalities and wards in it; ``inhabited`` are those of which facilities are held:
    an installation for another city does not list these centres.
    """

    def wards(centre: Centre) -> set[str]:
        return {ward for code in centre.districts for ward in members.get(code, (code,))}

    answered = {(centre.kind, ward) for centre in imported for ward in wards(centre)}
    return [
        *imported,
        *(
            centre
            for centre in shipped
            if any(
                ward in inhabited and (centre.kind, ward) not in answered for ward in wards(centre)
            )
        ),
    ]


def united(listed: Sequence[Centre]) -> list[Centre]:
    """Unite centres with the towns that a list of towns gives them, by name.

    A town list names centres of its ward or municipality; the one of the same kind and name there
    gets its towns, its name for the area and its first and last day. What no other list has stands
    for itself. A centre with several stages of towns becomes one centre for each.
    """
    lists = [centre for centre in listed if _is_town_list(centre)]
    others = [centre for centre in listed if not _is_town_list(centre)]
    towns: dict[str, list[Centre]] = {}
    alone: list[Centre] = []
    for one in lists:
        same = [other for other in others if _same(one, other)]
        if len(same) == 1:
            towns.setdefault(same[0].id, []).append(one)
        else:
            alone.append(one)
    return [
        *(one for other in others for one in _with_towns(other, towns.get(other.id, []))),
        *alone,
    ]


def _is_town_list(centre: Centre) -> bool:
    return centre.id.startswith(f"{TownListExtract.SCOPE}-")


def _same(listed: Centre, other: Centre) -> bool:
    """Say whether two are one centre; one listed under local areas only may be anywhere."""
    if listed.kind != other.kind or fold(listed.name) != fold(other.name):
        return False
    places = {other.municipality, *other.districts} - {""}
    local = all(not code.isdecimal() for code in places)
    return local or listed.municipality in places


def _with_towns(centre: Centre, lists: Sequence[Centre]) -> Iterator[Centre]:
    """Yield a centre for each stage of its towns."""
    newer = [one for one in lists if not centre.area or one.as_of >= centre.as_of]
    if not newer:
        yield centre
    for one in newer:
        yield replace(
            centre,
            id=centre.id if len(newer) == 1 else f"{centre.id}-{one.valid_from or 'now'}",
            address=centre.address or one.address,
            phone=centre.phone or one.phone,
            fax=centre.fax or one.fax,
            url=centre.url or one.url,
            districts=centre.districts or one.districts,
            area=one.area,
            area_name=one.area_name or centre.area_name,
            municipality=one.municipality,
            valid_from=one.valid_from or centre.valid_from,
            valid_until=one.valid_until or centre.valid_until,
        )
