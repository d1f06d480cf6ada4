"""A migration is called by what it does."""

import pytest
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from kernel.database.migrations.names import MAX_LENGTH, is_name, name_of

AVATAR = ops.AddField("Employee", "avatar", fields.CharField(20))
PHONE = ops.RemoveField("Employee", "phone")
INDEX = ops.AddIndex("Employee", Index(fields=("avatar",)))


@pytest.mark.parametrize(
    ("operations", "name"),
    [
        ([AVATAR], "employee_add_avatar"),
        ([PHONE], "employee_remove_phone"),
        ([ops.AlterField("EmployeeStatusLog", "note", fields.TextField())], "employee_status_log_alter_note"),
        ([ops.RenameField("Employee", "phone", "mobile")], "employee_rename_phone_to_mobile"),
        ([ops.CreateModel("Tag", [])], "tag_create"),
        ([ops.DeleteModel("Tag")], "tag_delete"),
        ([ops.RenameModel("Tag", "SkillTag")], "tag_rename_to_skill_tag"),
        ([INDEX], "employee_add_index"),
        ([PHONE, INDEX, AVATAR], "employee_add_avatar_and_2_more"),
        ([AVATAR, ops.CreateModel("Tag", [])], "tag_create_and_1_more"),
        ([ops.CreateSchema("Archive")], "create_schema_archive"),
    ],
)
def test_the_most_telling_operation_and_how_many_more(operations: list[ops.Operation], name: str) -> None:
    assert name_of(operations) == name
    assert is_name(name)


def test_a_name_is_no_longer_than_a_line_shows() -> None:
    long = ops.AddField("Employee", "a_column_of_an_uncommonly_long_name_that_nobody_would_type", fields.IntField())
    assert name_of([long, INDEX]).startswith("employee_add_a_column_of")
    assert name_of([long, INDEX]).endswith("_and_1_more")
    assert len(name_of([long, INDEX])) <= MAX_LENGTH
