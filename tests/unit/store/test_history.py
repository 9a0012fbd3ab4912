"""The past of a record: what each edition said of it, and of no other record."""

from __future__ import annotations

from geoportal.store.history import past_of
from tests.unit.ingest.official import KAIGO_HEADER, import_into, kaigo_row, write_csv

EDITIONS = {"2025-01-01": "093-000-0001", "2025-07-01": "093-000-0002"}


def test_the_past_of_a_record_is_its_own_and_in_order(database, tmp_path):
    for day, phone in reversed(EDITIONS.items()):
        rows = [
            kaigo_row(事業所番号="4067790001", 事業所名="第一", 電話番号=phone),
            kaigo_row(事業所番号="4067790002", 事業所名="第二", 電話番号="093-000-0009"),
        ]
        import_into(database, write_csv(tmp_path / f"{day}.csv", KAIGO_HEADER, rows), as_of=day)
    with database.engine.connect() as connection:
        records = connection.exec_driver_sql(
            "SELECT DISTINCT source, record_id FROM record_history ORDER BY record_id"
        ).all()
        pasts = [past_of(connection, *record) for record in records]
    assert len(pasts) == 2
    assert [[day for day, _ in past] for past in pasts] == [list(EDITIONS), list(EDITIONS)]
    first, second = pasts
    assert [content["name"] for _, content in first] == ["第一", "第一"]
    assert [content["phone"] for _, content in first] == list(EDITIONS.values())
    assert {content["phone"] for _, content in second} == {"093-000-0009"}


def test_a_corrected_edition_leaves_no_content_that_nothing_refers_to(database, tmp_path):
    def take(day, phone):
        row = kaigo_row(事業所番号="4067790001", 事業所名="第一", 電話番号=phone)
        path = write_csv(tmp_path / f"{day}-{phone}.csv", KAIGO_HEADER, [row])
        import_into(database, path, as_of=day)
        with database.engine.connect() as connection:
            record = connection.exec_driver_sql(
                "SELECT DISTINCT source, record_id FROM record_history"
            ).one()
            contents = connection.exec_driver_sql("SELECT count(*) FROM record_contents").scalar()
            past = past_of(connection, *record)
        return [content["phone"] for _, content in past], contents

    assert take("2025-01-01", "093-000-0001") == (["093-000-0001"], 1)
    assert take("2025-07-01", "093-000-0001") == (["093-000-0001", "093-000-0001"], 1)
    assert take("2025-07-01", "093-000-0002") == (["093-000-0001", "093-000-0002"], 2)
    assert take("2025-01-01", "093-000-0002") == (["093-000-0002", "093-000-0002"], 1)
