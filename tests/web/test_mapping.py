"""Correcting how a file is read: the first rows follow, it is kept and used again, and nobody is overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars import api
from regulars_web.company.models import Role, User
from regulars_web.intake.models import Batch, Correction
from regulars_web.shared.models import Entry

pytestmark = pytest.mark.django_db
ODD = "When,Ref,What,Mobile,Total\n03/02/2026,C1,Cut,9123 4567,380\n04/02/2026,C2,<b>Colour</b>,9222 3333,980\n"
MAPPED = {"table": "sales", "was": "sales", "c0": "field_date", "c1": "field_customer", "c2": "field_item"}
MAPPED |= {"c3": "who_phone", "c4": "field_net", "date_order": "MDY", "version": "0"}


def put(client: Client, *files: tuple[str, str]) -> int:
    sent = [SimpleUploadedFile(name, content.encode()) for name, content in files]
    return int(client.post("/imports/new", {"files": sent})["Location"].rsplit("/", 1)[1])


def test_every_change_shows_the_first_rows_as_they_would_be_stored(
    folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    id = put(client, ("odd.csv", ODD))
    page = client.get(f"/imports/{id}/files/0").content.decode()
    assert "Telephone" in page and "&lt;b&gt;Colour&lt;/b&gt;" in page and "<b>Colour" not in page
    part = client.post(f"/imports/{id}/files/0/try", MAPPED).content.decode()
    assert "2026-03-02" in part and "380.00" in part and "All of the first 2 rows" in part and "<html" not in part
    part = client.post(f"/imports/{id}/files/0/try", MAPPED | {"date_order": "DMY"}).content.decode()
    assert "2026-02-03" in part
    part = client.post(f"/imports/{id}/files/0/try", MAPPED | {"c0": ""}).content.decode()
    assert "A column is needed for Date" in part
    part = client.post(f"/imports/{id}/files/0/try", MAPPED | {"c2": "field_net"}).content.decode()
    assert "more than one column: What and Total" in part
    part = client.post(f"/imports/{id}/files/0/try", MAPPED | {"c4": "field_date", "c0": "field_net"}).content.decode()
    assert "would be set aside" in part and "The amount cannot be read" in part
    assert not Correction.objects.exists() and api.check_business(api.open_business(folder)).holdings == ()


def test_a_mapping_is_kept_used_for_later_files_and_taken_back(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    id = put(client, ("odd.csv", ODD))
    client.post(f"/imports/{id}/files/0", MAPPED | {"act": "keep", "name": "旺角收銀"})
    (profile,) = api.saved_profiles(api.open_business(folder))
    assert profile.identifiers == {"Mobile": "phone"} and profile.date_order == "MDY"
    assert profile.label == {"en": "旺角收銀"}
    later = put(client, ("later.csv", ODD.replace("C1", "C9")))
    assert "Read with the saved mapping 旺角收銀" in client.get(f"/imports/{later}").content.decode()
    client.post(f"/imports/{id}/files/0", {"act": "revert", "version": "1"})
    assert Correction.objects.get().mapping is None
    client.post(f"/imports/{later}/read")
    assert [h.rows for h in api.check_business(api.open_business(folder)).holdings] == [2]
    assert {"import.mapping_kept", "import.profile_saved", "import.mapping_reverted"} <= set(
        Entry.objects.values_list("action", flat=True)
    )


def test_what_nothing_recognises_is_mapped_from_nothing_and_read(
    folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    nothing = "Alpha,Beta,Gamma\n03/02/2026,K-1,12.50\n04/02/2026,K-2,10.00\n"
    id = put(client, ("x.csv", nothing), ("good.csv", "Date,Customer ID,Amount\n2026-01-01,C1,5\n"))
    page = client.get(f"/imports/{id}").content.decode()
    assert "Say what its columns mean. Else" in page and "One of the files cannot be read as it is" in page
    page = client.get(f"/imports/{id}/files/0").content.decode()
    assert '<option value="field_date" selected>' in page and '<option value="field_net" selected>' in page
    said = {"table": "sales", "c0": "field_date", "c1": "field_customer", "c2": "field_net", "version": "0"}
    answer = client.post(f"/imports/{id}/files/0", said | {"act": "keep", "date_order": "DMY"}, follow=True)
    assert "Kept how x.csv is read" in answer.content.decode()
    client.post(f"/imports/{id}/read")
    assert [h.rows for h in api.check_business(api.open_business(folder)).holdings] == [3]


def test_reading_that_failed_can_be_corrected_and_done_again(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    nothing = "Alpha,Beta,Gamma\n03/02/2026,K-1,12.50\n04/02/2026,K-2,10.00\n"
    id = put(client, ("x.csv", nothing))
    client.post(f"/imports/{id}/read")
    batch = Batch.objects.select_related("job").get()
    assert batch.job is not None and batch.job.state == "failed" and batch.folder.is_dir()
    page = client.get(f"/imports/{id}").content.decode()
    assert "The reading broke off or was stopped" in page and "Say what its columns mean" in page
    assert "x.csv</a> · failed" in client.get("/imports/").content.decode()
    said = {"table": "sales", "c0": "field_date", "c1": "field_customer", "c2": "field_net", "version": "0"}
    client.post(f"/imports/{id}/files/0", said | {"act": "keep", "date_order": "DMY"})
    answer = client.post(f"/work/{batch.job.pk}/again")
    job = Batch.objects.select_related("job").get().job
    assert job is not None and job.pk != batch.job.pk and answer["Location"] == f"/work/{job.pk}"
    assert [h.rows for h in api.check_business(api.open_business(folder)).holdings] == [2]
    assert "2 rows read: 2 new" in client.get(f"/imports/{id}").content.decode()


def test_the_second_of_two_is_told_and_nothing_is_lost(
    folder: Path, signed_in: Callable[..., Client], person: Callable[..., User]
) -> None:
    first, second = signed_in(), Client()
    other = person()
    second.force_login(other)
    id = put(first, ("odd.csv", ODD))
    first.post(f"/imports/{id}/files/0", MAPPED | {"act": "keep"})
    part = second.post(f"/imports/{id}/files/0/try", MAPPED).content.decode()
    assert "has just changed" in part
    answer = second.post(f"/imports/{id}/files/0", MAPPED | {"act": "keep", "c2": "field_category"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "Director changed how this file is read" in page
    assert "Category" in page and 'name="version" value="1"' in page, "their own words are still in the form"
    mapping = Correction.objects.get().mapping
    assert mapping is not None and mapping["columns"]["What"] == "item"
    second.post(f"/imports/{id}/files/0", MAPPED | {"act": "keep", "c2": "field_category", "version": "1"})
    mapping = Correction.objects.get().mapping
    assert mapping is not None and mapping["columns"]["What"] == "category"


def test_another_table_is_another_form(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    id = put(client, ("odd.csv", ODD))
    part = client.post(f"/imports/{id}/files/0/try?whole=1", MAPPED | {"table": "bookings"}).content.decode()
    assert "Booking number" in part and "no-show" in part and "Discount" not in part


def test_strange_forms_do_no_harm(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    id = put(client, ("odd.csv", ODD))
    strange = {"table": "secrets", "c0": "field_hkid", "c1": "who_god", "zone": "../../etc", "branch": "'; DROP"}
    for act in ("keep", "try", "revert", "x"):
        assert client.post(f"/imports/{id}/files/0", strange | {"act": act, "version": "9" * 40}).status_code < 500
    assert client.get(f"/imports/{id}/files/7").status_code == 404
    answer = client.post(f"/imports/{id}/files/0", MAPPED | {"act": "keep", "name": "../../evil"})
    assert answer.status_code in (302, 409)
    assert {p.parent for p in folder.rglob("*evil*")} <= {folder / "profiles"}
    client.post(f"/imports/{id}/read")
    assert client.post(f"/imports/{id}/files/0", MAPPED | {"act": "keep"}).status_code == 404, "it is read already"


def test_a_saved_name_of_another_source_is_not_overwritten(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    id = put(client, ("odd.csv", ODD), ("other.csv", ODD.replace("When", "On")))
    client.post(f"/imports/{id}/files/0", MAPPED | {"act": "keep", "name": "till"})
    answer = client.post(f"/imports/{id}/files/1", MAPPED | {"act": "keep", "name": "Till"})
    assert answer.status_code == 400 and "Another mapping is kept under the name Till" in answer.content.decode()
    assert len(api.saved_profiles(api.open_business(folder))) == 1


def test_waiting_files_leave_nothing_in_the_database(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    id = put(client, ("odd.csv", ODD))
    client.get(f"/imports/{id}")
    client.post(f"/imports/{id}/files/0", MAPPED | {"act": "keep"})
    kept = " ".join(map(str, [*Batch.objects.values(), *Correction.objects.values(), *Entry.objects.values()]))
    assert "9123 4567" not in kept and "Colour" not in kept
    where = Batch.objects.get().folder
    assert all(p.stat().st_mode & 0o077 == 0 for p in (where,))
    client.post(f"/imports/{id}/drop")
    assert not where.exists()
    manager = signed_in(Role.MANAGER)
    other = put(client, ("odd.csv", ODD))
    assert "9123 4567" not in manager.get(f"/imports/{other}").content.decode(), (
        "raw rows are for those who bring them in"
    )
