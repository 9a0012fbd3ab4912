"""``/desk``: what there is to do today, and when one was here before."""

from __future__ import annotations

from flask import Response

from geoportal.desk.store.audit import read_audit
from geoportal.desk.web.desk_here import desk_here, wards_here
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.guard import signed_in_account, staff_blueprint

blueprint = staff_blueprint("today", __name__)
_LAST = 20


@blueprint.get("", strict_slashes=False)
def show() -> Response:
    """Show the page staff begin with."""
    account = signed_in_account()
    with desk_here().database.reading() as connection:
        trail = read_audit(connection, subject=("account", account.id), limit=_LAST)
    entries = [entry for entry in trail if entry.action in {"sign_in", "sign_in.refused"}]
    before = next((n for n, entry in enumerate(entries[1:], 1) if entry.action == "sign_in"), None)
    refused = entries[1:before] if before else entries[1:]
    last = entries[before].at if before else ""
    return desk_page("today", last=last, refused=len(refused), wards=wards_here())
