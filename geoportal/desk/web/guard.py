"""Who may come in: the guard of every page of the staff side.

Every blueprint of staff pages is made by `staff_blueprint`, which lets nobody through who is not
signed in, or whose form was not made by one of our pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Final, ParamSpec, cast

from flask import Blueprint, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFProtect

from geoportal.desk.domain.account import Account, Actor, Role
from geoportal.desk.domain.scope import Scope, scope_of
from geoportal.desk.services.cases import erase_due
from geoportal.desk.services.sign_in import resume
from geoportal.desk.web.desk_here import centres_here, desk_here

P = ParamSpec("P")
CSRF: Final = CSRFProtect()
_ID: Final = re.compile(r"[0-9a-f]{12,32}")
"""What of a stranger's address is carried along to the sign-in: ids of ours, nothing typed."""
_OWN_PAGE: Final = "desk_own_account.show"


class SignedIn(UserMixin):  # type: ignore[misc]
    """An account in one signed-in browser; Flask-Login knows it by the token of its session."""

    def __init__(self, account: Account, token: str) -> None:
        self.account = account
        self.token = token

    def get_id(self) -> str:
        """Return the token."""
        return self.token


def login_manager() -> LoginManager:
    """Return what finds out who is signed in, for one application."""
    manager = LoginManager()
    manager.session_protection = None  # sessions are the server's: nothing to derive from a browser

    def load(token: str) -> SignedIn | None:
        account = resume(desk_here(), token)
        return None if account is None else SignedIn(account, token)

    manager.user_loader(load)
    return manager


def staff_blueprint(name: str, import_name: str) -> Blueprint:
    """Return a blueprint for staff pages, all of them under ``/desk``.

    Strangers are sent to sign in; whoever has a password made by somebody else changes it first.
    A request that changes something needs the form's token and comes from one of our own pages.
    """
    blueprint = Blueprint(f"desk_{name}", import_name, url_prefix="/desk")
    blueprint.before_request(_admit)
    return blueprint


def _admit() -> ResponseReturnValue | None:
    g.language = "ja"
    if not current_user.is_authenticated:
        known = all(_ID.fullmatch(str(value)) for value in (request.view_args or {}).values())
        asked = request.path if request.method in {"GET", "HEAD"} and known else None
        return redirect(url_for("desk_sign_in.show", next=asked), HTTPStatus.SEE_OTHER)
    require_own_form()
    erase_due(desk_here())
    if signed_in_account().must_change and not (request.endpoint or "").startswith(
        "desk_own_account."
    ):
        return redirect(url_for(_OWN_PAGE), HTTPStatus.SEE_OTHER)
    return None


def require_own_form() -> None:
    """Refuse (400) a request to change something that no page of ours has made.

    Besides the token, what the browser says of where the request comes from is believed.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        abort(HTTPStatus.BAD_REQUEST)
    CSRF.protect()


def signed_in_account() -> Account:
    """Return who is signed in; only within a staff blueprint."""
    return cast("SignedIn", current_user).account


def signed_in_actor() -> Actor:
    """Return who is signed in, for the audit trail."""
    return signed_in_account().actor


def scope_here() -> Scope:
    """Return for which wards the account signed in writes."""
    return scope_of(signed_in_account(), centres_here().values())


def require_ward(ward: str, *, helping: bool = False) -> None:
    """Refuse (403) to write for a ward that is not of the account's scope.

    ``helping`` is the person's own word that it helps out in a neighbouring centre's ward.
    """
    if not scope_here().allows(ward, helping=helping):
        abort(HTTPStatus.FORBIDDEN)


def require_role(
    *roles: Role,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Return a decorator that refuses (403) a page to accounts of other roles."""

    def guarded(page: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(page)
        def checked(*arguments: P.args, **values: P.kwargs) -> ResponseReturnValue:
            if signed_in_account().role not in roles:
                abort(HTTPStatus.FORBIDDEN)
            return page(*arguments, **values)

        return checked

    return guarded
