"""Answers that cost nothing: refusals made before the application is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from geoportal.web import problems
from geoportal.web.fhir.outcomes import with_outcome
from geoportal.web.headers import hardened
from geoportal.web.language.messages import LANGUAGES, choose_language
from geoportal.web.observation import observation_of
from geoportal.web.site.frame import error_page

Headers = list[tuple[str, str]]
_FHIR: Final = "/fhir"
_DOCUMENT: Final = ""
_DETAILS: Final = {
    HTTPStatus.BAD_REQUEST: "the body is not as its headers announce",
    HTTPStatus.REQUEST_TIMEOUT: "the body did not arrive in time",
    HTTPStatus.TOO_MANY_REQUESTS: "too many questions from one address; see Retry-After",
    HTTPStatus.SERVICE_UNAVAILABLE: "too many questions at once; ask again as Retry-After says",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as the server sends it."""

    status: int
    headers: Headers
    body: bytes


@dataclass
class Refusals:
    """The refusals of an application, written once: problem documents, pages in each language."""

    app: Flask
    _written: dict[tuple[str, int], Answer] = field(init=False, default_factory=dict)
    _told: dict[tuple[str, int, int], Answer] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for status, detail in _DETAILS.items():
            with self.app.test_request_context("/api"):
                self._write(_DOCUMENT, status, problems.problem(status, detail))
            with self.app.test_request_context(_FHIR):
                self._write(_FHIR, status, with_outcome(problems.problem(status, detail)))
            for language in LANGUAGES:
                with self.app.test_request_context(query_string={"lang": language}):
                    self._write(language, status, error_page(status))

    def _write(self, form: str, status: int, response: Response) -> None:
        response.headers["Cache-Control"] = "no-store"
        answered = hardened(list(response.headers), request.method, request.scheme)
        headers = [(name.lower(), value) for name, value in answered]
        self._written[form, status] = Answer(status, headers, response.get_data())

    def full(self, path: str, languages: str, lane: str, retry_after_s: int) -> Answer:
        """Return the answer to a request that a lane does not take, and count it."""
        observation_of(self.app).refused(lane)
        return self._later(path, languages, HTTPStatus.SERVICE_UNAVAILABLE, retry_after_s)

    def too_often(self, path: str, languages: str, retry_after_s: int) -> Answer:
        """Return the answer to an address that asks too often, and count it; not who it was."""
        observation_of(self.app).refused("rate")
        return self._later(path, languages, HTTPStatus.TOO_MANY_REQUESTS, retry_after_s)

    def _later(self, path: str, languages: str, status: int, retry_after_s: int) -> Answer:
        form = _form(path, languages)
        told = self._told.get((form, status, retry_after_s))
        if told is None:
            answer = self._written[form, status]
            headers = [*answer.headers, ("retry-after", str(retry_after_s))]
            told = self._told[form, status, retry_after_s] = Answer(status, headers, answer.body)
        return told

    def answer(self, path: str, languages: str, status: int) -> Answer:
        """Return the refusal with a status, in the form and language that were asked for.

        ``languages`` is the ``Accept-Language`` header, empty without one.
        """
        return self._written[_form(path, languages), status]


def _form(path: str, languages: str) -> str:
    """Return the language of a page, or what stands for a document for programs."""
    if problems.is_for_programs(path):
        return _FHIR if problems.is_under(path, (_FHIR,)) else _DOCUMENT
    return _chosen(languages)


@lru_cache(maxsize=256)
def _chosen(languages: str) -> str:
    """Return the language of a page by ``Accept-Language``; reading it is dear."""
    return choose_language(None, parse_accept_header(languages, LanguageAccept))
