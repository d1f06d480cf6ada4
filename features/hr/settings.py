"""HR's settings, read from HR_* variables."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from kernel import ModuleSettings


class HrSettings(ModuleSettings):
    model_config = SettingsConfigDict(env_prefix="HR_")

    max_tags_per_employee: int = Field(10, ge=0, le=100)
