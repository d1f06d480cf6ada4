"""Find what models have and their migrations have not, without a guess that could cost rows.

What the detection of Tortoise 1.1.9 does, and tests/architecture/test_upstream.py shows:

- compares the Python bases and the description of a model, which no table has, so that a renamed model is deleted and
  created anew;
- takes a column that is gone and one that is new for one that was renamed, if they look alike;
- overlooks that a model's table was given another name;
- lets a migration depend on those that stand on the disk, not on those that are written with it.
"""

from collections.abc import Collection, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from typing import Any

from tortoise.apps import Apps
from tortoise.fields.base import Field
from tortoise.fields.data import CharEnumFieldInstance, CharField, IntEnumFieldInstance, SmallIntField
from tortoise.fields.relational import RelationalField
from tortoise.migrations import operations as ops
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.schema_generator.operation_generator import OperationGenerator
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.writer import MigrationWriter

from kernel.database.migrations.editors import MigrationError
from kernel.database.migrations.names import MAX_LENGTH, is_name, name_of

ModelKey = tuple[str, str]
"""The app and the name of a model."""


@dataclass(frozen=True)
class Renames:
    """What a person says of columns that are gone while others are new."""

    columns: frozenset[tuple[str, str]] = frozenset()
    """Old and new name of each that was renamed."""

    no_others: bool = False
    """Nothing else was."""

    def target(self, gone: str, fresh: set[str]) -> str | None:
        """The new name of a column."""
        return next((new for old, new in sorted(self.columns) if old == gone and new in fresh), None)


class Autodetector(MigrationAutodetector):
    """Compares tables instead of classes, and takes an app without a package of migrations for one without migrations."""

    def __init__(
        self,
        apps: Apps,
        apps_config: dict[str, dict[str, Any]],
        wanted: Collection[str],
        renames: Renames | None,
        name: str | None,
    ) -> None:
        super().__init__(apps, apps_config)
        known = {label: app for label, app in apps_config.items() if find_spec(app["migrations"])}
        self.loader = _Loader(known, self.loader.recorder, load=False)
        self.wanted = [label for label in apps_config if label in wanted]
        self.renames = renames or Renames()
        self.name = name
        self.written: dict[str, str] = {}

    async def changes(self) -> list[MigrationWriter]:
        await self.loader.build_graph()
        old, new = await self._project_state(), self._current_state()
        before = set(old.models)
        found = {label: _operations(label, old, new, self.renames) for label in self.wanted}
        if unused := self.renames.columns - _renamed(found.values()):
            gone, fresh = min(unused)
            raise MigrationError(
                f"--renamed {gone}:{fresh}: no model has lost a column {gone} and got a column {fresh}"
            )
        found = {label: operations for label, operations in found.items() if operations}
        self._refuse_name(found)
        self.written = {label: self._name(label, operations) for label, operations in found.items()}
        return [self._writer(label, found[label], before, new) for label in found]

    def _refuse_name(self, apps: Collection[str]) -> None:
        if self.name is None:
            return
        if not is_name(self.name):
            raise MigrationError(f"--name {self.name!r}: a name is 1 to {MAX_LENGTH} of a to z, 0 to 9 and _")
        if len(apps) > 1:
            raise MigrationError(f"--name {self.name!r}: {', '.join(apps)} have changed; name one of these modules")

    def _name(self, label: str, operations: list[ops.Operation]) -> str:
        number = self._next_number(label)
        return f"{number:04d}_{self.name or ('initial' if number == 1 else name_of(operations))}"

    def _writer(
        self, label: str, operations: list[ops.Operation], before: set[ModelKey], new: State
    ) -> MigrationWriter:
        for target in _targets(label, new):
            if target[0] not in self.written and target not in before and target[0] in self.apps_config:
                raise MigrationError(
                    f"{label} points to {'.'.join(target)}, which no migration makes yet: "
                    f"just makemigrations {target[0]} {label}"
                )
        own, depended = self._leaf_nodes(label), {app for app, _ in _targets(label, new)} - {label}
        others = [key for app in depended for key in self._leaves_after(app)]
        dependencies = sorted((key.app_label, key.name) for key in {*own, *others})
        module = self.apps_config[label]["migrations"]
        return MigrationWriter(
            self.written[label],
            label,
            operations,
            dependencies=dependencies,
            initial=not own,
            migrations_module=module,
        )

    def _leaves_after(self, label: str) -> list[MigrationKey]:
        """The last migration of an app once all are written."""
        if label in self.written:
            return [MigrationKey(app_label=label, name=self.written[label])]
        return self._leaf_nodes(label) if label in self.apps_config else []

    async def _project_state(self) -> State:
        return _of_tables(await super()._project_state())

    def _current_state(self) -> State:
        state = _of_tables(super()._current_state())
        for model in state.models.values():
            model.bases = ()
        return state


class _Loader(MigrationLoader):
    def load_disk(self) -> None:
        super().load_disk()
        for migration in self.disk_migrations.values():
            migration.operations = keeping_tables(migration.operations)


class RenameModel(ops.RenameModel):
    """Renames the model alone. Tortoise's renames the table as well, if it is called as the old model is, and fails for a
    model that another one knows by a `related_name`.
    """

    def state_forward(self, app_label: str, state: State) -> None:
        old, new = (app_label, self.old_name), (app_label, self.new_name)
        self.get_model_state(state, *old)  # raises if there is none
        reload = state._find_related_models(*old) - {old} | {new}
        state.apps.unregister_model(*old)
        state.models[new] = state.models.pop(old)
        state.models[new].name = self.new_name
        for key, model in state.models.items():
            for name, field in model.fields.items():
                if getattr(field, "model_name", None) == ".".join(old):
                    model.fields[name] = copy(field)
                    vars(model.fields[name])["model_name"] = ".".join(new)
                    reload.add(key)
        state._reload(reload)


def keeping_tables(operations: Iterable[ops.Operation]) -> list[ops.Operation]:
    """The operations, of which none renames a table."""
    return [
        RenameModel(each.old_name, each.new_name) if isinstance(each, ops.RenameModel) else each for each in operations
    ]


class _Operations(OperationGenerator):
    """What makes old tables new ones, once their renamings are made."""

    def _match_renamed_models(self, old_keys: list[ModelKey], new_keys: list[ModelKey]) -> dict[ModelKey, ModelKey]:
        del old_keys, new_keys
        return {}


def _of_tables(state: State) -> State:
    """The state without what tables have nothing of."""
    for model in state.models.values():
        model.options.pop("table_description", None)
        model.fields = {name: _column(each) for name, each in model.fields.items()}
    return state


def _column(of: Field[Any]) -> Field[Any]:
    """The field without what its column has nothing of: the members of an enumeration, a meaning, a function as its default."""
    if isinstance(of, CharEnumFieldInstance | IntEnumFieldInstance):
        options = of.deconstruct()[2]
        members = type(of)(options.pop("enum_type")).description
        if options["description"] == members:
            del options["description"]
        column: Field[Any] = (CharField if isinstance(of, CharEnumFieldInstance) else SmallIntField)(**options)
    elif written_as := getattr(of, "written_as", None):  # a kind of ours, of which migrations are to know nothing
        column = written_as(**of.deconstruct()[2])
    else:
        column = copy(of)
    if isinstance(column.default, Enum):
        column.default = column.default.value
    elif callable(column.default):
        column.default = None
    return column


# In which order operations run: what hangs on a column goes before it changes, and comes after.
_PHASES: dict[type[ops.Operation], int] = {
    RenameModel: 0,
    ops.RemoveIndex: 1,
    ops.RenameIndex: 1,
    ops.RemoveConstraint: 1,
    ops.RenameConstraint: 1,
    ops.RenameField: 2,
    ops.RemoveField: 4,
    ops.AddIndex: 5,
    ops.AddConstraint: 5,
    ops.DeleteModel: 6,
}
_OTHER_PHASE = 3


def _operations(label: str, old: State, new: State, renames: Renames) -> list[ops.Operation]:
    """What makes the old tables of an app the new ones. Makes the renamings in `old`."""
    found: list[ops.Operation] = [*_rename_models(label, old, new, renames)]
    questions: list[str] = []
    for key in sorted(key for key in new.models if key[0] == label and key in old.models):
        found += _replace_columns(old.models[key], new.models[key], renames, questions)
    if questions:
        raise MigrationError(
            f"{label}: which of these were renamed? Rows would lose or mix up values if it were guessed.\n"
            + "\n".join(f"  {question}" for question in questions)
            + f"\nSay `just makemigrations {label} --renamed OLD:NEW` for each that was, "
            "and `--not-renamed` if there are no others"
        )
    generated = _Operations(old, new).generate([label])
    for each in generated:
        if isinstance(each, ops.RemoveField):  # all others are gone by now; Tortoise replaces a generated key so
            raise MigrationError(f"{label}.{each.model_name}: its primary key, {each.name}, cannot be changed")
    found += generated
    return sorted(found, key=lambda operation: _PHASES.get(type(operation), _OTHER_PHASE))


def _rename_models(label: str, old: State, new: State, renames: Renames) -> Iterator[ops.Operation]:
    """A model is another's new name if it has its table; a table itself is not renamed."""
    gone = {old.models[key].table: key for key in sorted(old.models.keys() - new.models.keys()) if key[0] == label}
    for key in sorted(key for key in new.models if key[0] == label):
        table = new.models[key].table
        if key in old.models and old.models[key].table != table:
            raise MigrationError(
                f"{label}.{key[1]}: its table was {old.models[key].table} and is {table} now. Tables are not renamed, as "
                f"their indexes go by that name: leave `table = {old.models[key].table!r}`, whatever the model is called"
            )
        if key in old.models:
            continue
        if table in gone:
            renaming = RenameModel(gone.pop(table)[1], key[1])
            renaming.state_forward(label, old)
            yield renaming
        elif not renames.no_others and (alike := [each for each in gone.values() if _alike(each, old, key, new)]):
            was = old.models[alike[0]]
            raise MigrationError(
                f"{label}: {was.name} is gone and {key[1]} is new, with the same columns. If it was renamed, leave "
                f"`table = {was.table!r}`; if not, say so: just makemigrations {label} --not-renamed"
            )


def _alike(gone: ModelKey, old: State, fresh: ModelKey, new: State) -> bool:
    return old.models[gone].fields.keys() == new.models[fresh].fields.keys()


def _replace_columns(
    old: ModelState, new: ModelState, renames: Renames, questions: list[str]
) -> Iterator[ops.Operation]:
    """Rename and remove columns, in `old` as well, so that nothing is left there to be taken for a renaming."""
    gone, fresh = old.fields.keys() - new.fields.keys(), new.fields.keys() - old.fields.keys()
    for name in sorted(gone):
        if target := renames.target(name, fresh):
            _refuse_relation(old, name)
            old.fields[target] = old.fields.pop(name)
            fresh -= {target}
            yield ops.RenameField(new.name, name, target)
            continue
        alike = [each for each in sorted(fresh) if _same_kind(old.fields[name], new.fields[each])]
        if alike and not renames.no_others:
            questions.append(f"{new.name}.{name} is gone, {' and '.join(alike)} {_is(alike)} new")
        del old.fields[name]
        yield ops.RemoveField(new.name, name)


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _same_kind(old: Field[Any], new: Field[Any]) -> bool:
    """Whether the one may be the other under a new name."""
    if isinstance(old, RelationalField) or isinstance(new, RelationalField):
        return type(old) is type(new)
    return old.field_type == new.field_type


def _refuse_relation(model: ModelState, name: str) -> None:
    if isinstance(model.fields[name], RelationalField):
        raise MigrationError(
            f"{model.app}.{model.name}.{name} is a relation, and those are not renamed; migrations/README.md says how to "
            "keep its values. Say --not-renamed to remove it and add the other one"
        )


def _renamed(found: Iterable[list[ops.Operation]]) -> set[tuple[str, str]]:
    every = (each for operations in found for each in operations)
    return {(each.old_name, each.new_name) for each in every if isinstance(each, ops.RenameField)}


def _targets(label: str, state: State) -> set[ModelKey]:
    """The models that those of an app point to."""
    related = [
        each
        for (app, _), model in state.models.items()
        if app == label
        for each in model.fields.values()
        if isinstance(each, RelationalField)
    ]
    names = [getattr(each, "model_name", "") for each in related]
    return {(app, model) for app, _, model in (str(name).partition(".") for name in names) if model}
