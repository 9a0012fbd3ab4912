"""Make the fictional sample city: outlines, gazetteer, stations, facilities, people.

Run ``python data/sample/make_sample.py``; the same bytes come out every time. ``--out DIR``
writes elsewhere (a test does, and compares). Nothing is read and nothing real goes in but the
names, codes and rough places of the seven wards of Kitakyushu.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
from pathlib import Path
from typing import Any

from making.outlines import feature_collection, ward_shapes
from making.population import age_text, make_cells, mesh_text
from making.records import make_records
from making.stations import station_collection
from making.town_people import town_text
from making.towns import HEADER, make_towns

SEED = "geoportal-sample-1"
NOTICE = (
    "架空のデータです。実在の病院・診療所・薬局・事業所ではありません。"
    "電話番号・住所・事業所番号もすべて架空です。実在するのは区の名前とコードだけです。"
)


def dice(name: str) -> random.Random:
    """Return the random numbers of a named part: changing one part leaves the others alone."""
    return random.Random(f"{SEED}/{name}")


def _lines(items: list[Any]) -> str:
    """Write a JSON list with one item a line, so that changes can be read."""
    return ",\n".join(json.dumps(i, ensure_ascii=False, separators=(",", ":")) for i in items)


def map_text(collection: dict[str, Any]) -> str:
    """Return GeoJSON with a feature a line."""
    features = collection.pop("features")
    head = json.dumps(collection, ensure_ascii=False)[:-1]
    return f'{head}, "features": [\n{_lines(features)}\n]}}\n'


def towns_text() -> str:
    """Return ``towns.csv``."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(town.row for town in make_towns(dice))
    return buffer.getvalue()


def facilities_text() -> str:
    """Return ``facilities.json``."""
    records = make_records(dice, make_towns(dice), ward_shapes())
    head = json.dumps({"format": "geoportal-sample/1", "notice": NOTICE}, ensure_ascii=False)[:-1]
    return f'{head}, "records": [\n{_lines(records)}\n]}}\n'


def cells_text() -> str:
    """Return ``population/mesh_population.txt``."""
    return mesh_text(make_cells(dice, make_towns(dice), ward_shapes()))


def town_people_text() -> str:
    """Return ``population/town_population.csv``."""
    towns = make_towns(dice)
    return town_text(dice, towns, make_cells(dice, towns, ward_shapes()))


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("boundaries.geojson", map_text(feature_collection())),
        ("stations.geojson", map_text(station_collection())),
        ("towns.csv", towns_text()),
        ("facilities.json", facilities_text()),
        ("population/mesh_population.txt", cells_text()),
        ("population/age_population.csv", age_text()),
        ("population/town_population.csv", town_people_text()),
    ):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{out / name}: {len(text.encode())} bytes")


if __name__ == "__main__":
    main()
