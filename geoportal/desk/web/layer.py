"""The second layer: what staff who are signed in see on the public pages besides.

On these pages (`is_layered_path`) a session is opened only when its cookie comes along. Everybody
else gets the page of an application without a staff side.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Response, g, render_template, request
from flask_login import current_user
from markupsafe import Markup

from geoportal.desk.domain.account import Account
from geoportal.desk.domain.ledger import (
    CAPACITY,
    CONTACTS,
    CORRECTED,
    Answer,
    Audience,
    Entry,
    Light,
    Way,
    standing,
)
from geoportal.desk.services.groups import groups_for_staff
from geoportal.desk.web.case_start import told_before, told_by
from geoportal.desk.web.desk_here import centres_here, desk_here
from geoportal.desk.web.guard import scope_here
from geoportal.desk.web.places import centre_names, known_names, ward_of
from geoportal.desk.web.words import say
from geoportal.documents import Document
from geoportal.domain.staff_facts import PROFESSIONAL_SOURCE
from geoportal.domain.stand_in import PROFESSIONAL_GROUP_SOURCE
from geoportal.services.view import View
from geoportal.web.current_view import portal_here, view_here
from geoportal.web.language.labels import need_groups, need_labels
from geoportal.web.language.messages import Label
from geoportal.web.site.frame import asset_url
from geoportal.web.staff_layer import lay_over, layer_here


class LayeredViews:
    """What staff know, and the view in which facilities are so; one for each application."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: object = None
        self._held: tuple[View, Mapping[str, Sequence[Entry]]] | None = None

    def now(self, centres: Mapping[str, str]) -> tuple[View, Mapping[str, Sequence[Entry]]]:
        """Return the view of what professionals know, and the entries of each facility.

        Made anew when the data, the day, the ledger or the groups of offices have moved.
        """
        desk = desk_here()
        known, public = desk.ledger.now(desk.database), portal_here().view()
        groups = groups_for_staff(desk)
        key = (desk.ledger, public.snapshot.version, public.snapshot.today, known.newest, groups)
        with self._lock:
            if self._held is None or self._key != key:
                told = hashlib.sha256(repr(groups).encode()).hexdigest()[:8]
                made = portal_here().view_with(
                    f"staff-{known.newest}-{told}", known.facts(centres), groups
                )
                self._held = (made, known.by_present_id(made.redirects))
                self._key = key
            view, entries = self._held
        return replace(view, now=public.now), entries


class SignedInLayer:
    """The layer of one request, see `geoportal.web.staff_layer.StaffLayer`."""

    sources = frozenset({PROFESSIONAL_SOURCE, PROFESSIONAL_GROUP_SOURCE})

    def __init__(self, account: Account, entries: Mapping[str, Sequence[Entry]]) -> None:
        self._account = account
        self._entries = entries
        self._today: date = desk_here().clock().date()

    @property
    def source_labels(self) -> Mapping[str, Label]:
        """What sources are called that the public never sees."""
        return {
            PROFESSIONAL_SOURCE: Label(say("layer-source")),
            PROFESSIONAL_GROUP_SOURCE: Label(say("layer-source-group")),
        }

    def head(self) -> Markup:
        """Return the style sheet and the script of the layer."""
        return self._part("head")

    def bar(self) -> Markup:
        """Return the line that says who is signed in."""
        centre = centres_here().get(self._account.centre_id)
        return self._part("bar", account=self._account, centre=centre)

    def has_light(self, facility_id: str) -> bool:
        """Say whether the ledger tells the capacity of a facility."""
        return CAPACITY in standing(self._entries.get(facility_id, ()))

    def facility(self, facility_id: str) -> Markup:
        """Return the part of a facility's page: all that stands, and the answer of a moment ago."""
        return self._of_facility("facility", facility_id, ())

    def row(self, facility_id: str, needs: Sequence[str]) -> Markup:
        """Return the part of a row: capacity, contacts, and the answer on the needs asked for."""
        return self._of_facility("row", facility_id, needs)

    def free_now(self) -> Markup:
        """Return the button that asks who has room now."""
        return self._part("free_now")

    def to_board(self, wanted: Document) -> Markup:
        """Return the button that carries a question to the board."""
        reading = wanted.get("reading")
        told = told_by(reading) if reading else told_before(request.form)
        return self._part("to_board", wanted=wanted, told=told)

    def _of_facility(self, name: str, facility_id: str, needs: Sequence[str]) -> Markup:
        view = view_here()
        entries = self._entries.get(facility_id, ())
        stands = standing(entries)
        facility = view.snapshot.by_id[facility_id]
        ward, scope = ward_of(facility), scope_here()
        answers = [
            entry
            for subject, entry in stands.items()
            if subject not in (CAPACITY, *CONTACTS, *CORRECTED)
            and entry.draft.audience is Audience.PROFESSIONAL
            and entry.holds_on(self._today.isoformat())
        ]
        return self._part(
            name,
            facility=facility,
            needs=[code for code in needs if not code.startswith("CAP.")],
            light=stands.get(CAPACITY),
            contacts=[stands[one] for one in CONTACTS if one in stands],
            answers=answers,
            seen=entries[-1].id if entries else 0,
            key=secrets.token_urlsafe(18),
            is_writable=scope.allows(ward),
            may_help=scope.helps,
            need_groups=() if needs else need_groups(view.reference, "ja"),
        )

    def _part(self, name: str, **context: Any) -> Markup:
        today = self._today.isoformat()
        labels = need_labels(view_here().reference, "ja")
        return Markup(  # noqa: S704 - made by our templates
            render_template(
                f"desk/layer/{name}.html",
                say=say,
                asset=asset_url,
                today=today,
                need_label=lambda code: labels.get(code, code),
                centre_names=centre_names(),
                corrected=CORRECTED,
                terms_words=lambda terms: terms.words(known_names()),
                answers_listed=list(Answer),
                lights=list(Light),
                ways=[way for way in Way if way is not Way.OFFICE],
                capacity=CAPACITY,
                **context,
            )
        )


def lay_staff_layer(views: LayeredViews, *, is_public: bool) -> None:
    """Give a request of somebody signed in what professionals know, and a public page its layer."""
    if not current_user.is_authenticated or current_user.account.must_change:
        return
    request.environ.pop("HTTP_ACCEPT_ENCODING", None)  # tokens beside what was typed (BREACH)
    view, entries = views.now(known_names())
    if not is_public:
        g.view = view
        return
    lay_over(SignedInLayer(current_user.account, entries), view)


def keep_from_caches(response: Response) -> None:
    """Have nobody keep a page with a layer, and caches tell it from the public one."""
    response.vary.add("Cookie")
    if layer_here() is not None:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
