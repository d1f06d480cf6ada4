# Tessera's commands. `uv run just` lists them.

set shell := ["sh", "-euc"]
set quiet

# List the commands
default:
    just --list --unsorted

# Migrate and serve, on http://127.0.0.1:9999 unless APP_PORT says otherwise
[group("run")]
up: migrate serve

# Serve without migrating
[group("run")]
[no-exit-message]
serve:
    exec python -m kernel serve

# Migrate, serve, and start again whenever a file is saved
[group("run")]
[no-exit-message]
dev:
    exec python platform/scaffold/dev.py

# List the use cases: name, method, who may call, button, URL
[group("run")]
slices:
    python -m kernel slices

# Add that many employees to the demo company, which in demo mode is made first; never in production
[group("run")]
[no-exit-message]
demo-data count:
    python -m kernel demo-data {{count}}

# List the events that are not dealt with; `events retry [id ...]`, `events discard id ...`, `events retell teller listener`
[group("run")]
[no-exit-message]
events *arguments:
    python -m kernel events {{arguments}}

# Disable the accounts that demo mode opened, before APP_ENV=production
[group("run")]
[no-exit-message]
end-demo-accounts:
    python -m kernel end-demo-accounts

# Run the tests on SQLite and an in-process Redis; needs no service
[group("test")]
test *arguments:
    env -u DB_URL -u REDIS_URL -u TEST_DB_URL -u TEST_REDIS_URL pytest {{arguments}}

# Run the same tests on PostgreSQL and Redis: TEST_DB_URL, TEST_REDIS_URL
[group("test")]
[no-exit-message]
test-services *arguments:
    export TEST_DB_URL="${TEST_DB_URL:-postgres://postgres@127.0.0.1:5432/test}" \
        TEST_REDIS_URL="${TEST_REDIS_URL:-redis://127.0.0.1:6379/15}"; \
        python -m tests.services && pytest {{arguments}}

# Call the whole API with odd and plausible requests, FUZZ_SECONDS long (120); on TEST_DB_URL and TEST_REDIS_URL if set
[group("test")]
[no-exit-message]
test-fuzz *arguments:
    env -u DB_URL -u REDIS_URL pytest -n 0 -s -m fuzz tests/fuzz/test_contract.py {{arguments}}

# Run the tests as `just test` does, and show what of features and kernel none of them runs
[group("test")]
cover *arguments:
    just test --cov --cov-report=term {{arguments}}

# Accept what the snapshots say now; review the change before you commit it
[group("test")]
snapshots *arguments:
    pytest --snapshot-update -n 0 {{arguments}}

# Everything that must hold before a commit
[group("check")]
check: lint format-check types walls migrations-check test

# All that CI runs; needs PostgreSQL and Redis as well, see test-services
[group("check")]
[no-exit-message]
ci:
    .ci/run

# Find mistakes
[group("check")]
lint:
    ruff check .

# Mend what ruff can mend, format, and say what is left
[group("check")]
fix:
    ruff check --fix-only --quiet .
    ruff format .
    ruff check .

# Is the code formatted?
[group("check")]
format-check:
    ruff format --check .

# Do the types fit?
[group("check")]
types:
    basedpyright

# Do the walls between features and the kernel's floors stand?
[group("check")]
walls:
    lint-imports

# Is there a migration for every change of a model?
[group("check")]
[no-exit-message]
migrations-check:
    python -m kernel makemigrations --check

# Write migrations for changed models: all, or those of modules; see migrations/README.md
[group("database")]
[no-exit-message]
makemigrations *modules:
    python -m kernel makemigrations {{modules}}

# Apply migrations: all, those of a module, or up to <module>.<migration>
[group("database")]
[no-exit-message]
migrate *target:
    python -m kernel migrate {{target}}

# List the applied migrations
[group("database")]
[no-exit-message]
history:
    python -m kernel history

# Take migrations back: all of a module, or down to <module>.<migration>
[group("database")]
[no-exit-message]
downgrade target:
    python -m kernel downgrade {{target}}

# makemigrations and migrate in one go
[group("database")]
mm *modules: (makemigrations modules) migrate

# Take the newest versions of all dependencies and pin them in pyproject.toml
[group("lock")]
lock:
    python platform/scaffold/lock.py
