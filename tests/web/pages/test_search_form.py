"""What a visitor sent, read: nonsense falls back to the default, a URL never brings a home."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from werkzeug.datastructures import MultiDict

from geoportal.web.pages.search_form import DEFAULT_RADIUS_M, SearchForm

HOME = [("address", " 北九州市小倉北区浅野1-1 "), ("lon", "130.88"), ("lat", "33.88")]


def read(pairs, *, posted=True):
    return SearchForm.read(MultiDict(pairs), posted=posted)


def test_a_home_is_read_from_a_post_only():
    sent = [*HOME, ("radius_m", "4000"), ("via", "me"), ("by_name", "1")]
    form = read(sent)
    assert (form.address, form.point) == ("北九州市小倉北区浅野1-1", (130.88, 33.88))
    assert (form.radius_m, form.via, form.by_name) == (4_000, "me", True)
    assert read(sent, posted=False) == SearchForm()


@pytest.mark.parametrize(
    ("sent", "name", "value"),
    [
        ([("via", "map")], "via", "map"),
        ([("via", "?")], "via", "map"),
        ([("lon", "130.9")], "point", None),
        ([("lat", "33.9")], "point", None),
        ([("lon", "x"), ("lat", "33.9")], "point", None),
        ([("radius_m", "far")], "radius_m", DEFAULT_RADIUS_M),
        ([("include", "?")], "include", "possible"),
        ([("include", "all")], "include", "all"),
        ([("view", "?")], "view", "both"),
        ([("view", "list")], "view", "list"),
        ([("order", "name")], "order", "near"),
        ([("order", "open")], "order", "open"),
        ([("open", "now")], "open_now", True),
        ([("open", "1")], "open_now", False),
        ([("why", "1")], "why", True),
        ([("why", "yes")], "why", False),
        ([("offset", "-20")], "offset", 0),
        ([("offset", "x")], "offset", 0),
        ([("offset", "40")], "offset", 40),
        ([("kind", "clinic"), ("kind", "hospital"), ("kind", "clinic")], "kinds", None),
        ([("choice", "畑"), ("address", "other")], "address", "畑"),
        ([("address", "あ" * 300)], "address", "あ" * 200),
        ([("q", "い" * 300)], "text", "い" * 200),
    ],
)
def test_each_value_is_read_or_left_at_its_default(sent, name, value):
    expected = ("clinic", "hospital") if name == "kinds" else value
    assert getattr(read(sent), name) == expected


def test_filters_of_the_page_stand_in_place_of_the_boxes():
    filters = [("kind", "pharmacy"), ("need", "ST.PHZ"), ("include", "match")]
    form = read([*HOME, ("kind", "clinic"), ("filters", urlencode(filters))])
    assert (form.kinds, form.needs, form.include) == (("pharmacy",), ("ST.PHZ",), "match")
    assert form.point == (130.88, 33.88)
    without_home = read([*HOME, ("filters", urlencode([*filters, ("home", "none")]))])
    assert (without_home.kinds, without_home.point, without_home.address) == (
        ("pharmacy",),
        None,
        "",
    )


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("district", "40106"), ("kind", "clinic"), ("need", "VM.REG"), ("include", "all")],
        [("q", "見本"), ("open", "now"), ("order", "open"), ("why", "1"), ("view", "map")],
        [("offset", "20"), ("kind", "clinic"), ("kind", "hospital")],
    ],
)
def test_what_a_url_holds_is_read_back_and_is_never_the_home(pairs):
    form = read(pairs, posted=False)
    assert form.shareable() == sorted(pairs, key=form.shareable().index)
    assert read(form.shareable(), posted=False) == form
    with_home = read([*pairs, *HOME])
    assert with_home.shareable() == form.shareable()
