"""What a request body may hold, before a vendor's own rules."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

__all__ = ["Asked", "Text", "clean"]


def clean(text: str) -> str:
    """Refuse what no UTF-8 can carry: half a surrogate pair, which JSON can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("is not valid Unicode") from None
    return text


def _not_blank(text: str) -> str:
    # Every page is silent about blank text; selling silence would be the worse guess.
    if not text.strip():
        raise ValueError("must not be empty")
    return text


Text: TypeAlias = Annotated[str, Field(min_length=1), AfterValidator(_not_blank)]
"""What is to be spoken."""


class Asked(BaseModel):
    """A JSON body: strict types, further fields ignored.

    The pages name types and show them; a number written as text is a client's mistake
    that a lenient stand-in would hide.
    """

    model_config = ConfigDict(strict=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _valid_unicode(cls, value: Any) -> Any:
        _walk(value)
        return value


def _walk(value: Any) -> None:
    if isinstance(value, str):
        clean(value)
    elif isinstance(value, dict):
        for name, entry in value.items():
            clean(name)
            _walk(entry)
    elif isinstance(value, list):
        for entry in value:
            _walk(entry)
