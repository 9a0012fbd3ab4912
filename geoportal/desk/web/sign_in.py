"""``/login`` and ``/logout``."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from geoportal.desk.services.sign_in import SignInRefusedError, sign_in, sign_out
from geoportal.desk.web.desk_here import desk_here
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.guard import SignedIn, require_own_form

blueprint = Blueprint("desk_sign_in", __name__)
_INSIDE: Final = re.compile(r"/desk(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
_RETRY_S: Final = 15 * 60


@blueprint.get("/login")
def show() -> ResponseReturnValue:
    """Show the form; whoever is signed in already goes on."""
    goal = _goal(request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(goal, HTTPStatus.SEE_OTHER)
    return desk_page("sign_in", goal=goal, said=request.args.get("said", ""))


@blueprint.post("/login")
def enter() -> ResponseReturnValue:
    """Sign in: a new session, whatever the browser brought with it."""
    require_own_form()
    goal = _goal(request.form.get("next", ""))
    given = {name: request.form.get(name, "") for name in ("name", "password", "code")}
    try:
        account, token = sign_in(desk_here(), **given, address=request.remote_addr or "")
    except SignInRefusedError as error:
        return _refused(error, goal)
    session.clear()
    login_user(SignedIn(account, token))
    return redirect(goal, HTTPStatus.SEE_OTHER)


@blueprint.post("/logout")
def leave() -> ResponseReturnValue:
    """Sign out: the session ends on the server, the cookie goes."""
    require_own_form()
    if current_user.is_authenticated:
        sign_out(desk_here(), current_user.account, current_user.token)
        logout_user()
    session.clear()
    return redirect(url_for("desk_sign_in.show", said="signed-out"), HTTPStatus.SEE_OTHER)


def _refused(error: SignInRefusedError, goal: str) -> Response:
    key = "sign-in-too-many" if error.reason == "too_many" else "sign-in-wrong"
    response = desk_page("sign_in", problems=[("name", key)], goal=goal, said="")
    if error.reason == "too_many":
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response.headers["Retry-After"] = str(_RETRY_S)
    return response


def _goal(asked: str) -> str:
    """Return where to go after signing in: a page of the desk, nothing else."""
    return asked if _INSIDE.fullmatch(asked) else url_for("desk_today.show")
