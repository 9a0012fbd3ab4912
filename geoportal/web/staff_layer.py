"""What staff who are signed in see on the same pages besides; without staff there is nothing.

The public side knows this interface only. The staff side puts an implementation into a request of
somebody who is signed in (`lay_over`); templates ask `layer_here`, which is None for all others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from flask import g
from markupsafe import Markup

from geoportal.documents import Document
from geoportal.services.view import View
from geoportal.web.language.messages import Label


class StaffLayer(Protocol):
    """The second layer of one request."""

    sources: frozenset[str]
    """The sources of claims that are for professionals only."""

    @property
    def source_labels(self) -> Mapping[str, Label]:
        """What sources are called that the public never sees."""
        ...

    def head(self) -> Markup:
        """Return what a page's head needs besides."""
        ...

    def bar(self) -> Markup:
        """Return the line that says who is signed in."""
        ...

    def has_light(self, facility_id: str) -> bool:
        """Say whether the layer itself tells the capacity of a facility."""
        ...

    def facility(self, facility_id: str) -> Markup:
        """Return the part of a facility's page."""
        ...

    def row(self, facility_id: str, needs: Sequence[str]) -> Markup:
        """Return the part of a row of results; ``needs`` are those asked for."""
        ...

    def free_now(self) -> Markup:
        """Return the button that asks of the search form's question who has room now."""
        ...

    def to_board(self, wanted: Document) -> Markup:
        """Return the way from a question to the inquiry board.

        ``wanted`` has ``form`` (id of the form that asks it) and, of a team, ``role`` and
        ``kind``; of a note its ``reading``. What a note told goes along with forms made from it.
        """
        ...


def lay_over(layer: StaffLayer, view: View) -> None:
    """Give this request a layer, and the view its answer is made from."""
    g.layer = layer
    g.view = view


def layer_here() -> StaffLayer | None:
    """Return the layer of this request, None for the public."""
    return cast("StaffLayer | None", g.get("layer"))
