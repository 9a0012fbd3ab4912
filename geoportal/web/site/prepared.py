"""Parts of pages rendered once for a dataset version and language, with gaps for each request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from flask import g
from markupsafe import Markup, escape

from geoportal.services.view import View
from geoportal.web.site.frame import fragment

_GAP = re.compile("\x00([a-z]+) ([^\x00]*)\x00")


def prepared(view: View, template: str, context: Callable[[], Mapping[str, Any]]) -> Prepared:
    """Return a template rendered for a view and the language of this answer.

    ``context`` is asked for what the template needs the first time only: nothing of it may differ
    between requests. In the template ``gap(name, code)`` stands where a request decides.
    """
    key = template, g.language
    if key not in view.prepared:
        view.prepared[key] = Prepared(fragment(template, gap=_gap, **context()))
    return cast("Prepared", view.prepared[key])


class Prepared:
    """HTML with gaps, each with a name and the code of what it is about."""

    def __init__(self, html: str) -> None:
        self._texts = _GAP.split(html)

    def filled(self, **fillings: Callable[[str], str]) -> Markup:
        """Return the HTML; by the name of a gap, what returns the HTML that a code gets."""
        texts = self._texts
        parts = [texts[0]]
        for i in range(1, len(texts), 3):
            parts += (fillings[texts[i]](texts[i + 1]), texts[i + 2])
        return Markup("".join(parts))  # noqa: S704 - rendered with escaping


def _gap(name: str, code: str) -> Markup:
    return escape(f"\x00{name} {code}\x00")
