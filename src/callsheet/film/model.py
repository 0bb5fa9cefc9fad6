"""The base of every noun that people edit: unknown fields are errors, text is stripped."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Noun(BaseModel):
    """Something written in the production document."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True)


class Frozen(BaseModel):
    """A value that is never changed once made."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
File = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^/\\].*$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Frames = Annotated[int, Field(gt=0, le=240 * 60 * 60)]
