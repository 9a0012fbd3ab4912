"""Schematic outlines of the seven wards, drawn by hand for this project.

Coast and borders are drawn once, as arcs between named corners, and the wards are put together
from arcs: neighbours share their border exactly, with neither gap nor overlap. The shapes are
meant to be recognised, not measured; they are traced from no map.
"""

from __future__ import annotations

from typing import Any

from shapely.geometry import MultiPolygon, Polygon

Point = tuple[float, float]

PREFECTURE = "福岡県"
CITY = "北九州市"
WARDS: dict[str, str] = {
    "40101": "門司区",
    "40103": "若松区",
    "40105": "戸畑区",
    "40106": "小倉北区",
    "40107": "小倉南区",
    "40108": "八幡東区",
    "40109": "八幡西区",
}

# Corners where two borders, or a border and the coast, meet: (lon, lat).
CORNERS: dict[str, Point] = {
    "wakamatsu-yahatanishi-bay": (130.735, 33.876),
    "wakamatsu-yahatanishi-west": (130.690, 33.893),
    "yahata-bay": (130.783, 33.882),
    "tobata-bay": (130.806, 33.890),
    "tobata-kokura-coast": (130.858, 33.906),
    "kokura-moji-coast": (130.929, 33.903),
    "moji-kokuraminami-coast": (130.975, 33.840),
    "kokuraminami-yahatanishi-south": (130.800, 33.775),
    "three-yahata-kokuraminami": (130.797, 33.800),
    "three-kokura-yahatahigashi": (130.845, 33.840),
    "three-kokura-moji": (130.928, 33.868),
    "three-tobata-kokura-yahatahigashi": (130.838, 33.877),
}

# (from corner, to corner, points between).
ARCS: dict[str, tuple[str, str, list[Point]]] = {
    # borders between wards
    "wakamatsu|yahatanishi": (
        "wakamatsu-yahatanishi-bay",
        "wakamatsu-yahatanishi-west",
        [(130.722, 33.884), (130.706, 33.889)],
    ),
    "yahatanishi|yahatahigashi": (
        "three-yahata-kokuraminami",
        "yahata-bay",
        [
            (130.786, 33.812),
            (130.783, 33.827),
            (130.778, 33.842),
            (130.776, 33.856),
            (130.78, 33.87),
        ],
    ),
    "yahatahigashi|tobata": (
        "three-tobata-kokura-yahatahigashi",
        "tobata-bay",
        [(130.826, 33.879), (130.815, 33.884)],
    ),
    "tobata|kokurakita": (
        "three-tobata-kokura-yahatahigashi",
        "tobata-kokura-coast",
        [(130.846, 33.886), (130.851, 33.896)],
    ),
    "kokurakita|yahatahigashi": (
        "three-kokura-yahatahigashi",
        "three-tobata-kokura-yahatahigashi",
        [(130.840, 33.853), (130.842, 33.865)],
    ),
    "kokuraminami|yahatahigashi": (
        "three-yahata-kokuraminami",
        "three-kokura-yahatahigashi",
        [(130.815, 33.806), (130.828, 33.818), (130.838, 33.830)],
    ),
    "kokuraminami|yahatanishi": (
        "kokuraminami-yahatanishi-south",
        "three-yahata-kokuraminami",
        [(130.803, 33.788)],
    ),
    "kokuraminami|kokurakita": (
        "three-kokura-yahatahigashi",
        "three-kokura-moji",
        [
            (130.858, 33.846),
            (130.872, 33.848),
            (130.887, 33.852),
            (130.903, 33.856),
            (130.918, 33.862),
        ],
    ),
    "kokurakita|moji": (
        "three-kokura-moji",
        "kokura-moji-coast",
        [(130.931, 33.880), (130.926, 33.891)],
    ),
    "kokuraminami|moji": (
        "three-kokura-moji",
        "moji-kokuraminami-coast",
        [(130.940, 33.862), (130.953, 33.853), (130.965, 33.847)],
    ),
    # the coast: open sea, strait (関門海峡) and the bay (洞海湾) south of 若松
    "wakamatsu coast": (
        "wakamatsu-yahatanishi-west",
        "wakamatsu-yahatanishi-bay",
        [
            (130.682, 33.906),
            (130.688, 33.921),
            (130.703, 33.935),
            (130.718, 33.951),
            (130.731, 33.947),
            (130.748, 33.953),
            (130.768, 33.947),
            (130.776, 33.958),
            (130.798, 33.957),
            (130.803, 33.945),
            (130.815, 33.938),
            (130.826, 33.926),
            (130.817, 33.909),
            (130.800, 33.902),
            (130.786, 33.893),
            (130.767, 33.889),
            (130.750, 33.880),
        ],
    ),
    "yahatanishi bay": (
        "wakamatsu-yahatanishi-bay",
        "yahata-bay",
        [(130.744, 33.871), (130.757, 33.873), (130.768, 33.880), (130.775, 33.879)],
    ),
    "yahatahigashi bay": ("yahata-bay", "tobata-bay", [(130.790, 33.887), (130.799, 33.886)]),
    "tobata coast": (
        "tobata-bay",
        "tobata-kokura-coast",
        [
            (130.815, 33.898),
            (130.823, 33.906),
            (130.829, 33.918),
            (130.838, 33.923),
            (130.847, 33.920),
            (130.849, 33.910),
        ],
    ),
    "kokurakita coast": (
        "tobata-kokura-coast",
        "kokura-moji-coast",
        [
            (130.868, 33.899),
            (130.873, 33.904),
            (130.880, 33.899),
            (130.884, 33.892),
            (130.893, 33.896),
            (130.905, 33.899),
            (130.915, 33.905),
            (130.921, 33.900),
        ],
    ),
    "moji coast": (
        "kokura-moji-coast",
        "moji-kokuraminami-coast",
        [
            (130.935, 33.914),
            (130.943, 33.928),
            (130.953, 33.941),
            (130.960, 33.951),
            (130.962, 33.961),
            (130.972, 33.956),
            (130.990, 33.950),
            (131.006, 33.957),
            (131.021, 33.958),
            (131.019, 33.940),
            (131.006, 33.925),
            (130.999, 33.910),
            (131.001, 33.896),
            (130.991, 33.884),
            (130.984, 33.873),
            (130.990, 33.864),
            (131.007, 33.868),
            (131.009, 33.855),
            (130.991, 33.846),
        ],
    ),
    "kokuraminami coast": (
        "moji-kokuraminami-coast",
        "kokuraminami-yahatanishi-south",
        [
            (130.962, 33.834),
            (130.967, 33.820),
            (130.985, 33.814),
            (130.993, 33.802),
            (130.980, 33.788),
            (130.966, 33.772),
            (130.950, 33.751),
            (130.925, 33.733),
            (130.895, 33.723),
            (130.868, 33.728),
            (130.845, 33.739),
            (130.825, 33.752),
            (130.808, 33.763),
        ],
    ),
    "yahatanishi outer": (
        "kokuraminami-yahatanishi-south",
        "wakamatsu-yahatanishi-west",
        [
            (130.780, 33.770),
            (130.758, 33.768),
            (130.738, 33.776),
            (130.722, 33.789),
            (130.706, 33.803),
            (130.697, 33.821),
            (130.703, 33.842),
            (130.691, 33.862),
            (130.684, 33.879),
        ],
    ),
}

# Each ward as a ring of arcs; a leading minus walks the arc backwards.
RINGS: dict[str, list[str]] = {
    "40101": ["moji coast", "-kokuraminami|moji", "kokurakita|moji"],
    "40103": ["wakamatsu coast", "wakamatsu|yahatanishi"],
    "40105": ["tobata coast", "-tobata|kokurakita", "yahatahigashi|tobata"],
    "40106": [
        "kokurakita coast",
        "-kokurakita|moji",
        "-kokuraminami|kokurakita",
        "kokurakita|yahatahigashi",
        "tobata|kokurakita",
    ],
    "40107": [
        "kokuraminami coast",
        "kokuraminami|yahatanishi",
        "kokuraminami|yahatahigashi",
        "kokuraminami|kokurakita",
        "kokuraminami|moji",
    ],
    "40108": [
        "yahatahigashi bay",
        "-yahatahigashi|tobata",
        "-kokurakita|yahatahigashi",
        "-kokuraminami|yahatahigashi",
        "yahatanishi|yahatahigashi",
    ],
    "40109": [
        "yahatanishi bay",
        "-yahatanishi|yahatahigashi",
        "-kokuraminami|yahatanishi",
        "yahatanishi outer",
        "-wakamatsu|yahatanishi",
    ],
}

# Islands: (ward, ring). Only the first two carry a town.
ISLANDS: list[tuple[str, list[Point]]] = [
    (
        "40106",
        [
            (130.806, 33.992),
            (130.811, 33.990),
            (130.817, 33.994),
            (130.820, 34.001),
            (130.815, 34.003),
            (130.809, 33.999),
        ],
    ),
    (
        "40106",
        [
            (130.845, 33.971),
            (130.851, 33.970),
            (130.854, 33.974),
            (130.850, 33.978),
            (130.845, 33.976),
        ],
    ),
    (
        "40103",
        [
            (130.727, 34.009),
            (130.734, 34.007),
            (130.740, 34.011),
            (130.736, 34.015),
            (130.729, 34.014),
        ],
    ),
    (
        "40107",
        [(131.020, 33.860), (131.015, 33.830), (131.023, 33.829), (131.029, 33.859)],
    ),
]


def _walk(name: str) -> list[Point]:
    """Return the points of an arc from its first corner up to, not including, its last."""
    start, end, between = ARCS[name.removeprefix("-")]
    points = [CORNERS[start], *between, CORNERS[end]]
    if name.startswith("-"):
        points.reverse()
    return points[:-1]


def ward_parts() -> list[tuple[str, Polygon]]:
    """Return every polygon with its ward code: the mainland of each ward, then the islands."""
    mainland = [
        (code, Polygon([point for arc in RINGS[code] for point in _walk(arc)])) for code in WARDS
    ]
    return mainland + [(code, Polygon(ring)) for code, ring in ISLANDS]


def ward_shapes() -> dict[str, MultiPolygon]:
    """Return each ward with its islands, longitude and latitude in degrees."""
    parts = ward_parts()
    return {
        code: MultiPolygon([shape for owner, shape in parts if owner == code]) for code in WARDS
    }


def feature_collection() -> dict[str, Any]:
    """Return the outlines as GeoJSON in the N03 layout: one feature per polygon."""
    features = []
    for code, shape in ward_parts():
        ring = [list(point) for point in shape.exterior.coords]
        if not shape.exterior.is_ccw:
            ring.reverse()
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "N03_001": PREFECTURE,
                    "N03_002": None,
                    "N03_003": CITY,
                    "N03_004": WARDS[code],
                    "N03_007": code,
                },
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    return {
        "type": "FeatureCollection",
        "name": "sample-wards",
        "notice": "区の形の模式図です。測量や距離の根拠には使えません。",
        "features": features,
    }
