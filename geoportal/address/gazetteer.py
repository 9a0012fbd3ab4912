"""The compiled gazetteer (provisional simple version; the interface is final)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from geoportal.address.place import Municipality, Place, Postcode

__all__ = ["Gazetteer", "Municipality", "Place", "Postcode", "compile_gazetteer"]

FILE_NAME = "gazetteer.json"


def compile_gazetteer(
    places: Iterable[Place],
    municipalities: Iterable[Municipality],
    directory: Path,
    *,
    source: str,
    dataset_date: str,
    postcodes: Iterable[Postcode] = (),
) -> None:
    """Write the compiled gazetteer into a directory, atomically.

    Parameters
    ----------
    places : iterable of Place
        The rows; later rows of the same place replace earlier ones.
    municipalities : iterable of Municipality
        Also those without any town, which are then known by name only.
    directory : Path
        Made when missing.
    source, dataset_date : str
        Shown with every answer.
    postcodes : iterable of Postcode
        Optional; for cross-checking and readings.
    """
    directory.mkdir(parents=True, exist_ok=True)
    content = {
        "source": source,
        "dataset_date": dataset_date,
        "places": [asdict(place) for place in places],
        "municipalities": [asdict(one) for one in municipalities],
        "postcodes": [asdict(one) for one in postcodes],
    }
    draft = directory / (FILE_NAME + ".part")
    draft.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    draft.replace(directory / FILE_NAME)


class Gazetteer:
    """An immutable gazetteer, safe to use from many threads.

    Attributes
    ----------
    source, dataset_date : str
        Where the towns come from and as of when.
    town_count : int
        Number of places held.
    """

    def __init__(
        self,
        places: Sequence[Place],
        municipalities: Sequence[Municipality],
        source: str,
        dataset_date: str,
    ) -> None:
        self.places = tuple(places)
        self.municipalities = tuple(municipalities)
        self.source = source
        self.dataset_date = dataset_date
        self.town_count = len(self.places)

    @classmethod
    def empty(cls) -> Gazetteer:
        """Return a gazetteer that knows no place."""
        return cls((), (), "", "")

    @classmethod
    def open(cls, directory: Path) -> Gazetteer:
        """Open what :func:`compile_gazetteer` wrote.

        Raises
        ------
        FileNotFoundError
            When nothing was compiled there.
        """
        content = json.loads((directory / FILE_NAME).read_text(encoding="utf-8"))
        return cls(
            [Place(**row) for row in content["places"]],
            [Municipality(**row) for row in content["municipalities"]],
            content["source"],
            content["dataset_date"],
        )
