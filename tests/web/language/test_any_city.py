"""Texts for people name no city: what they show as an example comes from the data held."""

from __future__ import annotations

import pytest
from flask import Flask

from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import shipped_directory
from geoportal.web.language.messages import LANGUAGES, messages

REFERENCE = shipped_reference()
LATIN = {"Kitakyushu", "Kokura", "Fukuoka", "Osaka", "Chiba", "Kumamoto", "きたきゅうしゅう"}
NAMES = LATIN | {
    name
    for region in REFERENCE.municipalities.values()
    for name in (region.name, region.name.rpartition("市")[2])
    if len(name) > 3  # 中央区 may be a part of other words
}
EXAMPLES = ("help-1-1", "coverage-plan-place-hint")


def named_in(text: str) -> set[str]:
    return {name for name in NAMES if name in text}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_names_a_city(language: str) -> None:
    for key, source in messages(language).sources.items():
        assert not named_in(source), key


def test_no_template_names_a_city() -> None:
    for template in shipped_directory("templates").rglob("*.html"):
        assert not named_in(template.read_text(encoding="utf-8")), template.name


def test_no_label_of_an_entry_and_no_credit_of_a_source_names_a_city() -> None:
    for (kind, code), labels in REFERENCE.labels.items():
        if kind != "centre":  # centres have names of their own
            assert not named_in("".join(labels.values())), (kind, code)
    for source in REFERENCE.sources.values():
        assert not named_in(source.attribution + source.publisher), source.name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", EXAMPLES)
def test_an_example_is_of_the_city_held(language: str, key: str) -> None:
    say = messages(language)
    assert "千葉港" in say.plain(key, place="千葉市中央区千葉港")
    without = say.plain(key, place="none")
    assert without
    assert "none" not in without
    assert "例" not in without
    assert "xample" not in without


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_of_the_help_page_is_a_place_of_the_data(
    app: Flask, portal: Portal, language: str
) -> None:
    page = app.test_client().get(f"/help?lang={language}").get_data(as_text=True)
    assert "help-1-1" not in page
    example = portal.view().example_place
    assert example in page
    assert named_in(page) <= named_in(example)
