"""The three catalogues say the same things, and the templates and scripts ask for nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept

from geoportal.settings import shipped_directory
from geoportal.web.language.messages import (
    LANGUAGES,
    Label,
    choose_language,
    messages,
    with_readings,
)

STATIC = Path("geoportal/web/static/js")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys(language: str) -> None:
    assert set(messages(language).sources) == set(messages("ja").sources)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_takes_the_same_variables_in_every_language(language: str) -> None:
    def variables(name: str, key: str) -> set[str]:
        return set(re.findall(r"\{\s*\$([\w-]+)", messages(name).sources[key]))

    for key in messages("ja").sources:
        assert variables(language, key) == variables("ja", key), key


def test_every_key_written_in_a_template_exists() -> None:
    asked = set()
    for template in shipped_directory("templates").rglob("*.html"):
        text = template.read_text("utf-8")
        asked |= set(re.findall(r"\b(?:t|plain)\('([a-z0-9-]+)'\s*[,)]", text))
    assert len(asked) > 100
    assert asked <= set(messages("ja").sources)


def test_every_key_written_in_a_script_exists() -> None:
    asked = set()
    for script in STATIC.glob("*.js"):
        text = script.read_text("utf-8")
        asked |= set(re.findall(r'\b(?:t|w|say|remedy|written)\("([a-z0-9-]+)"', text))
    assert len(asked) > 40
    assert asked <= set(messages("ja").for_script())


def test_no_key_is_left_over() -> None:
    sources = [p.read_text("utf-8") for p in shipped_directory("templates").rglob("*.html")]
    sources += [p.read_text("utf-8") for p in STATIC.glob("*.js")]
    sources += [p.read_text("utf-8") for p in Path("geoportal").rglob("*.py")]
    text = "\n".join(sources)
    words = set(re.findall(r"[a-z0-9-]+", text))
    quoted = set(re.findall(r'(?<=")[a-z0-9-]+(?=")', text))
    made_up = tuple(re.findall(r"['\"`]([a-z0-9-]+-)(?:['\"]|\$?\{)", text))

    def used(key: str) -> bool:
        bare = key.removeprefix("js-")
        return key in words or bare in quoted or key.startswith(made_up) or bare.startswith(made_up)

    assert [key for key in messages("ja").sources if not used(key)] == []


def test_readings_become_ruby_in_html_and_vanish_elsewhere() -> None:
    easy = messages("ja-easy")
    assert "<ruby>相談<rp>（</rp><rt>そうだん</rt><rp>）</rp></ruby>" in easy.html("nav-centres")
    assert easy.plain("nav-centres") == "相談するところ"
    assert easy.for_script()["phone"] == "電話《でんわ》"


def test_a_label_shows_its_readings_only_where_asked() -> None:
    label = Label("<b>の薬《くすり》")
    assert f"{label}" == "<b>の薬"
    assert with_readings(label) == (
        "&lt;b&gt;の<ruby>薬<rp>（</rp><rt>くすり</rt><rp>）</rp></ruby>"
    )
    assert with_readings("名《な》") == "名《な》"  # a name of others is no label of ours
    need = messages("ja-easy").html("relax-need", need=label, place="only")
    assert "&lt;b&gt;の<ruby>薬" in need


def test_arguments_are_escaped() -> None:
    said = messages("ja").html("title-district", name="<b>区</b>")
    assert isinstance(said, Markup)
    assert "<b>" not in said
    assert "&lt;b&gt;" in said


def test_scripts_get_placeholders() -> None:
    assert messages("en").for_script()["more-shown"] == "{count} added"


def test_a_missing_key_or_variable_is_an_error() -> None:
    with pytest.raises(LookupError):
        messages("ja").plain("no-such-key")
    with pytest.raises(LookupError):
        messages("ja").plain("title-district")


@pytest.mark.parametrize(
    ("asked", "accepted", "chosen"),
    [
        ("en", [("ja", 1)], "en"),
        ("ja-easy", [("en", 1)], "ja-easy"),
        (None, [("en-GB", 1), ("ja", 0.5)], "en"),
        (None, [("fr", 1)], "ja"),
        ("xx", [("en", 1)], "en"),
        (None, [], "ja"),
    ],
)
def test_choice_of_language(
    asked: str | None, accepted: list[tuple[str, float]], chosen: str
) -> None:
    assert choose_language(asked, LanguageAccept(accepted)) == chosen


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_stands_once(language: str) -> None:
    catalogue = Path("geoportal/web/language/catalogues") / f"{language}.ftl"
    keys = re.findall(r"^([a-z][\w-]*) =", catalogue.read_text("utf-8"), re.MULTILINE)
    assert sorted(keys) == sorted(set(keys))


def test_no_text_of_a_visitor_is_kept() -> None:
    words = messages("ja")
    words.html("address-unread", rest="小倉北区堺町九丁目")
    words.html("results-count", count=31)
    words.html("results-count", count=123_456)
    assert "堺町九丁目" not in repr(words._kept)
    assert ("results-count", 31) in words._kept
    assert ("results-count", 123_456) not in words._kept


def test_a_text_that_is_kept_is_the_same_again() -> None:
    for language in LANGUAGES:
        said = [messages(language).html("results-count", count=count) for count in (0, 1, 2, 1, 0)]
        assert said[0] == said[4]
        assert said[1] == said[3]
        assert len(set(said)) == 3


@pytest.mark.parametrize(("language", "tag"), [("en", "<span"), ("ja-easy", "<ruby>")])
def test_a_message_in_a_message_keeps_its_marks_and_other_texts_are_escaped(
    language: str, tag: str
) -> None:
    words = messages(language)
    site = words.html("official-site-navii-facility")
    assert tag in site
    assert site in words.html("official-search", site=site)
    assert "&lt;b&gt;" in words.html("official-search", site="<b>")
