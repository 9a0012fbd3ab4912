"""Address (住所) to position (provisional simple version; the interface is final)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from geoportal.address.gazetteer import Gazetteer
from geoportal.address.place import Place
from geoportal.address.result import Candidate, GeocodeResult

__all__ = ["Candidate", "GeocodeResult", "Geocoder"]

_KANJI = "〇一二三四五六七八九"


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).replace(" ", "")
    for digit, kanji in enumerate(_KANJI):
        text = text.replace(f"{kanji}丁目", f"{digit}丁目")
    return text


class Geocoder:
    """Finds the place an address means, or says that it is not sure."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer

    def _candidate(self, place: Place) -> Candidate:
        level = "chome" if place.town.endswith("丁目") else "town"
        return Candidate(
            place.lon,
            place.lat,
            level,  # type: ignore[arg-type]
            place.prefecture,
            place.municipality,
            place.municipality_code,
            place.town,
            500.0,
        )

    def geocode(self, text: str, hint: str = "") -> GeocodeResult:
        """Find the place an address means.

        Parameters
        ----------
        text : str
            As people write it.
        hint : str
            City, ward or prefecture name, or a 5-digit municipality code.
        """
        plain = _plain(text)
        if not plain:
            return GeocodeResult("invalid")
        best: list[Place] = []
        longest = 0
        for place in self.gazetteer.places:
            name = _plain(place.town)
            short = name.removesuffix("丁目") + "-" if name.endswith("丁目") else name
            if name not in plain and short not in plain:
                continue
            known = place.municipality in plain or hint in (
                place.municipality,
                place.municipality_code,
            )
            weight = len(name) + 100 * known
            if weight > longest:
                best, longest = [place], weight
            elif weight == longest:
                best.append(place)
        if not best:
            return GeocodeResult("not_found", remainder=text)
        found = [self._candidate(place) for place in best[:10]]
        if len(found) > 1:
            return GeocodeResult(
                "ambiguous", remainder=text, candidates=tuple(found), needs_confirmation=True
            )
        one = found[0]
        return GeocodeResult(
            "ok",
            one.match_level,
            one.match_level,
            one.lon,
            one.lat,
            one.uncertainty_m,
            text,
            "",
            one.prefecture,
            one.municipality,
            one.municipality_code,
            one.town,
            source=self.gazetteer.source,
            dataset_date=self.gazetteer.dataset_date,
        )

    def geocode_many(
        self, texts: Iterable[str], hints: Iterable[str] | None = None
    ) -> Iterator[GeocodeResult]:
        """Geocode one after the other, lazily; ``hints`` runs beside ``texts``."""
        if hints is None:
            for text in texts:
                yield self.geocode(text)
            return
        for text, hint in zip(texts, hints, strict=True):
            yield self.geocode(text, hint)

    def suggest(self, prefix: str, limit: int = 10, hint: str = "") -> list[Candidate]:
        """Return towns whose name begins with ``prefix``, for completion while typing."""
        plain = _plain(prefix)
        return [
            self._candidate(place)
            for place in self.gazetteer.places
            if plain and _plain(place.town).startswith(plain) and hint in ("", place.municipality)
        ][:limit]
