"""``/desk/account``: one's own password and second factor."""

from __future__ import annotations

from http import HTTPStatus

import segno
from flask import Response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from geoportal.desk.services.accounts import (
    PasswordRefusedError,
    change_password,
    turn_second_factor_off,
    turn_second_factor_on,
)
from geoportal.desk.services.second_factor import address_of, is_secret, new_secret
from geoportal.desk.web.desk_here import desk_here
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.guard import signed_in_account, staff_blueprint

blueprint = staff_blueprint("own_account", __name__)


@blueprint.get("/account")
def show() -> Response:
    """Show the forms."""
    return _page()


@blueprint.post("/account/password")
def set_password() -> ResponseReturnValue:
    """Change the password; whoever did signs in anew, on every device."""
    form = request.form
    wanted = form.get("wanted", "")
    if wanted != form.get("again", ""):
        return _page(("again", "password-differs"))
    try:
        change_password(desk_here(), signed_in_account(), form.get("present", ""), wanted)
    except PasswordRefusedError as error:
        at_present = error.reason in {"wrong", "too_many"}
        return _page(("present" if at_present else "wanted", f"password-{error.reason}"))
    return _signed_out("password-changed")


@blueprint.post("/account/second-factor")
def set_second_factor() -> ResponseReturnValue:
    """Turn the second factor on, by a first code of it, or off."""
    form, account = request.form, signed_in_account()
    secret = form.get("secret", "")
    try:
        if account.has_second_factor:
            turn_second_factor_off(desk_here(), account, form.get("present", ""))
        else:
            turn_second_factor_on(
                desk_here(), account, form.get("present", ""), secret, form.get("code", "")
            )
    except PasswordRefusedError as error:
        key = "password-too_many" if error.reason == "too_many" else "second-factor-wrong"
        return _page(("present-2", key), secret=secret)
    return _signed_out("second-factor-off" if account.has_second_factor else "second-factor-on")


def _page(problem: tuple[str, str] | None = None, secret: str = "") -> Response:
    account = signed_in_account()
    secret = secret if is_secret(secret) else new_secret()
    code = segno.make(address_of(secret, account.name), error="m")
    return desk_page(
        "own_account",
        problems=[problem] if problem else [],
        secret=secret,
        picture=code.svg_data_uri(scale=4, border=4, light="#fff"),
    )


def _signed_out(said: str) -> ResponseReturnValue:
    session.clear()
    return redirect(url_for("desk_sign_in.show", said=said), HTTPStatus.SEE_OTHER)
