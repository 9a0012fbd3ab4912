"""Visiting areas (訪問地域) as a facility states them: names of wards and cities as codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from geoportal.ingest.reading.municipalities import MunicipalityFinder

_SEPARATORS = re.compile(r"[、,，;；・\s]+")


def read_visit_areas(
    text: str, address: str, finder: MunicipalityFinder
) -> Iterator[tuple[str, str]]:
    """Yield each area named, with its code.

    Parameters
    ----------
    text : str
        Names or codes, separated by 、 and the like: 小倉北区、苅田町、北九州市.
    address : str
        The facility's own address: of several wards of one name the one in its prefecture is meant.
    finder : MunicipalityFinder
        Knows the municipalities of Japan.

    Yields
    ------
    tuple of (str, str)
        The name as written, and the code of the municipality, ward or designated city; an empty
        code when no such place is known, or several are.
    """
    for name in filter(None, _SEPARATORS.split(text)):
        yield name, _code(name, address, finder)


def _code(name: str, address: str, finder: MunicipalityFinder) -> str:
    code, _ = finder.by_code(name)
    if code:
        return code
    reference = finder.reference
    cities = [c for c, city in reference.designated_cities.items() if city == name]
    prefectures = {info.code: info.prefecture for info in finder.by_last_part(name)}
    prefectures.update(dict.fromkeys(cities, ""))
    if len(prefectures) > 1:
        prefectures = {
            c: prefecture for c, prefecture in prefectures.items() if prefecture in address
        }
    return next(iter(prefectures)) if len(prefectures) == 1 else ""
