"""Nothing that is asked of a table in the ordinary way shows, counts or changes a row of it that was deleted."""

import pytest
from tortoise.exceptions import DoesNotExist, IntegrityError
from tortoise.expressions import Q
from tortoise.functions import Count

from kernel.models.soft_delete import DeletedRowError
from tests.platform.kernel.models.office import Department, Employee, Project, Staff, Tag, names

# The table that is asked


async def test_own_table(staff: Staff) -> None:
    assert await names(Employee.all()) == ["Ann", "Cid"]
    assert await names(Employee.filter(name__in=["Ann", "Bob"])) == ["Ann"]
    assert await names(Employee.exclude(name="Ann")) == ["Cid"]
    assert await names(Employee.filter(Q(name="Ann") | Q(name="Bob"))) == ["Ann"]
    assert await Employee.all().count() == 2
    assert not await Employee.exists(name="Bob")
    assert not await Employee.all().contains(staff.bob)
    assert await Employee.get_or_none(id=staff.bob.id) is None
    assert await Employee.in_bulk([staff.ann.id, staff.bob.id], "id") == {staff.ann.id: staff.ann}
    assert await Employee.annotate(n=Count("id")).count() == 2
    assert sorted(await Employee.all().values_list("name", flat=True)) == ["Ann", "Cid"]
    assert await Employee.all().union(Employee.filter(name="Bob")).count() == 2
    with pytest.raises(DoesNotExist):
        await Employee.get(name="Bob")


async def test_with_deleted_sees_all_rows_of_its_own_table_only(staff: Staff) -> None:
    assert await names(Employee.with_deleted()) == ["Ann", "Bob", "Cid"]
    assert await names(Employee.with_deleted().filter(department__name="Sales")) == ["Ann", "Bob"]
    assert await names(Employee.with_deleted().filter(department__name="Gone")) == []
    assert await names(Employee.with_deleted().filter(tags__name="kept")) == ["Ann", "Bob"]


async def test_related_managers(staff: Staff) -> None:
    assert await names(staff.sales.employees.all()) == ["Ann"]  # type: ignore[attr-defined]
    assert [row.name async for row in staff.sales.employees] == ["Ann"]  # type: ignore[attr-defined]
    assert [tag.name for tag in await staff.ann.tags.all()] == ["kept"]
    assert await staff.ann.tags.all().count() == 1
    assert await staff.cid.tags.all() == []
    assert await (await Employee.get(name="Cid")).department is None


async def test_many_to_many_links_are_added_and_removed(staff: Staff) -> None:
    tag = await Tag.create(name="new")
    await staff.ann.tags.add(tag)
    await staff.ann.tags.remove(staff.kept, staff.lost)
    assert await staff.ann.tags.all() == [tag]
    await staff.ann.tags.clear()
    assert await staff.ann.tags.all() == []


# Writing


async def test_delete_marks_the_row(staff: Staff) -> None:
    await staff.ann.delete()
    assert staff.ann.deleted_at is not None
    assert await names(Employee.all()) == ["Cid"]
    assert await names(Employee.with_deleted()) == ["Ann", "Bob", "Cid"]


async def test_delete_once(staff: Staff) -> None:
    copy = await Employee.get(name="Ann")
    await staff.ann.delete()
    before = await Employee.with_deleted().get(name="Ann")
    for stale in (staff.ann, copy, staff.bob):
        with pytest.raises(DoesNotExist):
            await stale.delete()
    assert (await Employee.with_deleted().get(name="Ann")).deleted_at == before.deleted_at


async def test_queryset_delete_marks_the_rows(staff: Staff) -> None:
    assert await Employee.filter(name__in=["Ann", "Bob"]).delete() == 1
    assert await names(Employee.with_deleted()) == ["Ann", "Bob", "Cid"]
    assert await Employee.with_deleted().delete() == 1
    assert await Employee.all().count() == 0
    assert await Employee.with_deleted().count() == 3


async def test_queryset_delete_and_update_across_a_join(staff: Staff) -> None:
    assert await Employee.filter(department__name="Gone").delete() == 0
    assert await Employee.filter(department__name="Gone").update(name="x") == 0
    assert await Project.filter(members__name="Bob").delete() == 0
    await Project.filter(members__name="Ann").delete()
    assert await Project.all().values_list("title", flat=True) == ["Bobs"]
    assert await Employee.filter(department__name="Sales").update(salary=7) == 1
    assert (await Employee.with_deleted().get(id=staff.bob.id)).salary == 10


async def test_update_and_bulk_update_pass_over_deleted_rows(staff: Staff) -> None:
    assert await Employee.all().update(salary=5) == 2
    staff.ann.salary = staff.bob.salary = 6
    assert await Employee.bulk_update([staff.ann, staff.bob], ["salary"]) == 1
    salaries = Employee.with_deleted().order_by("name").values_list("salary", flat=True)
    assert await salaries == [6, 10, 5]


async def test_a_deleted_instance_is_not_saved(staff: Staff) -> None:
    staff.bob.name = "Rob"
    with pytest.raises(DeletedRowError, match="Employee"):
        await staff.bob.save()
    with pytest.raises(DeletedRowError):
        await staff.bob.save(update_fields=["name"])
    with pytest.raises(DeletedRowError):
        await staff.ann.save(update_fields=["name", "deleted_at"])
    assert (await Employee.with_deleted().get(id=staff.bob.id)).name == "Bob"


async def test_a_stale_copy_revives_nothing(staff: Staff) -> None:
    copy = await Employee.get(name="Ann")
    await staff.ann.delete()
    await copy.save()
    await Employee(id=copy.id, name="Ann", department=staff.sales).save(force_update=True)
    assert not await Employee.exists(id=copy.id)


async def test_refresh(staff: Staff) -> None:
    await staff.ann.refresh_from_db(["salary"])
    copy = await Employee.get(name="Ann")
    await staff.ann.delete()
    with pytest.raises(DoesNotExist):
        await copy.refresh_from_db(["name"])
    with pytest.raises(DeletedRowError):
        await copy.save()
    with pytest.raises(DoesNotExist):
        await staff.bob.refresh_from_db()


async def test_codes_are_reusable(staff: Staff) -> None:
    new, created = await Department.get_or_create(code="G", defaults={"name": "Found"})
    assert (created, new.id != staff.gone.id) == (True, True)
    assert await Department.get_or_create(code="G", defaults={"name": "Other"}) == (new, False)
    assert await Department.update_or_create(code="G", defaults={"name": "Again"}) == (new, False)
    assert (await Department.with_deleted().get(id=staff.gone.id)).name == "Gone"
    with pytest.raises(IntegrityError):
        await Department.create(code="G", name="Twice")


async def test_update_or_create_beside_a_deleted_row(staff: Staff) -> None:
    new, created = await Department.update_or_create(code="G", defaults={"name": "Found"})
    assert (created, new.id != staff.gone.id, new.name) == (True, True, "Found")
