"""What the operator, or the developer at the keyboard, can mend. The text is for them: one sentence, no traceback.

    OperatorError
    ├── SettingsError      a setting; names the variable and masks secrets
    ├── DeclarationError   a file or a declaration under features/ that breaks the rules; names it and says what to do
    ├── StartupRefused     what stands around the app: a port, a database, a worker too many
    └── MigrationError     in `database/migrations/editors.py`

What a client is told is `kernel.errors.refusals`.
"""


class OperatorError(Exception):
    """Something that a person can mend, said to that person."""


class SettingsError(OperatorError):
    """A setting that the app cannot run with."""


class DeclarationError(OperatorError, ValueError):
    """A file or a declaration of a feature that breaks the rules of where things stand and what they define."""


class StartupRefused(OperatorError):
    """Why the app does not start."""
