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
from fluent.syntax.ast import Message, TextElement
from markupsafe import Markup, escape
from werkzeug.datastructures import LanguageAccept

EASY = "ja-easy"
DEFAULT_LANGUAGE = "ja"
SCRIPT_PREFIX = "js-"
"""Messages the browser's modules use; placeholders reach them as ``{name}``."""

_COUNTS_KEPT = 999
"""Greatest count with which texts are kept: a bound of what is kept for each message."""
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

    __slots__ = ("_html", "source")
    source: str
    """The text as written, readings in 《》: what the browser's modules get."""

    def __new__(cls, source: str) -> Self:
        """Keep the text both ways."""
        made = super().__new__(cls, _RUBY.sub(r"\1", source) if "《" in source else source)
        made.source = source
        return made

    @property
    def html(self) -> Markup:
        """The text for HTML: escaped, readings as ``<ruby>``."""
        try:
            return self._html
        except AttributeError:
            escaped = escape(self.source)
            self._html: Markup = escaped
            if "《" in self.source:
                self._html = Markup(_RUBY.sub(_ruby, str(escaped)))  # noqa: S704 - escaped first
            return self._html


def with_readings(text: str) -> Markup:
    """Return a text for HTML: escaped, the readings of a `Label` as ``<ruby>``."""
    return text.html if isinstance(text, Label) else escape(text)


def label_html(text: str, language: str) -> Markup:
    """Return a text for HTML: escaped, readings as ``<ruby>``, Japanese names in it marked."""
    html = with_readings(text)
    if LANGUAGES[language].is_japanese or isinstance(text, Markup) or html.isascii():
        return html
    marked = _JAPANESE.sub(r'<span lang="ja">\g<0></span>', str(html))  # spoken as such
    return Markup(marked)  # noqa: S704 - escaped


@dataclass(frozen=True, slots=True)
class Messages:
    """One language's catalogue: Fluent source by key, in the order of the file.

    What takes no variable, or only how many there are, is formatted once: ``_kept`` has these
    texts. Nothing else is kept, as a variable may hold what a visitor has typed.
    """

    language: str
    sources: Mapping[str, str]
    _bundle: FluentBundle
    _fixed: frozenset[str]
    _kept: dict[tuple[str, int | None], Label] = field(default_factory=dict, repr=False)

    def plain(self, key: str, /, **arguments: Any) -> str:
        """Return a message as text without readings, for attributes and scripts.

        Raises
        ------
        KeyError
            When the catalogue has no such key, or a variable it needs is missing.
        """
        return str(self.label(key, **arguments))

    def html(self, key: str, /, **arguments: Any) -> Markup:
        """Return a message for HTML: escaped, readings as ``<ruby>``, Japanese names marked.

        Arguments that are HTML themselves, such as other messages, stay as they are.
        """
        ready = {name: value for name, value in arguments.items() if isinstance(value, Markup)}
        marks = {name: f"\ue000{n}\ue001" for n, name in enumerate(ready)}  # of no text
        html = label_html(self.label(key, **(arguments | marks)), self.language)
        for name, mark in marks.items():
            html = html.replace(mark, ready[name])
        return html

    def label(self, key: str, /, **arguments: Any) -> Label:
        """Return a message with its readings, those of labels in it included."""
        count = None if key in self._fixed else arguments.get("count")
        keeps = key in self._fixed or (type(count) is int and len(arguments) == 1)
        if keeps and (key, count) in self._kept:
            return self._kept[key, count]
        read = {k: v.source if isinstance(v, Label) else v for k, v in arguments.items()}
        label = Label(self._format(key, read))
        if keeps and (count is None or count <= _COUNTS_KEPT):
            self._kept[key, count] = label
        return label

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
    resource = FluentResource(text)
    bundle.add_resource(resource)
    entries = [entry for entry in resource.body if isinstance(entry, Message)]
    sources = {
        entry.id.name: text[entry.span.start : entry.span.end]
        for entry in entries
        if entry.span is not None
    }
    fixed = frozenset(
        entry.id.name
        for entry in entries
        if entry.value is not None
        and all(isinstance(part, TextElement) for part in entry.value.elements)
    )
    return Messages(language, sources, bundle, fixed)


def choose_language(asked: str | None, accepted: LanguageAccept) -> str:
    """Choose the language of an answer: the URL's ``lang``, else the browser's, else Japanese.

    An unknown ``lang`` is no error; the visitor simply gets the browser's language.
    """
    if asked is not None and asked in LANGUAGES:
        return asked
    spoken = (value.split("-")[0].lower() for value, quality in accepted if quality > 0)
    return next((language for language in spoken if language in LANGUAGES), DEFAULT_LANGUAGE)
