"""``/desk/accounts``: the administrator's list of who signs in."""

from __future__ import annotations

import tempfile
from http import HTTPStatus
from pathlib import Path

from flask import Response, abort, request

from geoportal.desk.domain.account import Account, Role
from geoportal.desk.services.accounts import (
    disable_account,
    list_accounts,
    make_account,
    reset_account,
)
from geoportal.desk.services.audit_file import write_audit
from geoportal.desk.web.desk_here import centres_here, desk_here
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.guard import require_role, signed_in_actor, staff_blueprint
from geoportal.errors import NotFoundError, UsageError

blueprint = staff_blueprint("accounts", __name__)
_FILES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_PROBLEMS = {"name": "account-name", "centre": "account-centre", "last": "account-last"}


@blueprint.get("/accounts")
@require_role(Role.ADMINISTRATOR)
def show() -> Response:
    """List the accounts."""
    return _page()


@blueprint.get("/accounts/audit.<kind>")
@require_role(Role.ADMINISTRATOR)
def audit(kind: str) -> Response:
    """Give the audit trail as a file."""
    if kind not in _FILES:
        abort(HTTPStatus.NOT_FOUND)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"audit.{kind}"
        write_audit(desk_here(), signed_in_actor(), path)
        response = Response(path.read_bytes(), content_type=_FILES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="audit.{kind}"'
    return response


@blueprint.post("/accounts")
@require_role(Role.ADMINISTRATOR)
def add() -> Response:
    """Make an account; its password is shown on this page and never again."""
    form = request.form
    role = Role.ADMINISTRATOR if form.get("role") == Role.ADMINISTRATOR.value else Role.COORDINATOR
    wanted = Account(
        "", form.get("name", ""), form.get("shown_name", ""), role, form.get("centre", "")
    )
    try:
        account, password = make_account(
            desk_here(), signed_in_actor(), wanted, list(centres_here())
        )
    except UsageError as error:
        return _page(problem=error, wanted=wanted)
    return _page(made=(account, password))


@blueprint.post("/accounts/disable")
@require_role(Role.ADMINISTRATOR)
def disable() -> Response:
    """Disable an account."""
    try:
        account = disable_account(desk_here(), signed_in_actor(), request.form.get("name", ""))
    except UsageError as error:
        return _page(problem=error)
    return _page(disabled=account)


@blueprint.post("/accounts/reset")
@require_role(Role.ADMINISTRATOR)
def reset() -> Response:
    """Give an account a new password."""
    return _page(made=reset_account(desk_here(), signed_in_actor(), request.form.get("name", "")))


@blueprint.errorhandler(NotFoundError)
def no_such_account(_error: NotFoundError) -> Response:
    """Say that an account is not there (any more)."""
    response = _page(problem=UsageError("", "missing"))
    response.status_code = 404
    return response


def _page(
    problem: UsageError | None = None,
    wanted: Account | None = None,
    made: tuple[Account, str] | None = None,
    disabled: Account | None = None,
) -> Response:
    field = problem.field if problem else ""
    problems = [(field, _PROBLEMS.get(field, "account-missing"))] if problem else []
    return desk_page(
        "accounts",
        problems=problems,
        accounts=list_accounts(desk_here()),
        centres=centres_here(),
        wanted=wanted,
        made=made,
        disabled=disabled,
    )
