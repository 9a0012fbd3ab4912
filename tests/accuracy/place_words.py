"""Place words (how people write places) and what each must lead to: a table and its judge.

Columns of ``place_words.tsv``: text, expectation, municipality, town. Names are as published.

=============  ====================================================================================
``place``      the town has a position, with or without a question
``confirm``    the same, and a person is asked to confirm
``among``      the town is what was understood, or one of the places offered
``area``       the municipality (or city) is understood, no town is claimed
``cities``     several municipalities of the name are offered, none is chosen
``prefecture`` no more than the prefecture is understood
``station``    the station
``nottown``    no town is claimed without asking
``notmuni``    nothing in the municipality is claimed without asking
``nowhere``    no place
=============  ====================================================================================
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from geoportal.address.result import GeocodeResult
from geoportal.address.stations.directory import StationDirectory, StationMunicipality
from geoportal.domain.station import RailOperator, Station

TABLE = Path(__file__).parent / "place_words.tsv"


def place_words(path: Path = TABLE) -> Iterator[tuple[str, str, str, str]]:
    """Yield text, expectation, municipality and town of each word."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row and not row[0].startswith("#"):
                text, expected, municipality, town = (*row, "", "")[:4]
                yield text, expected, municipality, town


def is_right(answer: GeocodeResult, expected: str, municipality: str, town: str) -> bool:
    """Say whether an answer is what a word must lead to."""
    placed = answer.lon is not None and answer.status in {"ok", "partial"}
    is_place = _is_town(answer.municipality, answer.town, municipality, town)
    offered = any(
        _is_town(other.municipality, other.town, municipality, town) for other in answer.candidates
    )
    names = [other.municipality for other in answer.candidates]
    understood = {
        "place": placed and is_place,
        "confirm": placed and is_place and answer.needs_confirmation,
        "among": is_place or offered,
        "area": _in(answer.municipality, municipality)
        and not answer.town
        and answer.match_level == "municipality",
        "cities": not placed and sum(name.endswith(municipality) for name in names) > 1,
        "prefecture": (answer.prefecture, answer.municipality) == (municipality, ""),
        "station": placed and answer.station == municipality,
        "nottown": answer.needs_confirmation or not answer.town,
        "notmuni": answer.needs_confirmation or not _in(answer.municipality, municipality),
        "nowhere": not placed and not answer.town and not answer.municipality,
    }
    return understood[expected]


_STATIONS = {
    "小倉": ("40106", "北九州市小倉北区"),
    "西小倉": ("40106", "北九州市小倉北区"),
    "城野": ("40107", "北九州市小倉南区"),
    "門司": ("40101", "北九州市門司区"),
    "門司港": ("40101", "北九州市門司区"),
    "戸畑": ("40105", "北九州市戸畑区"),
    "若松": ("40103", "北九州市若松区"),
    "八幡": ("40108", "北九州市八幡東区"),
    "黒崎": ("40109", "北九州市八幡西区"),
    "折尾": ("40109", "北九州市八幡西区"),
    "博多": ("40132", "福岡市博多区"),
}
_COMPANY = "九州旅客鉄道"


def station_directory() -> StationDirectory:
    """Return a directory of some stations; positions stand for their order in the list."""
    names = list(_STATIONS)
    stations = [
        Station(f"{at:03}", name, 130 + at / 100, 33.0, 100, ((_COMPANY, "鹿児島線"),))
        for at, name in enumerate(names)
    ]

    def whereabouts(lon: float, _lat: float) -> StationMunicipality:
        code, name = _STATIONS[names[round((lon - 130) * 100)]]
        return StationMunicipality(code, "福岡県", name, by_outline=True)

    return StationDirectory(
        stations, {_COMPANY: RailOperator(_COMPANY, "JR", ("JR九州",))}, whereabouts
    )


def _in(municipality: str, stated: str) -> bool:
    return bool(municipality) and municipality.endswith(stated)


def _is_town(municipality: str, town: str, stated: str, stated_town: str) -> bool:
    """Say whether a place is the town stated; its 丁目 may be left open (黒崎 for 黒崎三丁目)."""
    if not _in(municipality, stated):
        return False
    return town == stated_town or (
        bool(stated_town)
        and town.endswith("丁目")
        and town.rstrip("丁目").rstrip("一二三四五六七八九十") == stated_town
    )
