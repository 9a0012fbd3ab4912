"""What pages of the staff side share: words, links, navigation, layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any, Final

from flask import Response, g, make_response, render_template, request, url_for
from flask_login import current_user

from geoportal.desk.domain.account import Account, Role
from geoportal.desk.web.desk_here import centres_here
from geoportal.desk.web.words import say
from geoportal.web.site.frame import asset_url, data_context

_SECTIONS: Final = (
    ("desk_today.show", "nav-today", None),
    ("desk_cases.show", "nav-cases", None),
    ("desk_surveys.show", "nav-surveys", None),
    ("desk_accounts.show", "nav-accounts", Role.ADMINISTRATOR),
    ("desk_own_account.show", "nav-own-account", None),
)
"""Pages of the navigation: endpoint, key of its words, the role it is for (None for all)."""


def desk_page(
    name: str,
    *,
    problems: Sequence[tuple[str, str]] = (),
    status: int = HTTPStatus.OK,
    **context: Any,
) -> Response:
    """Render a template of ``desk/``.

    ``problems`` are the fields of a form that were not taken, each with the key of what is said;
    with any the answer is a 400.
    """
    g.language = "ja"
    account = current_user.account if current_user.is_authenticated else None
    html = render_template(
        f"desk/{name}.html",
        **{
            **data_context(),
            "language": "ja",
            "say": say,
            "asset": asset_url,
            "url": url_for,
            "account": account,
            "centre": centres_here().get(account.centre_id) if account else None,
            "sections": list(_sections(account)) if account else [],
            "problems": [{"target": field, "text": say(key)} for field, key in problems],
            **context,
        },
    )
    response = make_response(html, HTTPStatus.BAD_REQUEST if problems else status)
    response.headers["Content-Language"] = "ja"
    return response


def _sections(account: Account) -> Iterator[dict[str, object]]:
    """Yield the entries of the navigation an account can open."""
    for endpoint, key, role in _SECTIONS:
        if role is None or account.role is role:
            shown = (request.endpoint or "").partition(".")[0] == endpoint.partition(".")[0]
            yield {"href": url_for(endpoint), "text": say(key), "is_current": shown}
