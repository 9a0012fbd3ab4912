"""Cities held, as pages speak of them: which to choose from, what is asked of whom there."""

from __future__ import annotations

from collections.abc import Sequence

from geoportal.documents import Document
from geoportal.domain.centre import LIAISON
from geoportal.domain.city import City, Words
from geoportal.services.view import View
from geoportal.web.language.messages import DEFAULT_LANGUAGE, Label


def held_cities(view: View) -> list[City]:
    """Return the cities of which facilities are held: those with a folder, or a liaison centre.

    A neighbour of which only facilities are held is none of them.
    """
    return view.snapshot.kept.part(("cities",), lambda: _held_cities(view))


def _held_cities(view: View) -> list[City]:
    reference = view.reference
    served = {
        code
        for centre in view.snapshot.centres
        if centre.kind == LIAISON
        for code in centre.districts
    }
    whole = {*reference.designated_cities} & {
        *served,
        *(
            city
            for city in reference.designated_cities
            if served & set(view.snapshot.members_of(city))
        ),
    }
    alone = {code for code in served if code in reference.municipalities and not _city(view, code)}
    codes = sorted({*reference.cities, *whole, *alone})
    return [
        reference.cities.get(code) or City(code, {DEFAULT_LANGUAGE: _name(view, code)})
        for code in codes
        if _has_facilities(view, code)
    ]


def chosen_city(cities: Sequence[City], code: str) -> City | None:
    """Return one of several cities held that was chosen; None when there is nothing to choose."""
    return next((c for c in cities if c.code == code), None) if len(cities) > 1 else None


def only_city(cities: Sequence[City]) -> City | None:
    """Return the city held, None where there is none or several."""
    return cities[0] if len(cities) == 1 else None


def city_choices(cities: Sequence[City], language: str) -> list[Document]:
    """Return the cities held to choose from; empty when there is only one."""
    if len(cities) < 2:
        return []
    return [{"code": city.code, "name": words(city.name, language)} for city in cities]


def asked_of_whom(view: View, language: str) -> list[Document]:
    """Return for each city held what is asked of whom, and its guides; silent ones are left out."""
    return [
        {
            "city": words(city.name, language),
            "asked": [
                {
                    "kind": one.kind,
                    "name": words(one.name, language),
                    "text": words(one.text, language),
                }
                for one in city.asked
            ],
            "guides": [
                {
                    "name": words(one.name, language),
                    "text": words(one.text, language),
                    "url": one.url,
                }
                for one in city.guides
            ],
            "events": city.events if city.events.startswith("https://") else "",
        }
        for city in held_cities(view)
        if city.asked or city.guides or city.events
    ]


def districts_of(view: View, city: City) -> frozenset[str]:
    """Return the codes of a city, of its wards, and of the local areas in them."""
    codes = {city.code, *view.snapshot.members_of(city.code)}
    local = {one.code for one in view.snapshot.districts.districts if one.parent in codes}
    return frozenset(codes | local)


def words(text: Words, language: str) -> Label:
    """Return a text of a city in a language, else in Japanese."""
    return Label(text.get(language) or text.get(DEFAULT_LANGUAGE, ""))


def _city(view: View, code: str) -> str:
    chain = view.district_chain(code)
    return next((d.code for d in chain[1:] if d.code in view.reference.designated_cities), "")


def _name(view: View, code: str) -> str:
    chain = view.district_chain(code)
    return chain[0].name if chain else code


def _has_facilities(view: View, code: str) -> bool:
    snapshot = view.snapshot
    return snapshot.knows_district(code) and len(snapshot.in_district(code)) > 0
