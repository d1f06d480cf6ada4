"""What a role with the data scope CUSTOM names is of a kind that somebody declares: see `Scoped.scope_subject`."""

from collections.abc import Iterator, Mapping

from tortoise.expressions import Q

from features.system_manage.role_records import Department as DepartmentOfRoles
from kernel import Actor, DataScope, Scoped
from kernel.slices.discovery import discover


class _Asked(Mapping[str, frozenset[int]]):
    """Rows of every kind; remembers of which kinds it was asked."""

    def __init__(self) -> None:
        self.kinds: set[str] = set()

    def __getitem__(self, kind: str) -> frozenset[int]:
        self.kinds.add(kind)
        return frozenset([1])

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 1


def undeclared_subjects(model: type[Scoped]) -> list[str]:
    """What the model asks CUSTOM for and does not say, or the other way round."""
    asked = _Asked()
    model.scope_filter(Actor(user_id=1, user_name="ann", scope_rows=asked), DataScope.CUSTOM)
    declared = {model.scope_subject.id_kind} if model.scope_subject else set[str]()
    return [
        f"{model.__name__} asks for rows of {kind!r}: name its table, scope_subject = ..."
        for kind in sorted(asked.kinds - declared)
    ] + [
        f"{model.__name__} says scope_subject, and asks for no rows of {kind!r}"
        for kind in sorted(declared - asked.kinds)
    ]


def scoped_models() -> list[type[Scoped]]:
    discover()  # imports them
    models: list[type[Scoped]] = [Scoped]
    for model in models:  # grows while it runs
        models += type.__subclasses__(model)
    return [model for model in models if model.__module__.startswith("features.")]


def test_subjects_are_declared() -> None:
    """A role can name no rows of a kind that nobody declares, so a filter that asks for them would reach nothing."""
    assert [problem for model in scoped_models() for problem in undeclared_subjects(model)] == []
    assert len(scoped_models()) > 0


def test_roles_can_name_every_subject() -> None:
    """`PATCH /roles/{id}/data-scope` has a field for departments; another subject needs another field there."""
    subjects = {model.scope_subject.id_kind for model in scoped_models() if model.scope_subject}
    assert subjects == {DepartmentOfRoles.id_kind}


def test_an_undeclared_subject_is_caught() -> None:
    class Planted:
        id_kind = "site"

    class Loan(Scoped):
        @classmethod
        def scope_filter(cls, actor: Actor, scope: DataScope) -> Q | None:
            return Q(site_id__in=actor.scope_rows.get("site", ())) if scope is DataScope.CUSTOM else None

        class Meta:
            abstract = True

    assert undeclared_subjects(Loan) == ["Loan asks for rows of 'site': name its table, scope_subject = ..."]
    Loan.scope_subject = Planted  # pyright: ignore[reportAttributeAccessIssue]  planted after the class
    assert undeclared_subjects(Loan) == []
    Planted.id_kind = "region"
    assert undeclared_subjects(Loan) == [
        "Loan asks for rows of 'site': name its table, scope_subject = ...",
        "Loan says scope_subject, and asks for no rows of 'region'",
    ]
