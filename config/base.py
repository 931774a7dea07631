"""What all slices of the configuration are made of."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Days = Annotated[int, Field(ge=1, le=3650)]
# The retention periods that CloudWatch Logs accepts (PutRetentionPolicy).
LogRetentionDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653]


class Frozen(BaseModel):
    """Immutable, strict base of every configuration slice."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
