"""The team search as a form: which roles, with which needs, around which home."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import Response, g, request
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from geoportal.documents import Document
from geoportal.documents.team import DEFAULT_PRESET, TeamRequest, team_document
from geoportal.domain.consultation import Role
from geoportal.errors import AddressNotPlacedError, UsageError
from geoportal.search.team import MAX_ROLES
from geoportal.services.view import View
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import label, need_labels
from geoportal.web.language.messages import Label
from geoportal.web.pages.centres import responsible_in_full
from geoportal.web.pages.search_answer import place_names, tally
from geoportal.web.site.frame import form_page

CANDIDATES = 5
TEAMS = 3


@dataclass(frozen=True, slots=True)
class TeamForm:
    """What the visitor filled in; ``roles`` holds the chosen roles with their needs."""

    address: str = field(default="", repr=False)
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sent: bool = False


@dataclass(frozen=True, slots=True)
class TeamOutcome:
    """The answer to a form: teams, or what to tell the visitor."""

    document: Document | None = field(default=None, repr=False)
    problem: str = ""
    candidates: tuple[str, ...] = field(default=(), repr=False)


def show() -> Response:
    """Show the form; for one that was sent, who could fill each role and whole teams."""
    view = view_here()
    if request.method == "POST":
        form = read_form(view, request.form)
    else:
        form = TeamForm(roles=preset_roles(view, request.args.get("preset", "")))
    outcome = answer(view, form) if form.sent else TeamOutcome()
    document = outcome.document
    roles = catalogue(view)
    return form_page(
        "team",
        form,
        "address",
        outcome.problem,
        choices=role_choices(view, form, g.language),
        outcome=outcome,
        document=document,
        responsible=responsible_in_full(view, document or {}),
        tally=tally,
        role_label=lambda name: role_label(view, roles[name], g.language),
    )


def catalogue(view: View) -> dict[str, Role]:
    """Return every role that can be asked for: those of the presets, then plain ones by kind.

    Kinds that are not offered (`team_extra`) are there too: a note may name them.
    """
    roles: dict[str, Role] = {}
    for preset in (DEFAULT_PRESET, *view.reference.teams):
        for role in view.reference.teams.get(preset, ()):
            roles.setdefault(role.role, role)
    for kind, info in view.reference.kinds.items():
        if info.team_extra or info.term:
            roles.setdefault(kind, Role(kind, (kind,)))
    return roles


def read_form(view: View, values: MultiDict[str, str]) -> TeamForm:
    """Read a posted form: from the team page itself, or from the page "from a note"."""
    known = catalogue(view)
    address = (values.get("choice") or values.get("address", "")).strip()[:200]
    if "from_note" in values:
        return TeamForm(address, _roles_of_note(view, known, values), sent=True)
    if "opened" not in values:  # led here from another page, with nothing but an address
        return TeamForm(address, preset_roles(view, ""), sent=bool(address))
    chosen = [name for name in values.getlist("role") if name in known][:MAX_ROLES]
    vocabulary = view.reference.vocabulary
    roles = {
        name: tuple(code for code in values.getlist(f"needs-{name}") if code in vocabulary)
        for name in chosen
    }
    return TeamForm(address, roles, sent=True)


def preset_roles(view: View, preset: str) -> dict[str, tuple[str, ...]]:
    """Return roles and needs of a ready-made team, the one for discharge by default."""
    presets = view.reference.teams
    return {role.role: role.needs for role in presets.get(preset, presets[DEFAULT_PRESET])}


def _roles_of_note(
    view: View, known: dict[str, Role], values: MultiDict[str, str]
) -> dict[str, tuple[str, ...]]:
    """Return the roles a confirmed note asks for: what was unticked is left out."""
    kinds, needs = values.getlist("kind"), values.getlist("need")
    refused = set(values.getlist("proposed")) - set(needs) - set(kinds)
    preset = values.get("preset", "")
    if preset in view.reference.teams:
        roles = {
            name: tuple(code for code in wanted if code not in refused)
            for name, wanted in preset_roles(view, preset).items()
            if not set(known[name].kinds) <= refused
        }
    else:
        roles = {}
    for kind in kinds:  # whoever the note names is in the team
        if not any(kind in known[name].kinds for name in roles):
            able = [name for name, role in known.items() if kind in role.kinds]
            roles |= dict.fromkeys(able[:1], ())
    placed = {code for wanted in roles.values() for code in wanted}
    for code in needs:
        if code in placed or code not in view.reference.vocabulary:
            continue
        for name in roles:
            if _applies(view, code, known[name].kinds):
                roles[name] = (*roles[name], code)
    return roles


def _applies(view: View, code: str, kinds: Iterable[str]) -> bool:
    return any(view.reference.vocabulary.applies_to(code, kind) for kind in kinds)


def role_choices(view: View, form: TeamForm, language: str) -> list[Document]:
    """Return the roles as the form offers them; ``usual`` ones are those for discharge."""
    labels = need_labels(view.reference, language)
    usual = preset_roles(view, "")
    choices = []
    for name, role in catalogue(view).items():
        chosen = form.roles.get(name)
        if chosen is None and not role.preset and not view.reference.kinds[name].team_extra:
            continue
        ticked = role.needs if chosen is None else chosen
        ranked = [term.code for term in view.reference.vocabulary.rarest_first()]
        offered = [code for code in ranked if _applies(view, code, role.kinds)]
        codes = list(dict.fromkeys([*role.needs, *ticked, *offered]))
        choices.append(
            {
                "name": name,
                "label": role_label(view, role, language),
                "kinds": role.kinds,
                "chosen": chosen is not None,
                "usual": name in usual,
                "required": role.required,
                "needs": [
                    {"code": code, "label": labels[code], "ticked": code in ticked}
                    for code in codes
                ],
            }
        )
    return choices


def role_label(view: View, role: Role, language: str) -> Label:
    """Return the label of a role; one outside the ready-made teams is called like its kind."""
    if role.preset:
        return label(view.reference, "role", f"{role.preset}.{role.role}", language)
    return label(view.reference, "kind", role.role, language)


def answer(view: View, form: TeamForm) -> TeamOutcome:
    """Answer a form: the teams around the address, or what is missing to find them."""
    if not form.address:
        return TeamOutcome(problem="where-first-team")
    if not form.roles:
        return TeamOutcome(problem="team-no-roles")
    known = catalogue(view)
    roles = [
        {
            "role": name,
            "kinds": list(known[name].kinds),
            "needs": list(needs),
            "required": known[name].required,
        }
        for name, needs in form.roles.items()
    ]
    try:
        request = TeamRequest.model_validate(
            {
                "near": {"address": form.address},
                "roles": roles,
                "limit": CANDIDATES,
                "teams": TEAMS,
            }
        )
        return TeamOutcome(team_document(view, view.team(request.to_question(view))))
    except AddressNotPlacedError as error:
        if error.status == "ambiguous":
            names = place_names(view.geocode(form.address))
            return TeamOutcome(problem="address-ambiguous", candidates=names)
        return TeamOutcome(problem="team-not-found")
    except (UsageError, ValidationError):
        return TeamOutcome(problem="form-refused")
