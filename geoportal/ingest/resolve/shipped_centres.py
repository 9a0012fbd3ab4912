"""The consultation centres that come with the program, for wards whose centre nobody imported.

Every answer names the centre responsible for the home. The centres of Kitakyushu are known from
their own leaflet (``data/reference/centres.csv``) and stand in, with its date, until a list is
imported that says who is responsible.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from geoportal.domain.centre import Centre
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.recognition import recognise
from geoportal.ingest.files.tables import read_text
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.municipalities import MunicipalityFinder
from geoportal.ingest.sources import centres
from geoportal.store.reference import Reference


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
