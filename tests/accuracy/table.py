"""The accuracy tables as markdown, for people: written to ``tests/accuracy/README.md``."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from shapely.geometry import shape

from geoportal.address.geocode import Geocoder
from tests.accuracy.held_out import Placed, held_out
from tests.accuracy.measure import ORACLE, compile_official, measure_towns, peer_cases
from tests.accuracy.official import SHARED, Case

TARGET = Path(__file__).with_name("README.md")
COMMAND = ".venv/bin/python -m tests.accuracy.measure --markdown"
_OUTLINES = SHARED / "boundaries" / "kitakyushu_wards_detailed.geojson"
_MARGIN_DEGREES = 0.0025  # outlines are generalised; about 250 m
_FUKUOKA = {"Kitakyushu kaigo", "other Fukuoka kaigo", "Kitakyushu navii", "Kitakyushu bureau"}
_KINDS = {"chome": "丁目", "town": "町 (no 丁目)", "oaza": "大字"}


def place_all(geocoder: Geocoder, all_cases: list[Case]) -> list[Placed]:
    """Return every official position that an answer of status ``ok`` can be compared with."""
    wards = _wards()
    found = []
    for case in all_cases:
        if math.isnan(case.lon):
            continue
        answer = geocoder.geocode(case.address, case.city)
        if answer.status != "ok" or answer.lon is None:
            continue
        kind = "oaza" if "大字" in answer.town else answer.match_level or ""
        ward = wards.get(answer.municipality_code)
        found.append(
            Placed(
                case.data_set,
                kind,
                answer.municipality_code,
                ORACLE.inv(case.lon, case.lat, answer.lon, answer.lat)[2],
                answer.uncertainty_m or 0.0,
                ward is None or bool(shapely.contains_xy(ward, case.lon, case.lat)),
            )
        )
    return found


def _wards() -> dict[str, shapely.Geometry]:
    features = json.loads(_OUTLINES.read_text(encoding="utf-8"))["features"]
    parts: dict[str, list[shapely.Geometry]] = {}
    for feature in features:
        parts.setdefault(feature["properties"]["code"], []).append(shape(feature["geometry"]))
    return {code: shapely.union_all(some).buffer(_MARGIN_DEGREES) for code, some in parts.items()}


def write_markdown(geocoder: Geocoder, all_cases: list[Case]) -> None:
    """Write the tables."""
    TARGET.write_text("\n".join(_lines(geocoder, all_cases)) + "\n", encoding="utf-8")


def _lines(geocoder: Geocoder, all_cases: list[Case]) -> Iterator[str]:
    today = datetime.now(ZoneInfo("Asia/Tokyo")).date().isoformat()
    yield "# Accuracy of geocoding"
    yield ""
    yield f"Measured on {today} with `{COMMAND}`"
    yield "(which writes this file): 町丁目 points, no blocks, on official addresses. The judge"
    yield "shares no code with the product. `n`: distinct addresses that the judge can read."
    yield ""
    yield from _towns(geocoder, all_cases, "All of Japan, the city column as hint", hints=True)
    yield from _towns(geocoder, all_cases, "All of Japan, without hint", hints=False)
    yield "One in fourteen of the kaigo addresses names no city; a town name that several cities of"
    yield "Japan have is then left open, not guessed."
    yield ""
    with tempfile.TemporaryDirectory() as directory:
        fukuoka = compile_official(Path(directory), "福岡県")
        some = [case for case in all_cases if case.data_set in _FUKUOKA]
        title = "Only Fukuoka's towns held (an installation for one prefecture), without hint"
        yield from _towns(fukuoka, some, title, hints=False)
    rows = place_all(geocoder, all_cases)
    yield from _positions(rows)
    yield from _held_out(rows)
    known = peer_cases()
    right = sum(geocoder.geocode(address).town == town for address, town, _ in known)
    yield "## Cases from the suites of other geocoders"
    yield ""
    yield f"{right} of {len(known)} towns right (`tests/accuracy/peer_cases.tsv`)."


def _towns(geocoder: Geocoder, all_cases: list[Case], title: str, *, hints: bool) -> Iterator[str]:
    yield f"## Town reached. {title}"
    yield ""
    yield "| files | n | town right | 丁目 right | left open | wrong, `ok` | wrong ward, `ok` |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name, tally in measure_towns(geocoder, all_cases, hints=hints).items():
        yield (
            f"| {name} | {tally.n - tally.unjudged} | {tally.share():.2%}"
            f" | {tally.chome_right}/{tally.chome_stated} | {tally.open}"
            f" | {tally.wrong_but_ok} | {tally.other_ward_but_ok} |"
        )
    yield ""


def _positions(rows: list[Placed]) -> Iterator[str]:
    yield "## Distance to the official position"
    yield ""
    yield "The city column as hint, answers of status `ok`, metres. `holds`: share of positions"
    yield "within the stated `uncertainty_m`. In ward: without official positions more than 250 m"
    yield "outside of the ward the file itself states, which are errors of the file. Plausible:"
    yield "besides without those beyond twice the stated uncertainty; nobody checked them singly."
    yield ""
    yield (
        "| files | level | n | median | p95 | uncertainty (median) | holds"
        " | in ward: median, p95 | plausible: median, p95 |"
    )
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name in dict.fromkeys(row.data_set for row in rows):
        for kind, label in _KINDS.items():
            some = [row for row in rows if (row.data_set, row.kind) == (name, kind)]
            if len(some) < 30:
                continue
            away, stated = np.array([r.away for r in some]), np.array([r.stated for r in some])
            inside = np.array([r.in_municipality for r in some])
            yield (
                f"| {name} | {label} | {len(some)} | {np.median(away):.0f}"
                f" | {np.percentile(away, 95):.0f} | {np.median(stated):.0f}"
                f" | {np.mean(away <= stated):.1%} | {_spread(away[inside])}"
                f" | {_spread(away[inside & (away <= 2 * stated)])} |"
            )
    yield ""
    yield "The median of a 丁目 is the size of the 丁目 itself. Moving the point towards its"
    yield "neighbours or the middle of its cell brings nothing; by the 街区符号 (low numbers lie"
    yield "towards the centre of a city) it gains 3 % in Kitakyushu and loses as much in the rest"
    yield "of Fukuoka, so it is not done. Finer needs finer data: 街区レベル位置参照情報 or"
    yield "アドレス・ベース・レジストリ."
    yield ""


def _spread(away: np.ndarray) -> str:
    return f"{np.median(away):.0f}, {np.percentile(away, 95):.0f} (n {len(away)})"


def _held_out(rows: list[Placed]) -> Iterator[str]:
    yield "## Does the uncertainty hold where it was not fitted?"
    yield ""
    yield "Factors fitted on one part (smallest that holds in 96 %), judged on the other. All in"
    yield "Fukuoka: no official coordinates of another prefecture are at hand."
    yield ""
    yield (
        "| fitted → judged | level | fitted on | factor | judged on | holds"
        " | shipped factor holds |"
    )
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for one in held_out(rows):
        yield (
            f"| {one.split} | {_KINDS[one.kind]} | {one.fitted_on} | {one.factor:.2f}"
            f" | {one.judged_on} | {one.holds:.1%} | {one.holds_shipped:.1%} |"
        )
    yield ""
