"""The gazetteer: invented 町丁目 inside the ward outlines.

None of the names exists in the ward it is put in. Some are there to make geocoding work for its
living: 茜町 lies in two wards, 里見 is both a 大字 and a 町 with 丁目.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from making.outlines import CITY, PREFECTURE, WARDS

KANJI_NUMERALS = "一二三四五六七八九"
HEADER = (
    "市区町村コード",
    "都道府県名",
    "市区町村名",
    "大字町丁目名",
    "小字・通称名",
    "緯度",
    "経度",
)

Dice = Callable[[str], random.Random]

# ward: (name, number of 丁目 or 0, lon, lat, how many facilities it draws)
NAMES: dict[str, list[tuple[str, int, float, float, float]]] = {
    "40106": [
        ("紫水町", 4, 130.8800, 33.8860, 10),
        ("若草通", 3, 130.8720, 33.8780, 9),
        ("錦小路", 0, 130.8765, 33.8920, 9),
        ("東雲町", 3, 130.8900, 33.8800, 7),
        ("琴平通", 2, 130.8930, 33.8890, 7),
        ("朝霧町", 3, 130.8610, 33.8730, 6),
        ("星ヶ岡", 3, 130.9010, 33.8730, 5),
        ("鷺ノ宮", 2, 130.9090, 33.8850, 5),
        ("柳堀町", 2, 130.8585, 33.8850, 5),
        ("桜並木", 2, 130.8640, 33.8930, 5),
        ("緑坂", 3, 130.8540, 33.8680, 4),
        ("常磐台", 2, 130.8690, 33.8610, 4),
        ("月見坂", 0, 130.8850, 33.8660, 4),
        ("大字波島", 0, 130.8135, 33.9965, 0),
        ("大字鯛島", 0, 130.8490, 33.9740, 0),
    ],
    "40107": [
        ("竹馬台", 5, 130.8880, 33.8360, 8),
        ("蛍ヶ丘", 4, 130.9060, 33.8270, 7),
        ("菜の花台", 3, 130.9250, 33.8370, 6),
        ("茜町", 3, 130.8710, 33.8370, 6),
        ("里見", 3, 130.9410, 33.8280, 5),
        ("梅ヶ枝", 2, 130.9130, 33.8460, 5),
        ("水車町", 0, 130.8790, 33.8200, 4),
        ("泉ヶ丘", 4, 130.8960, 33.8120, 4),
        ("鈴鹿台", 2, 130.9560, 33.8120, 3),
        ("紅葉坂", 2, 130.8640, 33.8240, 3),
        ("大字里見", 0, 130.9480, 33.8170, 1),
        ("大字椿谷", 0, 130.8500, 33.7900, 1),
        ("大字平尾野", 0, 130.9350, 33.7750, 1),
        ("大字奥ノ原", 0, 130.9000, 33.7550, 1),
        ("大字柚子ヶ谷", 0, 130.8600, 33.7600, 0.7),
    ],
    "40109": [
        ("筑水台", 4, 130.7640, 33.8660, 10),
        ("茜町", 2, 130.7570, 33.8570, 8),
        ("桃ヶ丘", 3, 130.7470, 33.8490, 7),
        ("黒松町", 0, 130.7700, 33.8550, 7),
        ("陽だまり台", 2, 130.7360, 33.8610, 5),
        ("楓ヶ丘", 3, 130.7220, 33.8520, 5),
        ("柏木台", 3, 130.7370, 33.8360, 5),
        ("花園町", 0, 130.7530, 33.8380, 5),
        ("飛鳥台", 2, 130.7100, 33.8670, 4),
        ("堀端", 2, 130.7230, 33.8740, 4),
        ("楠ヶ丘", 3, 130.7460, 33.8180, 4),
        ("遠見台", 2, 130.7620, 33.8250, 3),
        ("稲穂町", 2, 130.7200, 33.8300, 3),
        ("双葉ヶ丘", 3, 130.7420, 33.7950, 2),
        ("木漏日台", 2, 130.7280, 33.8060, 2),
        ("川辺町", 0, 130.7110, 33.8160, 2),
        ("大字笹原", 0, 130.7600, 33.7860, 1),
    ],
    "40101": [
        ("松風町", 2, 130.9390, 33.9060, 6),
        ("海門町", 2, 130.9570, 33.9330, 6),
        ("潮見坂", 2, 130.9490, 33.9200, 5),
        ("夕凪町", 2, 130.9670, 33.9430, 5),
        ("桟橋通", 0, 130.9600, 33.9410, 5),
        ("梅林台", 2, 130.9440, 33.8930, 4),
        ("鏡山町", 0, 130.9400, 33.8790, 4),
        ("灯台町", 0, 130.9850, 33.9440, 2),
        ("浜木綿町", 0, 130.9880, 33.9240, 2),
        ("岬台", 2, 131.0080, 33.9480, 1),
        ("大字浦ノ谷", 0, 130.9740, 33.9050, 1),
    ],
    "40103": [
        ("響浜", 3, 130.8000, 33.9160, 6),
        ("汐風台", 3, 130.7790, 33.9030, 6),
        ("青波町", 0, 130.8150, 33.9190, 5),
        ("鷹取台", 2, 130.7550, 33.9010, 4),
        ("南風町", 2, 130.7390, 33.8900, 4),
        ("渚町", 0, 130.8030, 33.9330, 3),
        ("藤棚町", 2, 130.7100, 33.9060, 3),
        ("貝殻町", 0, 130.7650, 33.9340, 2),
        ("大字葦原", 0, 130.7210, 33.9270, 1),
    ],
    "40105": [
        ("港南町", 2, 130.8230, 33.8910, 6),
        ("芙蓉町", 2, 130.8340, 33.8970, 6),
        ("浪花町", 0, 130.8310, 33.9070, 5),
        ("銀杏町", 2, 130.8370, 33.8860, 5),
        ("大橋通", 2, 130.8390, 33.9130, 5),
        ("翠町", 0, 130.8460, 33.9020, 4),
    ],
    "40108": [
        ("山吹町", 0, 130.8080, 33.8730, 6),
        ("枝川町", 0, 130.8190, 33.8750, 5),
        ("鉱山町", 0, 130.7950, 33.8780, 5),
        ("帆立台", 2, 130.7970, 33.8640, 5),
        ("皿見台", 3, 130.8190, 33.8620, 5),
        ("槻ヶ丘", 2, 130.8310, 33.8540, 4),
        ("竹林町", 2, 130.7900, 33.8510, 3),
        ("大字桜谷", 0, 130.8120, 33.8280, 1),
    ],
}

# Where the 丁目 of a town lie around its centre, in degrees (about 450 m apart).
AROUND = ((0.0, 0.0), (0.0052, 0.0010), (-0.0042, 0.0026), (0.0006, -0.0044), (-0.0050, -0.0024))


@dataclass(frozen=True)
class Town:
    """One row of the gazetteer.

    Attributes
    ----------
    ward : str
        Ward code.
    base : str
        Name without 丁目, ``"大字…"`` included.
    chome : int
        丁目, 0 when the town has none.
    lon, lat : float
        Its point, degrees.
    draw : float
        Relative number of facilities.
    postal_code : str
        Fictional: no such code is in use.
    """

    ward: str
    base: str
    chome: int
    lon: float
    lat: float
    draw: float
    postal_code: str

    @property
    def name(self) -> str:
        """The name as a gazetteer writes it, 丁目 in kanji numerals."""
        return f"{self.base}{KANJI_NUMERALS[self.chome - 1]}丁目" if self.chome else self.base

    @property
    def on_island(self) -> bool:
        """Whether it draws no facilities of itself: only the towns of the islands do not."""
        return self.draw == 0

    @property
    def row(self) -> tuple[str, ...]:
        """The row of ``towns.csv``."""
        return (
            self.ward,
            PREFECTURE,
            CITY + WARDS[self.ward],
            self.name,
            "",
            f"{self.lat:.6f}",
            f"{self.lon:.6f}",
        )


POSTAL_PREFIX = {
    "40101": "800",
    "40103": "808",
    "40105": "804",
    "40106": "803",
    "40107": "802",
    "40108": "805",
    "40109": "807",
}


def make_towns(dice: Dice) -> list[Town]:
    """Lay out the towns ward by ward, 丁目 around the centre of their town."""
    towns = []
    for ward in WARDS:
        rng = dice(f"towns/{ward}")
        for number, (base, chome_count, lon, lat, draw) in enumerate(NAMES[ward], start=1):
            postal_code = f"{POSTAL_PREFIX[ward]}-99{number:02d}"
            for k in range(max(chome_count, 1)):
                towns.append(
                    Town(
                        ward=ward,
                        base=base,
                        chome=k + 1 if chome_count else 0,
                        lon=round(lon + AROUND[k][0] + rng.uniform(-0.0004, 0.0004), 6),
                        lat=round(lat + AROUND[k][1] + rng.uniform(-0.0004, 0.0004), 6),
                        draw=draw / max(chome_count, 1),
                        postal_code=postal_code,
                    )
                )
    return towns
