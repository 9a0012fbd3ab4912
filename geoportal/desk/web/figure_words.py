"""Words of figures: titles of tables and labels of their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from geoportal.desk.domain.figures import FigureTable
from geoportal.desk.services.figures import Figures
from geoportal.desk.web.desk_here import centres_here, wards_here
from geoportal.desk.web.words import say
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import need_labels

_SAID: Final = {
    "topic": "topic-",
    "asker": "asker-",
    "result": "case-state-",
    "refusals": "reason-",
    "ways": "ledger-way-",
    "freshness": "freshness-",
}


@dataclass(frozen=True, slots=True)
class LabelledTable:
    """A table of figures with its words; ``share`` is each bar's length, 0 to 1, None hidden."""

    key: str
    title: str
    rows: Sequence[tuple[str, int | None, float]]
    total: int | None


def labelled(figures: Figures) -> list[LabelledTable]:
    """Return the tables of figures with their words, without those that are empty."""
    words = _words()
    return [_table(table, words) for table in figures.tables if table.rows]


def count_words(count: int | None) -> str:
    """Return a count as it is written; one that is hidden is said to be small."""
    return say("figure-hidden") if count is None else str(count)


def _table(table: FigureTable, words: Mapping[str, Callable[[str], str]]) -> LabelledTable:
    most = max((count or 0 for _, count in table.rows), default=0) or 1
    name = words.get(table.key, str)
    return LabelledTable(
        table.key,
        say(f"figure-{table.key}"),
        [(name(label), count, (count or 0) / most) for label, count in table.rows],
        table.total,
    )


def _words() -> dict[str, Callable[[str], str]]:
    reference, wards, centres = view_here().reference, wards_here(), centres_here()
    needs = need_labels(reference, "ja")

    def of_centre(key: str) -> str:
        return centres[key].name if key in centres else say("ledger-by-account")

    def of_shortage(key: str) -> str:
        need, _, reason = key.partition(" ")
        return f"{needs.get(need, need)}（{_say('reason-', reason)}）"

    return {
        "centre_id": of_centre,
        "ward": lambda key: wards.get(key, key),
        "kind": lambda key: reference.kinds[key].label_ja if key in reference.kinds else key,
        "need": lambda key: needs.get(key, key),
        "shortage": of_shortage,
        **{table: partial(_say, prefix) for table, prefix in _SAID.items()},
    }


def _say(prefix: str, key: str) -> str:
    try:
        return say(prefix + key)
    except (KeyError, LookupError):
        return key
