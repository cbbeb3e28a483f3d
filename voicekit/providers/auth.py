"""How a vendor wants to be shown the key: declared here, applied by the transport."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

__all__ = ["Auth", "Bearer", "Header", "Jwt", "TokenExchange"]


@dataclass(frozen=True, slots=True)
class Bearer:
    """``Authorization: Bearer KEY``."""

    parts: ClassVar[tuple[tuple[str, ...], ...]] = (("KEY",),)
    """The ways to be known, each by the parts of the key that it needs."""


@dataclass(frozen=True, slots=True)
class Header:
    """The key alone, in a header of the vendor's own name."""

    parts: ClassVar[tuple[tuple[str, ...], ...]] = (("KEY",),)
    name: str


@dataclass(frozen=True, slots=True)
class Jwt:
    """A bearer key; or a token signed with a secret key, made anew before it ends.

    The token is HS256 over ``iss`` (the access key), ``exp`` and ``nbf``.
    """

    parts: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("KEY",),
        ("ACCESS_KEY", "SECRET_KEY"),
    )
    life_s: int = 1_800
    back_dated_s: int = 5
    renew_before_s: int = 60


@dataclass(frozen=True, slots=True)
class TokenExchange:
    """The key in a header; or a bearer token that client id and secret are given."""

    parts: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("KEY",),
        ("CLIENT_ID", "CLIENT_SECRET"),
    )
    header: str
    path: str
    """Where ``{"clientId", "clientSecret"}`` is posted and ``token`` comes back."""


Auth: TypeAlias = Bearer | Header | Jwt | TokenExchange
