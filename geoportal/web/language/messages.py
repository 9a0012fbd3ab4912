"""What the pages say, in three languages, from Fluent catalogues with equal keys.

Japanese (``ja``), plain Japanese (``ja-easy``, やさしい日本語) and English (``en``). In a catalogue
``漢字《かんじ》`` stands for a word with its reading; in HTML it becomes ``<ruby>``, elsewhere the
reading is left out. The modules of the browser do the same with what they get (``words.js``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser
from fluent.syntax.ast import Message
from markupsafe import Markup, escape
from werkzeug.datastructures import LanguageAccept

EASY = "ja-easy"
DEFAULT_LANGUAGE = "ja"
SCRIPT_PREFIX = "js-"
"""Messages the browser's modules use; placeholders reach them as ``{name}``."""

_CATALOGUES = Path(__file__).parent / "catalogues"
_RUBY = re.compile(r"([々〇\u3400-\u9fff]+)《([^》]+)》")
_JAPANESE = re.compile(
    r"[々〇（）・\u3040-\u30ff\uff10-\uff5a]*[\u3040-\u30ff\u3400-\u9fff]"
    r"[々〇（）・。、\u3040-\u30ff\u3400-\u9fff\uff10-\uff5a]*"
)
_VARIABLE = re.compile(r"\{\s*\$([A-Za-z][\w-]*)")


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the pages.

    Attributes
    ----------
    code : str
        Name of the catalogue, value of the URL's ``lang``, and ``language`` in ``labels.csv``.
    html : str
        For ``lang`` attributes and Content-Language.
    hreflang : str
        For links to the same page in this language.
    name, rest : str
        What it calls itself; ``rest`` is left out where there is little room.
    """

    code: str
    html: str
    hreflang: str
    name: str
    rest: str = ""

    @property
    def is_japanese(self) -> bool:
        """True for Japanese and plain Japanese: dates, dots and readings are written that way."""
        return self.html == "ja"


LANGUAGES: Mapping[str, Language] = {
    language.code: language
    for language in (
        Language("ja", "ja", "ja", "日本語"),
        Language(EASY, "ja", "ja-x-yasashii", "やさしい", "日本語"),
        Language("en", "en", "en", "English"),
    )
}
"""Languages by code, in the order they are offered."""


class Label(str):
    """A text that may hold readings: plain as a string, with ``<ruby>`` by `with_readings`.

    Examples
    --------
    >>> label = Label("薬《くすり》")
    >>> str(label), label.source
    ('薬', '薬《くすり》')
    """

    __slots__ = ("source",)
    source: str
    """The text as written, readings in 《》: what the browser's modules get."""

    def __new__(cls, source: str) -> Self:
        """Keep the text both ways."""
        made = super().__new__(cls, _RUBY.sub(r"\1", source))
        made.source = source
        return made


def with_readings(text: str) -> Markup:
    """Return a text for HTML: escaped, the readings of a `Label` as ``<ruby>``."""
    if not isinstance(text, Label):
        return escape(text)
    return Markup(_RUBY.sub(_ruby, str(escape(text.source))))  # noqa: S704 - escaped first


def label_html(text: str, language: str) -> Markup:
    """Return a text for HTML: escaped, readings as ``<ruby>``, Japanese names in it marked."""
    html = with_readings(text)
    if LANGUAGES[language].is_japanese or isinstance(text, Markup):
        return html
    marked = _JAPANESE.sub(r'<span lang="ja">\g<0></span>', str(html))  # spoken as such
    return Markup(marked)  # noqa: S704 - escaped


@dataclass(frozen=True, slots=True)
class Messages:
    """One language's catalogue: Fluent source by key, in the order of the file."""

    language: str
    sources: Mapping[str, str]
    _bundle: FluentBundle
    _fixed: dict[str, Markup] = field(default_factory=dict, repr=False)
    """Messages without variables for HTML, as they are asked for."""

    def plain(self, key: str, /, **arguments: Any) -> str:
        """Return a message as text without readings, for attributes and scripts.

        Raises
        ------
        KeyError
            When the catalogue has no such key, or a variable it needs is missing.
        """
        return _RUBY.sub(r"\1", self._format(key, arguments))

    def html(self, key: str, /, **arguments: Any) -> Markup:
        """Return a message for HTML: escaped, readings as ``<ruby>``, Japanese names marked."""
        if arguments:
            return label_html(self.label(key, **arguments), self.language)
        if key not in self._fixed:
            self._fixed[key] = label_html(self.label(key), self.language)
        return self._fixed[key]

    def label(self, key: str, /, **arguments: Any) -> Label:
        """Return a message with its readings, those of labels in it included."""
        read = {k: v.source if isinstance(v, Label) else v for k, v in arguments.items()}
        return Label(self._format(key, read))

    def for_script(self) -> dict[str, str]:
        """Return the subset for the browser: variables as ``{name}``, readings in 《》."""
        return {
            key.removeprefix(SCRIPT_PREFIX): self._format(
                key, {name: f"{{{name}}}" for name in _VARIABLE.findall(source)}
            )
            for key, source in self.sources.items()
            if key.startswith(SCRIPT_PREFIX)
        }

    def _format(self, key: str, arguments: Mapping[str, Any]) -> str:
        message = self._bundle.get_message(key)  # raises LookupError of its own
        if message.value is None:
            raise KeyError(key)
        text, errors = self._bundle.format_pattern(message.value, dict(arguments))
        if errors:
            raise KeyError(f"{key}: {errors[0]}")
        return str(text)


def _ruby(match: re.Match[str]) -> str:
    return f"<ruby>{match[1]}<rp>（</rp><rt>{match[2]}</rt><rp>）</rp></ruby>"


@cache
def messages(language: str) -> Messages:
    """Return the catalogue of a language (one of `LANGUAGES`), read once."""
    text = (_CATALOGUES / f"{language}.ftl").read_text(encoding="utf-8")
    bundle = FluentBundle([LANGUAGES[language].html], use_isolating=False)
    bundle.add_resource(FluentResource(text))
    parsed = FluentParser().parse(text)
    sources = {
        entry.id.name: text[entry.span.start : entry.span.end]
        for entry in parsed.body
        if isinstance(entry, Message) and entry.span is not None
    }
    return Messages(language, sources, bundle)


def choose_language(asked: str | None, accepted: LanguageAccept) -> str:
    """Choose the language of an answer: the URL's ``lang``, else the browser's, else Japanese.

    An unknown ``lang`` is no error; the visitor simply gets the browser's language.
    """
    if asked is not None and asked in LANGUAGES:
        return asked
    spoken = (value.split("-")[0].lower() for value, quality in accepted if quality > 0)
    return next((language for language in spoken if language in LANGUAGES), DEFAULT_LANGUAGE)
