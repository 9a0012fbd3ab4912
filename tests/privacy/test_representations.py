"""What is made of a home hides it when written out: in a traceback, a log line, a debugger."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import walk_packages

import pytest
from pydantic import BaseModel
from werkzeug.datastructures import MultiDict

import geoportal.documents
import geoportal.web
from geoportal.address.geocode import Geocoder
from geoportal.documents.requests import Strict
from geoportal.domain.query import Origin, Query
from geoportal.search.team import TeamQuestion
from geoportal.web.pages import note, search_form, team
from tests.privacy.conftest import ADDRESS, HOME, NOTE, traces

VALUES = {"address": ADDRESS, "note": NOTE, "opened": "1", "role": "doctor", **HOME}


def parts(value: object, seen: set[int] | None = None) -> Iterator[object]:
    """Yield a dataclass or model and every one inside of it."""
    seen = set() if seen is None else seen
    if id(value) in seen or isinstance(value, str | int | float | type):
        return
    seen.add(id(value))
    if dataclasses.is_dataclass(value):
        yield value
        for field in dataclasses.fields(value):
            yield from parts(getattr(value, field.name), seen)
    elif isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from parts(getattr(value, name), seen)
    elif isinstance(value, Mapping):
        for key in value:
            yield from parts(value[key], seen)
    elif isinstance(value, list | tuple | set | frozenset):
        for entry in value:
            yield from parts(entry, seen)


def assert_hidden(value: object) -> None:
    whole = list(parts(value))
    assert whole
    for part in whole:
        assert traces(repr(part)) == [], type(part)
        assert traces(str(part)) == [], type(part)


def test_questions_and_answers(view):
    origin = Origin(**HOME)
    query = Query(origin=origin, needs=("VM.REG",), include="all", explain=True, facets=True)
    assert_hidden(query)
    answer = view.search(query)
    assert answer.results
    assert_hidden(answer)
    roles = view.reference.teams["discharge"]
    assert_hidden(view.team(TeamQuestion(query=Query(origin=origin), roles=roles)))


def test_notes(view):
    found = view.interpret(NOTE)
    assert found.needs
    texts = [part for part in parts(found) if hasattr(part, "text")]
    assert texts
    assert not any(part.text in repr(part) for part in texts)
    assert_hidden(found)


@pytest.mark.parametrize("address", [ADDRESS, "北九州市小倉北区", "府中市秘密町", "〒802-0001"])
def test_geocoding(view, address):
    result = view.geocode(address)
    assert_hidden(result)
    known = {result.municipality, *(one.municipality for one in result.candidates)}
    assert result.matched in {"", *known} or result.matched not in repr(result)
    assert result.remainder == "" or result.remainder not in repr(result)


def test_a_placed_address(sample_portal):
    result = sample_portal.view().geocode("北九州市小倉北区桜並木一丁目1番1号")
    assert result.lon is not None
    for shown in (str(result.lon)[:7], str(result.lat)[:6], "桜並木", result.matched):
        assert shown not in repr(result)
    ambiguous = sample_portal.view().geocode("見本中央駅")
    assert "見本中央" not in repr(ambiguous)


def models() -> list[type[Strict]]:
    for package in (geoportal.documents, geoportal.web):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    known, waiting = [], [Strict]
    while waiting:
        subclasses = waiting.pop().__subclasses__()
        known += subclasses
        waiting += subclasses
    return known


def test_requests():
    assert len(models()) > 10
    for model in models():
        home = dict.fromkeys(model.model_fields, ADDRESS)
        request = model.model_construct(**home)
        assert traces(repr(request) + str(request)) == [], model
        assert traces(f"{request!r}") == [], model


def test_forms(view):
    values = MultiDict(VALUES)
    for form in (
        search_form.SearchForm.read(values, posted=True),
        note.NoteForm.read(values),
        team.read_form(view, values),
    ):
        assert ADDRESS in (form.address, ADDRESS)
        assert_hidden(form)
    assert search_form.SearchForm.read(values, posted=True).address == ADDRESS


def test_a_geocoder_is_not_written_out_with_what_it_was_asked(view):
    geocoder = view.geocoder
    assert isinstance(geocoder, Geocoder)
    geocoder.geocode(ADDRESS)
    assert traces(repr(geocoder)) == []
