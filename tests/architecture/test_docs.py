"""What is written down is true and complete: a document that once was wrong is not read again."""

import re
from collections.abc import Iterable, Mapping, Set
from enum import Enum
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from kernel import Code, ModuleSettings
from kernel.settings import Settings
from kernel.slices.discovery import discover
from tests.architecture.tree import ROOT, plant

FOLDERS_WITH_A_README = ("features", "platform", "migrations", "tests")

# What clients branch on. A code is added here; it is never given another meaning, and never taken away.
CODES = """
0000 SUCCESS

1000 INTERNAL_ERROR     1001 ROUTE_NOT_FOUND       1002 METHOD_NOT_ALLOWED
1003 PAYLOAD_TOO_LARGE  1004 SERVICE_UNAVAILABLE   1005 UNSUPPORTED_MEDIA_TYPE
1006 REQUEST_TIMEOUT
1100 INTEGRITY_ERROR    1101 NOT_FOUND
1200 REQUEST_VALIDATION 1201 RESPONSE_VALIDATION

2100 INVALID_TOKEN      2101 INVALID_SESSION       2102 ACCOUNT_DISABLED           2103 TOKEN_EXPIRED
2104 REFRESH_TOKEN_MISSING  2105 NOT_REFRESH_TOKEN 2106 SESSION_INVALIDATED        2107 PASSWORD_CHANGE_REQUIRED
2200 API_DISABLED       2201 PERMISSION_DENIED     2202 MISSING_BUTTON_PERMISSION  2203 NEED_ANY_BUTTON_PERMISSION
2204 MISSING_ROLE       2205 NEED_ANY_ROLE         2206 SUPER_ADMIN_ONLY           2207 USER_NO_ROLE
2208 OUT_OF_SCOPE
2300 DUPLICATE_RESOURCE 2301 DUPLICATE_ROLE_CODE   2302 DUPLICATE_USER_EMAIL       2303 DUPLICATE_USER_PHONE
2304 DUPLICATE_USER_NAME  2305 DUPLICATE_MENU_ROUTE  2306 CONFLICT                 2307 IN_USE
2400 FAIL               2401 WRONG_CREDENTIALS     2402 CAPTCHA_INVALID            2403 CAPTCHA_SEND_FAILED
2404 PHONE_NOT_REGISTERED  2405 OLD_PASSWORD_WRONG 2406 TARGET_USER_NOT_FOUND      2407 STATE_TRANSITION_INVALID
2408 LOGIN_LOCKED       2409 PASSWORD_TOO_WEAK
2500 RATE_LIMITED       2501 IP_BANNED             2502 ACCESS_DENIED
2600 PARAM_REQUIRED     2601 USERNAME_REQUIRED     2602 PASSWORD_REQUIRED          2603 USER_ROLE_REQUIRED
2604 USER_EMAIL_REQUIRED  2605 ROLE_NAME_REQUIRED  2606 ROLE_CODE_REQUIRED         2607 ROUTE_NAME_REQUIRED
2608 ROUTE_PATH_REQUIRED
"""


def folders_without_readme(root: Path) -> list[str]:
    """The four folders that do not say what lives in them."""
    return [
        f"{folder}/README.md is missing: what lives here, how to add one, what must not be here"
        for folder in FOLDERS_WITH_A_README
        if not (root / folder / "README.md").is_file()
    ]


def all_settings() -> list[type[BaseSettings]]:
    """The kernel's settings and those of all modules."""
    discover()  # imports them
    return [Settings, *(kind for kind in ModuleSettings.__subclasses__() if kind.__module__.startswith("features."))]


def variables(kinds: Iterable[type[BaseSettings]]) -> dict[str, str]:
    """The environment variables of these settings, and the default of each as one would write it; empty for none."""
    return {
        (kind.model_config.get("env_prefix", "") + name).upper(): _written(field.default)
        for kind in kinds
        for name, field in kind.model_fields.items()
    }


def _written(default: object) -> str:
    if default is None:
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def settings_unlike_the_table(readme: str, names: Set[str]) -> list[str]:
    """The settings that the README's table does not name, and those that it names and that do not exist."""
    table = readme.partition("\n## Settings\n")[2].partition("\n## ")[0]
    cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    told = {name for cell in cells for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", cell)}
    return [f"{name} is not in the README's table of settings" for name in sorted(names - told)] + [
        f"{name} is in the README's table of settings, and does not exist" for name in sorted(told - names)
    ]


def rooms_unlike_the_table(readme: str, rooms: set[str]) -> list[str]:
    """The rooms of the kernel that platform/README.md does not explain, and those that it explains and that do not exist."""
    rows = readme.partition("\n## The public API\n")[0].splitlines()
    cells = [row.split("|")[1] for row in rows if row.startswith("| `")]
    told = {name for cell in cells for name in re.findall(r"`(\w+)/?`", cell)}
    return [f"{name} has no line in platform/README.md" for name in sorted(rooms - told)] + [
        f"{name} has a line in platform/README.md, and does not exist" for name in sorted(told - rooms)
    ]


def settings_unlike_the_example(example: str, defaults: Mapping[str, str]) -> list[str]:
    """What of `.env.example` is not so: uncommented as a whole it must change nothing."""
    found: list[str] = []
    told: set[str] = set()
    above = ""
    for line in example.splitlines():
        if setting := re.fullmatch(r"(#?)([A-Z][A-Z0-9_]*)=(.*)", line):
            commented, name, value = setting.groups()
            told.add(name)
            if not commented:
                found.append(f"{name} is set in .env.example; comment it out")
            if not re.match("# [^-]", above):
                found.append(f"{name} has no meaning above it in .env.example")
            if value != defaults.get(name, value):
                found.append(
                    f"{name} is {value or 'empty'} in .env.example and {defaults[name] or 'empty'} in the code"
                )
        above = line
    return (
        found
        + [f"{name} is not in .env.example" for name in sorted(defaults.keys() - told)]
        + [f"{name} is in .env.example, and does not exist" for name in sorted(told - defaults.keys())]
    )


def undocumented_recipes(justfile: str) -> list[str]:
    """The recipes without a comment or a group. `default` needs no group: it is what shows the groups."""
    found: list[str] = []
    above: list[str] = []
    for line in justfile.splitlines():
        if recipe := re.match(r"([a-z][\w-]*)( [^:]*)?:(?!=)", line):
            if not any(each.startswith("# ") for each in above):
                found.append(f"{recipe[1]} has no comment above it; `just --list` shows its words")
            if recipe[1] != "default" and not any(each.startswith("[group(") for each in above):
                found.append(f"{recipe[1]} has no [group(...)]")
        above = [*above, line] if line.startswith(("#", "[")) else []
    return found


def codes_unlike_the_contract(codes: type[Enum], contract: str) -> list[str]:
    """The codes that are not in the contract, those of it that are not there, and those of another name."""
    promised = dict(re.findall(r"(\d{4}) (\w+)", contract))
    actual = {code.value: code.name for code in codes}
    return [
        f"{code} is {actual.get(code, 'missing')} in the code and {promised.get(code, 'missing')} in the contract"
        for code in sorted(promised | actual)
        if promised.get(code) != actual.get(code)
    ]


def test_folders_have_a_readme(tmp_path):
    """The rules of a room hang in the room."""
    assert folders_without_readme(ROOT) == []
    planted = plant(tmp_path, {f"{folder}/README.md": "" for folder in ("features", "platform", "tests")})
    assert folders_without_readme(planted) == [
        "migrations/README.md is missing: what lives here, how to add one, what must not be here"
    ]


def test_settings_are_in_the_readme():
    """An operator reads the README, not the code; and sets nothing that does not exist."""
    names = variables(all_settings()).keys()
    assert settings_unlike_the_table((ROOT / "README.md").read_text(encoding="utf-8"), names) == []


def test_missing_settings_are_caught():
    """Only the first cell of a row names settings, one or several; what is said of others in passing does not count."""

    class ShopSettings(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="SHOP_")
        most_parcels: int = 1
        stamps: int = 1

    table = """
## Settings

| name | default | meaning |
|---|---|---|
| `SHOP_STAMPS`, `SHOP_GLUE` | `1` | of `SHOP_MOST_PARCELS` |
| `<MODULE>_DB_URL` | none | its database |
"""
    assert settings_unlike_the_table(table, variables([ShopSettings]).keys()) == [
        "SHOP_MOST_PARCELS is not in the README's table of settings",
        "SHOP_GLUE is in the README's table of settings, and does not exist",
    ]


def test_rooms_of_the_kernel_are_explained():
    """A line for each: whoever cannot guess the room of a line finds it there."""
    folder = ROOT / "platform" / "kernel"
    rooms = {path.stem for path in folder.iterdir() if not path.name.startswith("__") or path.stem == "__main__"}
    assert rooms_unlike_the_table((ROOT / "platform" / "README.md").read_text(encoding="utf-8"), rooms) == []
    planted = "| `web/` | what surrounds the slices |\n| `ids`, `logs` | of `rows` |"
    assert rooms_unlike_the_table(planted, {"web", "logs", "redis"}) == [
        "redis has no line in platform/README.md",
        "ids has a line in platform/README.md, and does not exist",
    ]


def test_settings_are_in_the_example():
    """What one copies to `.env` and uncomments is what is so anyway, until one changes it."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert settings_unlike_the_example(example, variables(all_settings())) == []


def test_a_wrong_example_is_caught():
    """Prose is a comment with a space after its #; a setting has none."""

    class ShopSettings(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="SHOP_")
        most_parcels: int = 1
        open_at_night: bool = False
        greeting: str | None = None
        stamps: int = 1
        place: Path = Path("here")

    example = """
# --- The shop

# How many at once; SHOP_STAMPS=1 is another matter
#SHOP_MOST_PARCELS=2

#SHOP_OPEN_AT_NIGHT=false

# What it says
SHOP_GREETING=hello
# ---
#SHOP_GLUE=1

# Where it is
#SHOP_PLACE=here
"""
    assert settings_unlike_the_example(example, variables([ShopSettings])) == [
        "SHOP_MOST_PARCELS is 2 in .env.example and 1 in the code",
        "SHOP_OPEN_AT_NIGHT has no meaning above it in .env.example",
        "SHOP_GREETING is set in .env.example; comment it out",
        "SHOP_GREETING is hello in .env.example and empty in the code",
        "SHOP_GLUE has no meaning above it in .env.example",
        "SHOP_STAMPS is not in .env.example",
        "SHOP_GLUE is in .env.example, and does not exist",
    ]


def test_ci_calls_the_local_commands_and_nothing_else():
    """What only CI can run, nobody can mend without waiting for CI."""
    for workflow in (ROOT / ".github" / "workflows").iterdir():
        text = workflow.read_text(encoding="utf-8")
        assert re.findall(r"\brun: (.*)", text) == [".ci/run"], workflow.name
        assert re.findall(r"\buses: ([\w/-]+)@", text) == ["actions/checkout"], workflow.name


def test_recipes_are_explained():
    """`just --list` is how one learns what can be done here."""
    assert undocumented_recipes((ROOT / "justfile").read_text(encoding="utf-8")) == []
    planted = """
setting := "a: b"

# List the commands
default:
    just --list

# Send it
[group("run")]
send-all *what: (pack what) stamp
    echo "label: x"

[group("run")]
pack what="all":
    true

# Stamp it

stamp:
    true
"""
    assert undocumented_recipes(planted) == [
        "pack has no comment above it; `just --list` shows its words",
        "stamp has no comment above it; `just --list` shows its words",
        "stamp has no [group(...)]",
    ]


def test_codes_are_those_of_the_contract():
    """Clients branch on them; see CODES."""
    assert codes_unlike_the_contract(Code, CODES) == []
    planted = Enum("planted", {"SUCCESS": "0000", "LOST": "1101", "EXTRA": "2999"})
    assert codes_unlike_the_contract(planted, "0000 SUCCESS 1101 NOT_FOUND\n1200 REQUEST_VALIDATION") == [
        "1101 is LOST in the code and NOT_FOUND in the contract",
        "1200 is missing in the code and REQUEST_VALIDATION in the contract",
        "2999 is EXTRA in the code and missing in the contract",
    ]
