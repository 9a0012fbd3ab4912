"""Which consultation centres there are: lists about one centre united, shipped ones added.

Every answer names the centre responsible for the home. Centres that are known from a city's own
leaflet (``data/cities``) stand in, with its date, until a list is imported that says who is
responsible.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from geoportal.domain.centre import Centre
from geoportal.index.hierarchy import city_of
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.recognition import recognise
from geoportal.ingest.files.tables import read_text
from geoportal.ingest.reading.centre_towns import TownListExtract
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.municipalities import municipality_finder
from geoportal.ingest.sources import centres
from geoportal.store.cities import centre_lists
from geoportal.store.reference import Reference
from geoportal.text.normalize import fold


@lru_cache(maxsize=4)
def shipped_centres(reference: Reference) -> tuple[Centre, ...]:
    """Return the centres that come with the folders of cities, read once per process."""
    edition = Edition(centres.SOURCE.name, "", municipality_finder(reference), reference.kinds)
    found: list[Centre] = []
    for path in centre_lists(reference.cities_directory):
        member = Member(path.name, path.read_bytes())
        (table,) = recognise(path.name, [read_text(member)], (centres.LAYOUT,))
        found += centres.extract(table, edition).centres.values()
    return tuple(found)


def with_city_rules(listed: Iterable[Centre], reference: Reference) -> list[Centre]:
    """Return centres with what their city says of all of its centres: who may ask, since when.

    What a centre says itself stands.
    """
    return [_with_city_rules(centre, reference) for centre in listed]


def _with_city_rules(centre: Centre, reference: Reference) -> Centre:
    codes = [code for code in (*centre.districts, centre.municipality) if code]
    cities = {city_of(reference, code) or code for code in codes} & reference.cities.keys()
    if len(cities) != 1:
        return centre
    city = reference.cities[cities.pop()]
    said = city.centres.get(centre.kind)
    if said and not (centre.terms or centre.residents_of or centre.age_from):
        residents = (city.code,) if said.residents else ()
        centre = replace(centre, terms=said.terms, age_from=said.age_from, residents_of=residents)
    stages = [
        stage.since
        for stage in city.stages
        if stage.kind == centre.kind and stage.districts.intersection(codes)
    ]
    if stages and not centre.valid_from:
        centre = replace(centre, valid_from=min(stages))
    return centre


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
