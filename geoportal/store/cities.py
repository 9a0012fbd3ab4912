"""The folders of cities (``data/cities``): see the README there."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from geoportal.domain.centre import CENTRE_KINDS
from geoportal.domain.city import AskedOf, City, Eligibility, Guide, Stage, StartView
from geoportal.errors import UsageError

_KEYS = frozenset(
    {
        *("code", "name", "view", "fetch", "events", "centres", "stages", "asked"),
        *("guides", "credits"),
    }
)


def read_cities(directory: Path) -> dict[str, City]:
    """Return the cities of ``data/cities`` by code; empty where there is no such folder.

    Raises
    ------
    UsageError
        When a ``city.toml`` is not as it should be; the message names it.
    """
    return {city.code: city for city in _cities(directory)}


def centre_lists(directory: Path) -> list[Path]:
    """Return the lists of centres that come with the cities."""
    return sorted(directory.glob("*/centres.csv"))


def _cities(directory: Path) -> Iterator[City]:
    for path in sorted(directory.glob("*/city.toml")):
        try:
            entry = tomllib.loads(path.read_text(encoding="utf-8"))
            unknown = entry.keys() - _KEYS
            if unknown:
                raise ValueError(f"unknown keys {', '.join(sorted(unknown))}")
            city = _city(entry)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"cities/{path.parent.name}/city.toml: {error}") from error
        if city.code != path.parent.name:
            raise UsageError(f"cities/{path.parent.name}/city.toml is about {city.code}")
        yield city


def _city(entry: Mapping[str, Any]) -> City:
    fetch = entry.get("fetch", {})
    return City(
        code=entry["code"],
        name=dict(entry["name"]),
        view=StartView(**entry["view"]) if "view" in entry else None,
        prefectures=tuple(fetch.get("prefectures", ())),
        meshes=tuple(fetch.get("meshes", ())),
        events=entry.get("events", ""),
        centres={
            _kind(kind): Eligibility(
                tuple(said.get("terms", ())), said.get("age_from"), said.get("residents", False)
            )
            for kind, said in entry.get("centres", {}).items()
        },
        stages=tuple(
            Stage(_kind(stage["kind"]), stage["from"], frozenset(stage["districts"]))
            for stage in entry.get("stages", ())
        ),
        asked=tuple(
            AskedOf(
                _kind(one["kind"]) if "kind" in one else "",
                dict(one.get("name", {})),
                dict(one["text"]),
            )
            for one in entry.get("asked", ())
        ),
        guides=tuple(
            Guide(dict(one["name"]), dict(one["text"]), _web_address(one.get("url", "")))
            for one in entry.get("guides", ())
        ),
        credits={one["source"]: one["text"] for one in entry.get("credits", ())},
    )


def _web_address(text: str) -> str:
    if text and not text.startswith(("https://", "http://")):
        raise ValueError(f"{text} is no address of a page")
    return text


def _kind(text: str) -> str:
    if text not in CENTRE_KINDS:
        raise ValueError(f"{text} is no kind of centre")
    return text
