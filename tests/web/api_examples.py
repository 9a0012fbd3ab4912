"""Records the examples of the OpenAPI document from the sample city: one of every operation.

``python -m tests.web.api_examples`` writes them anew; `test_api_examples` says when that is due.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geoportal.domain.hours import JST
from geoportal.ingest.pipeline import load_sample
from geoportal.services.portal import Portal, sample_directory, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import open_database
from geoportal.web.api.description import EXAMPLES
from geoportal.web.app import create_app

BY_HAND = ("GET /api/v1/changes", "GET /api/v1/exposure")
"""The sample city has no second edition, and nobody has asked anything on past days."""
NOW = datetime(2026, 11, 24, 10, tzinfo=JST)


def shortened(value: Any) -> Any:
    """Return a document with only the first entry of every list, positions and boxes whole."""
    if isinstance(value, dict):
        return {key: shortened(entry) for key, entry in value.items()}
    if isinstance(value, list):
        numbers = len(value) <= 4 and all(isinstance(entry, float) for entry in value)
        return [shortened(entry) for entry in (value if numbers else value[:1])]
    return value


def ask(client: FlaskClient, operation: str, request: dict[str, Any]) -> TestResponse:
    """Ask with the example of a request: of a POST the body, of a GET path and query."""
    method, path = operation.split()
    if method == "POST":
        return client.post(path, json=request)
    in_path = {name: request[name] for name in request if f"{{{name}}}" in path}
    query = {name: value for name, value in request.items() if name not in in_path}
    return client.get(f"{path.format(**in_path)}?{urlencode(query, doseq=True)}")


@contextmanager
def sample_client() -> Iterator[FlaskClient]:
    """Yield a client of the sample city as it is shipped."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder) / "city.db", create=True)
        reference = shipped_reference()
        centres = reference.cities_directory / "40100" / "centres.csv"
        load_sample(database, reference, sample_directory(), centres, today=date(2026, 11, 24))
        portal = Portal(database, reference, clock=lambda: NOW)
        yield create_app(portal, Settings()).test_client()
        database.engine.dispose()


def main() -> None:
    """Write the answers to the requests in the file."""
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    with sample_client() as client:
        for operation, example in examples.items():
            response = ask(client, operation, example["request"])
            if operation not in BY_HAND:
                assert response.status_code == 200, operation
                example["answer"] = shortened(response.get_json())
    EXAMPLES.write_text(json.dumps(examples, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
