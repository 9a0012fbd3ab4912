"""What is said of a file's encoding."""

from __future__ import annotations

import pytest

from geoportal.ingest.files.streams import encoding_issue


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8"])
def test_utf_8_is_not_worth_a_word(encoding):
    assert encoding_issue(encoding) == []


@pytest.mark.parametrize("encoding", ["cp932", "utf-16", "euc_jp"])
def test_another_encoding_is_told(encoding):
    (issue,) = encoding_issue(encoding)
    assert (issue.code, issue.severity) == ("encoding", "info")
