"""Parts of pages rendered once for a dataset version and language, with gaps for each request."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any, Final

from flask import g, request
from markupsafe import Markup, escape

from geoportal.services.view import View

_MARK: Final = f"\x00{secrets.token_hex(8)}"
"""Begins a gap: in no text, whatever a name holds."""
_GAP = re.compile(f"{_MARK} ([a-z_]+) ([^\x00]*)\x00")


class Prepared:
    """HTML with gaps, each with a name and the code of what it is about."""

    def __init__(self, html: str) -> None:
        self._texts = _GAP.split(html)

    def filled(self, **fillings: str | Callable[[str], str]) -> Markup:
        """Return the HTML; by the name of a gap the HTML put there, or what returns it by code."""
        texts = self._texts
        parts = [texts[0]]
        for i in range(1, len(texts), 3):
            filling = fillings[texts[i]]
            parts += (filling if isinstance(filling, str) else filling(texts[i + 1]), texts[i + 2])
        return Markup("".join(parts))  # noqa: S704 - rendered with escaping


def prepared(
    view: View, name: str, member: str, render: Callable[..., str], *arguments: Any
) -> Prepared:
    """Return a part of a page for a view and the language of this answer, by name and member.

    The first time it is what ``render`` returns for the arguments, such as a macro, in which
    `gap` stands where a request decides: nothing else of it may differ between requests but what
    links carry along, the language asked for and the path the site is mounted at.
    ``member`` is a code or the id of a facility, see `geoportal.index.kept_parts`.
    """
    key = name, member, g.language, g.asked_language, request.root_path
    return view.snapshot.kept.part(key, lambda: Prepared(render(*arguments)))


def gap(name: str, code: str = "") -> Markup:
    """Return a gap for `Prepared.filled`."""
    return escape(f"{_MARK} {name} {code}\x00")
