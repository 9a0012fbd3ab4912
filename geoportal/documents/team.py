"""Team search: what it takes and what it answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict

from geoportal.documents import Document
from geoportal.documents.completeness import completeness_document
from geoportal.documents.question import require_kinds
from geoportal.documents.reference import role_document
from geoportal.documents.requests import (
    Code,
    Home,
    Kind,
    Moment,
    NeedCode,
    Radius,
    Strict,
    Truth,
    Whole,
    origin_of,
)
from geoportal.documents.search import home_document, result_features
from geoportal.domain.consultation import Role
from geoportal.domain.facility import KINDS
from geoportal.domain.query import DEFAULT_RADIUS_M, Query
from geoportal.errors import UsageError
from geoportal.search.best_teams import Team
from geoportal.search.team import MAX_APART, MAX_ROLES, MAX_TEAMS, TeamAnswer, TeamQuestion
from geoportal.services.view import View

DEFAULT_PRESET = "discharge"
_ORDER = ["missing", "elsewhere", "unknown", "plausibility", "distance_m", "draw"]


Preset = Annotated[Code, WithJsonSchema({"type": "string", "format": "team"})]
_ROLES_OR_PRESET: JsonDict = {
    "anyOf": [{"properties": {name: {"type": "null"}}} for name in ("roles", "preset")]
}


class RoleRequest(Strict):
    """One role of a team: who can fill it, and what they must be able to do."""

    role: Code = Field(description="A name of your own, each once")
    kinds: list[Kind] = Field(min_length=1, max_length=len(KINDS))
    needs: list[NeedCode] = Field(default_factory=list, max_length=120)
    required: Truth = True
    radius_m: Radius | None = None
    apart_from: list[Code] = Field(
        default_factory=list,
        max_length=MAX_ROLES,
        description="Roles that the same facility may not fill as well",
    )


class TeamRequest(Strict):
    """A home and the roles to fill, as `POST /api/v1/team` takes it."""

    model_config = ConfigDict(json_schema_extra=_ROLES_OR_PRESET)

    near: Home = Field(description="The home: a point or an address")
    radius_m: Radius = DEFAULT_RADIUS_M
    preset: Preset | None = Field(
        None, description="A ready-made team of GET /api/v1/vocabulary; default: discharge"
    )
    roles: list[RoleRequest] | None = Field(None, min_length=1, max_length=MAX_ROLES)
    open_at: Moment | None = None
    open_use: Literal["consultation", "reception", "care_manager"] = "consultation"
    limit: Whole = Field(5, ge=1, le=50, description="Candidates listed per role")
    teams: Whole = Field(3, ge=1, le=MAX_TEAMS, description="Teams listed")
    explain: Truth = False

    def to_question(self, view: View) -> TeamQuestion:
        """Return the question in the domain's terms.

        Raises
        ------
        UsageError
            When a code, a preset or a role is not known, or roles and preset are both given.
        AddressNotPlacedError
            When the address does not lead to one position.
        """
        roles = self._roles(view)
        return TeamQuestion(
            query=Query(
                origin=origin_of(view, self.near),
                radius_m=self.radius_m,
                open_at=self.open_at,
                open_use=self.open_use,
                explain=self.explain,
            ),
            roles=roles,
            limit=self.limit,
            teams=self.teams,
        )

    def _roles(self, view: View) -> tuple[Role, ...]:
        presets = view.reference.teams
        if self.roles is None:
            preset = self.preset or DEFAULT_PRESET
            if preset not in presets:
                names = ", ".join(presets)
                raise UsageError(f"no team is called so; expected one of {names}", "preset")
            return presets[preset]
        if self.preset is not None:
            raise UsageError("give roles or preset, not both", "preset")
        roles = tuple(_role(view, role, i) for i, role in enumerate(self.roles))
        _check_names(roles)
        return roles


def _role(view: View, requested: RoleRequest, number: int) -> Role:
    field = f"roles.{number}"
    return Role(
        role=requested.role,
        kinds=require_kinds(requested.kinds, f"{field}.kinds"),
        needs=view.reference.vocabulary.require_needs(requested.needs, f"{field}.needs"),
        required=requested.required,
        radius_m=requested.radius_m,
        apart_from=tuple(dict.fromkeys(requested.apart_from)),
    )


def _check_names(roles: tuple[Role, ...]) -> None:
    names = [role.role for role in roles]
    apart: set[str] = set()
    for number, role in enumerate(roles):
        if names.index(role.role) != number:
            raise UsageError("a role of this name is there already", f"roles.{number}.role")
        others = set(role.apart_from)
        if not others <= set(names) - {role.role}:
            raise UsageError("expected names of other roles", f"roles.{number}.apart_from")
        apart |= others | ({role.role} if others else set())
    if len(apart) > MAX_APART:
        raise UsageError(f"at most {MAX_APART} roles can be kept apart", "roles")


def team_document(view: View, answer: TeamAnswer) -> Document:
    """Return the candidates for each role and the best teams."""
    question = answer.question
    return {
        "dataset_version": view.snapshot.version,
        **home_document(view, question.query, answer.home),
        "order": _ORDER,
        **({"roads": answer.roads} if answer.roads else {}),
        "roles": [_role_answer(view, answer, role) for role in question.roles],
        "teams": [_team(view, answer, team) for team in answer.teams],
        "completeness": completeness_document(
            view,
            dict.fromkeys(
                line
                for candidates in answer.candidates.values()
                for line in candidates.completeness
            ),
        ),
    }


def _role_answer(view: View, answer: TeamAnswer, role: Role) -> Document:
    candidates = answer.candidates[role.role]
    return {
        **role_document(role),
        "numberMatched": candidates.number_matched,
        "counts": candidates.counts,
        "elsewhere": candidates.elsewhere,
        "candidates": result_features(view, candidates.results),
        **({"no_data": True} if candidates.no_data else {}),
    }


def _team(view: View, answer: TeamAnswer, team: Team) -> Document:
    """Return one team with what is missing named, role by role.

    ``complete``: every need of every seat is a known yes. ``filled``: every required seat has a
    candidate who refuses nothing.
    """
    roles = answer.question.roles
    shown = {key: result_features(view, [member])[0] for key, member in answer.members.items()}
    pairs = list(zip(roles, team.members, strict=True))
    missing = [
        {"role": role.role, "need": need, "required": role.required}
        for role, member in pairs
        for need in member.missing or ((None,) if member.cost.missing else ())
    ]
    return {
        "complete": not any(member.cost.missing or member.cost.unknown for _, member in pairs),
        "filled": not any(gap["required"] for gap in missing),
        "missing": missing,
        "unknown": [
            {"role": role.role, "need": need} for role, member in pairs for need in member.unknown
        ],
        "total_distance_m": team.cost.metres,
        "members": [
            {
                "role": role.role,
                "facility": None if member.row is None else shown[role.role, member.row],
            }
            for role, member in pairs
        ],
    }
