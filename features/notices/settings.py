"""The settings of notices, read from NOTICES_* variables."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from kernel import ModuleSettings


class NoticesSettings(ModuleSettings):
    model_config = SettingsConfigDict(env_prefix="NOTICES_")

    retention_days: int = Field(180, ge=1)
