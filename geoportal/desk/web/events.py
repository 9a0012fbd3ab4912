"""``/desk/events``: events kept by staff; ``/events`` and ``/events.ics``: the public ones.

``/o/calendar/<token>`` is the feed with those for professionals, by a personal link.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from geoportal.desk.domain.event import LONGEST, Event, Sort
from geoportal.desk.domain.ledger import Audience
from geoportal.desk.services.events import (
    COLUMNS,
    PersonWarning,
    calendar,
    coming,
    put,
    remove,
    take_csv,
)
from geoportal.desk.services.feeds import feed_since, give_feed, is_feed, take_feed_back
from geoportal.desk.web.desk_here import desk_here
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.guard import signed_in_account, signed_in_actor, staff_blueprint
from geoportal.desk.web.words import say
from geoportal.errors import UsageError
from geoportal.web.language.messages import messages
from geoportal.web.site.frame import page

blueprint = staff_blueprint("events", __name__)
public = Blueprint("events", __name__)
personal = Blueprint("desk_calendar", __name__)
_NEW = Event("", "", Sort.TRAINING, Audience.PUBLIC, "", "")
_TEXTS = ("title", "starts_at", "ends_at", "place", "organiser", "url", "note")


@blueprint.get("/events")
def show() -> Response:
    """Show the events to come, and the form of a new one."""
    return _page(_NEW)


@blueprint.post("/events")
def add() -> ResponseReturnValue:
    """Keep an event."""
    form = request.form
    texts = {name: form.get(name, "").strip() for name in _TEXTS}
    try:
        sort, audience = Sort(form.get("sort", "")), Audience(form.get("audience", ""))
    except ValueError:
        return _page(_NEW, ("sort", "event-sort"))
    wanted = Event("", sort=sort, audience=audience, **texts)
    try:
        put(desk_here(), signed_in_actor(), wanted, is_sure=bool(form.get("sure")))
    except PersonWarning:
        return _page(wanted, ("sure", "event-sure"))
    except UsageError as error:
        return _page(wanted, (error.field or "title", f"event-{error.field or 'title'}"))
    return redirect(url_for("desk_events.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/events/file")
def take() -> ResponseReturnValue:
    """Keep the events of a CSV file."""
    sent = request.files.get("file")
    try:
        kept, refused = take_csv(
            desk_here(), signed_in_actor(), sent.stream.read() if sent else b""
        )
    except UsageError:
        return _page(_NEW, ("file", "event-file"))
    return _page(_NEW, taken=(kept, refused))


@blueprint.post("/events/<event_id>/remove")
def take_away(event_id: str) -> ResponseReturnValue:
    """Remove an event."""
    if event_id not in {event.id for event in coming(desk_here())}:
        abort(HTTPStatus.NOT_FOUND)
    remove(desk_here(), signed_in_actor(), event_id)
    return redirect(url_for("desk_events.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/events/feed")
def give() -> Response:
    """Give whoever is signed in a link to the feed; it is shown on this page and never again."""
    token = give_feed(desk_here(), signed_in_account())
    return _page(_NEW, address=url_for("desk_calendar.give_all", token=token, _external=True))


@blueprint.post("/events/feed/revoke")
def take_back() -> ResponseReturnValue:
    """Revoke one's own link to the feed."""
    take_feed_back(desk_here(), signed_in_account())
    return redirect(url_for("desk_events.show"), HTTPStatus.SEE_OTHER)


@personal.get("/o/calendar/<token>")
def give_all(token: str) -> Response:
    """Give all events to come as iCalendar to who has a link."""
    if not is_feed(desk_here(), token):
        abort(HTTPStatus.NOT_FOUND)
    return _calendar(coming(desk_here()), say("feed-title"))


@public.get("/events")
def show_public() -> Response:
    """Show the public events to come."""
    return page("events", events=coming(desk_here(), Audience.PUBLIC))


@public.get("/events.ics")
def feed() -> Response:
    """Give the public events to come as iCalendar."""
    return _calendar(coming(desk_here(), Audience.PUBLIC), messages("ja").plain("events-title"))


def _calendar(events: list[Event], name: str) -> Response:
    return Response(calendar(events, name), content_type="text/calendar; charset=utf-8")


def _page(
    wanted: Event,
    problem: tuple[str, str] | None = None,
    taken: tuple[int, list[int]] | None = None,
    address: str = "",
) -> Response:
    return desk_page(
        "events",
        problems=[problem] if problem else [],
        events=coming(desk_here()),
        wanted=wanted,
        sorts=list(Sort),
        audiences=list(Audience),
        longest=LONGEST,
        columns=list(COLUMNS),
        taken=taken,
        address=address,
        feed_since=feed_since(desk_here(), signed_in_account()),
        asks_sure=bool(problem and problem[1] == "event-sure"),
        sort_words={sort.value: say(f"event-sort-{sort.value}") for sort in Sort},
    )
