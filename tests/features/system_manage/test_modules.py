"""What is said of the modules by their declarations."""

import tomllib

from features.system_manage.modules import BUILT_IN, business_menus, business_modules, use_cases_by_button
from kernel import discover
from tests.architecture.tree import ROOT


def test_the_built_in_modules_are_those_that_may_import_the_kernels_state() -> None:
    """As pyproject.toml lists them: what shows or manages that is built in, and the rest is business."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (contract,) = [
        each for each in settings["contracts"] if each["id"] == "kernel-state-is-managed-by-built-in-modules"
    ]
    allowed = {each.split(".")[1] for each in contract["allowed_importers"] if each.startswith("features.")}
    assert allowed == BUILT_IN


def test_what_is_not_built_in_is_business() -> None:
    names = {feature.name for feature in discover()}
    assert {feature.name for feature in business_modules()} == names - BUILT_IN
    assert "hr" in names - BUILT_IN
    assert {"hr", "hr_employee", "hr_my-workspace"} <= business_menus()
    assert not {"home", "login", "manage", "manage_menu"} & business_menus()


def test_a_button_is_asked_for_by_the_use_case_that_names_it() -> None:
    assert use_cases_by_button()["B_HR_EMP_TRANSFER"] == "hr.employees.transfer"
