"""Every entry of the reference lists has plain Japanese words, and every word can be read."""

from __future__ import annotations

import re

from geoportal.services.portal import shipped_reference
from geoportal.store.reference import Reference
from geoportal.web.language.labels import label
from geoportal.web.language.messages import EASY

KANJI = re.compile(r"[々〇\u3400-\u9fff]")
READING = re.compile(r"([々〇\u3400-\u9fff]+)《([\u3041-\u3096ー]+)》")


def test_every_entry_has_plain_words() -> None:
    reference = shipped_reference()
    expected = {("kind", kind) for kind in reference.kinds}
    expected |= {("need", t.code) for t in reference.vocabulary if t.group not in {"FT", "DEC"}}
    expected |= {("group", group) for group in reference.groups}
    expected |= {("source", source) for source in reference.sources}
    expected |= {("water", water.water) for water in reference.waters}
    expected |= {
        entry
        for entry in reference.labels
        if entry[0] in {"centre", "centre-term", "department", "publisher"}
    }
    expected |= {
        ("role", f"{preset}.{role.role}")
        for preset, roles in reference.teams.items()
        for role in roles
    }
    expected |= {("plausibility", "none")}
    expected |= {("plausibility", rule.rule) for rule in reference.plausibility_rules}
    expected |= {entry for entry in reference.labels if entry[0] == "order-reason"}
    assert {entry for entry, labels in reference.labels.items() if EASY in labels} == expected


def test_every_word_in_kanji_has_its_reading() -> None:
    for entry, labels in shipped_reference().labels.items():
        words = labels.get(EASY, "")
        assert not KANJI.search(READING.sub("", words)), (entry, words)
        assert "《" not in READING.sub("", words), (entry, words)


def test_a_list_that_a_city_has_added_to_is_called_by_its_own_label() -> None:
    reference = Reference(shipped_reference().directory)
    reference.labels["need", "XX.NEW"] = {"ja": "新しい項目"}
    assert label(reference, "need", "XX.NEW", EASY) == "新しい項目"
    assert label(reference, "need", "XX.OTHER", EASY) == "XX.OTHER"
    assert label(reference, "need", "AC.ULCER", "ja") == "褥瘡処置"
    easy = label(reference, "need", "AC.ULCER", EASY)
    assert easy == "床ずれの手当て"
    assert easy.source.startswith("床《とこ》")
