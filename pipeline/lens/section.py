"""The base of every part of the lens contract."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Frozen, and a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
