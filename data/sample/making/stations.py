"""Invented railways: every station and company says 見本 or 架空, and none is where a real one is.

Some are there to make the search box work for its living: 見本茜町 lies in two wards, 見本中央 is
served by two companies, and 見本中央駅前 is another station nearby.
"""

from __future__ import annotations

from typing import Any

RAILWAY, TRAM, MONORAIL = "見本鉄道", "架空電気軌道", "架空モノレール"
# 鉄道区分 (N02_001) and 事業者種別 (N02_002) of a company, as in the layout of N02.
CLASSES = {RAILWAY: ("12", "4"), TRAM: ("21", "4"), MONORAIL: ("13", "5")}
SEASIDE, HILLS, TOWN, AIR = "海浜線", "山ノ手線", "町なか線", "架空線"

# name, group code (グループコード), lon, lat, company and lines
STATIONS: tuple[tuple[str, str, float, float, tuple[tuple[str, str], ...]], ...] = (
    ("見本桟橋", "999001", 130.9620, 33.9385, ((RAILWAY, SEASIDE),)),
    ("見本中央", "999002", 130.8785, 33.8830, ((RAILWAY, SEASIDE), (RAILWAY, HILLS))),
    ("見本中央", "999002", 130.8792, 33.8842, ((MONORAIL, AIR),)),
    ("見本中央駅前", "999003", 130.8768, 33.8805, ((TRAM, TOWN),)),
    ("見本若草", "999004", 130.8705, 33.8765, ((TRAM, TOWN),)),
    ("見本竹馬台", "999005", 130.8895, 33.8345, ((MONORAIL, AIR),)),
    ("見本茜町", "999006", 130.8725, 33.8385, ((RAILWAY, HILLS),)),
    ("見本響浜", "999007", 130.8015, 33.9145, ((TRAM, TOWN),)),
    ("見本港南", "999008", 130.8245, 33.8925, ((RAILWAY, SEASIDE),)),
    ("見本山吹", "999009", 130.8095, 33.8745, ((RAILWAY, SEASIDE),)),
    ("見本筑水台", "999010", 130.7645, 33.8645, ((RAILWAY, SEASIDE),)),
    ("見本茜町", "999011", 130.7575, 33.8585, ((RAILWAY, SEASIDE),)),
)
HALF_PLATFORM = 0.0009
"""Half the length of a platform in degrees of longitude, about 80 m."""


def station_collection() -> dict[str, Any]:
    """Return the stations as GeoJSON in the N02 layout: a feature per platform and line."""
    features = []
    for name, group, lon, lat, served in STATIONS:
        ends = [[round(lon + side * HALF_PLATFORM, 6), lat] for side in (-1, 1)]
        for company, line in served:
            kind, operator_type = CLASSES[company]
            features.append(
                {
                    "type": "Feature",
                    "properties": {
                        "N02_001": kind,
                        "N02_002": operator_type,
                        "N02_003": line,
                        "N02_004": company,
                        "N02_005": name,
                        "N02_005c": group,
                        "N02_005g": group,
                    },
                    "geometry": {"type": "LineString", "coordinates": ends},
                }
            )
    return {
        "type": "FeatureCollection",
        "name": "sample-stations",
        "notice": "架空の駅です。実在の駅・路線・会社ではありません。",
        "features": features,
    }
