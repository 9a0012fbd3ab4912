"""The page of an imported file: what was found in it, line by line, and what to do."""

from __future__ import annotations

from http import HTTPStatus
from itertools import groupby

from flask import Response, abort, g

from geoportal.documents import Document
from geoportal.services.view import View
from geoportal.store.import_issues import SEVERITIES, StoredIssue, read_issues
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import issue_label
from geoportal.web.site.frame import page


def show(number: str) -> Response:
    """Show the issues of an imported file, the gravest first."""
    view = view_here()
    edition = next((edition for edition in view.editions if str(edition.id) == number), None)
    if edition is None:
        abort(HTTPStatus.NOT_FOUND)
    with view.database.engine.connect() as connection:
        issues = read_issues(connection, edition.id)
    return page(
        "edition",
        edition=edition,
        kept=len(issues),
        groups=issues_by_code(view, issues, g.language),
    )


def issues_by_code(view: View, issues: list[StoredIssue], language: str) -> list[Document]:
    """Return issues of one severity and kind together: what it means, and where it was found."""
    ordered = sorted(issues, key=lambda issue: (SEVERITIES.index(issue.severity), issue.code))
    return [
        {
            "severity": severity,
            "meaning": issue_label(view.reference, code, language) or members[0].message,
            "issues": members,
        }
        for (severity, code), members in (
            (key, list(found))
            for key, found in groupby(ordered, lambda issue: (issue.severity, issue.code))
        )
    ]
