"""Documents as the database keeps them: whole, named, counted, recorded."""

from datetime import UTC, datetime

import pytest

from core.database import Database
from core.events import Event
from inventory import documents
from inventory.changes.importing import import_ledger
from inventory.documents import MOST_BYTES, MOST_OF_OBJECT
from inventory.errors import DocumentLimitError, DocumentNotFoundError, DocumentSizeError, NotFoundError
from inventory.kinds import ObjectKind
from inventory.models import Document
from inventory.scope import ALL, Scope
from security.audit import Actor, Filter
from security.audit import find as find_records
from security.reach import NOWHERE
from tests.inventory.sheets import COUNTY, workbook

WANG = Actor("wang", "person")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n\x00"


@pytest.fixture
def county(database: Database) -> Database:
    with database.write() as session:
        import_ledger(session, workbook(COUNTY), WANG, now=NOW)
    return database


def attach(database: Database, name: str, content: bytes = PNG, scope: Scope = ALL) -> int:
    with database.write() as session:
        return documents.attach(session, ObjectKind.ROOM, 1, name, content, scope=scope, actor=WANG, now=NOW).id


def test_a_document_is_kept_as_it_is_and_recorded_with_its_digest(county: Database) -> None:
    number = attach(county, "C:\\机房\\平面图.PNG")
    with county.read() as session:
        kept = documents.get(session, number, scope=ALL)
        assert (kept.name, kept.media_type, kept.content) == ("平面图.PNG", "image/png", PNG)
        assert [one.id for one in documents.of_object(session, ObjectKind.ROOM, 1)] == [number]
        assert documents.of_object(session, ObjectKind.SITE, 1) == []
        (record,) = find_records(session, Filter(event=Event.DOCUMENT_ADDED)).records
        assert record.subject == "room:中心机房"
    with county.write() as session:
        documents.remove(session, number, scope=ALL, actor=WANG)
        assert len(find_records(session, Filter(event=Event.DOCUMENT_REMOVED)).records) == 1
        with pytest.raises(DocumentNotFoundError):
            documents.get(session, number, scope=ALL)


def test_what_is_too_much_is_refused(county: Database) -> None:
    with pytest.raises(DocumentSizeError):
        attach(county, "照片.png", PNG + bytes(MOST_BYTES))
    for number in range(MOST_OF_OBJECT):
        attach(county, f"{number}.png")
    with pytest.raises(DocumentLimitError):
        attach(county, "照片.png")


def test_out_of_reach_there_is_no_document(county: Database) -> None:
    number = attach(county, "照片.png")
    nothing = Scope(NOWHERE)
    with pytest.raises(NotFoundError):
        attach(county, "照片.png", scope=nothing)
    with county.write() as session:
        with pytest.raises(DocumentNotFoundError):
            documents.get(session, number, scope=nothing)
        with pytest.raises(DocumentNotFoundError):
            documents.remove(session, number, scope=nothing, actor=WANG)
        assert session.query(Document).count() == 1
