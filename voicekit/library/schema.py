"""The ledger's tables, and the version of their shape."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from voicekit.library.states import LIVE

__all__ = [
    "SCHEMA_VERSION",
    "STEPS",
    "allowance",
    "answer",
    "attempt",
    "event",
    "favourite",
    "file",
    "job",
    "meta",
    "metadata",
    "preview",
]

SCHEMA_VERSION = 2

STEPS: Mapping[int, tuple[str, ...]] = {
    2: (
        "ALTER TABLE attempt ADD COLUMN callback TEXT",
        "ALTER TABLE attempt ADD COLUMN answered_at BIGINT",
    ),
}
"""What makes a ledger of each version of the one before; new tables and indexes are
added anyway."""

# Money is in whole millionths of the vendor's credit, durations are in microseconds,
# times in microseconds since 1970 UTC: no column holds a float.
metadata = MetaData()

# SQLite counts up by itself only where the key is its own INTEGER.
_Counter = BigInteger().with_variant(Integer, "sqlite")

meta = Table("meta", metadata, Column("version", Integer, nullable=False))

job = Table(
    "job",
    metadata,
    Column("id", String(16), primary_key=True),
    # NULL once the user has the job forgotten; the same call then makes a new one.
    Column("key", String(64)),
    Column("take", Integer, nullable=False),
    Column("realm", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("model", Text),
    # As it is shown; the id itself may be the secret address of a sample.
    Column("voice", Text),
    Column("voice_id", Text),
    Column("text", Text),
    Column("settings", JSON, nullable=False),
    Column("format", Text),
    Column("files", JSON, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("key", "take"),
)

_is_live = text(f"state IN ({', '.join(repr(str(state)) for state in sorted(LIVE))})")

attempt = Table(
    "attempt",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("job", ForeignKey("job.id"), nullable=False, index=True),
    Column("issuer", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Text, nullable=False),
    # Whose budget it counts in; the owner may change, this does not.
    Column("reserved_by", Text, nullable=False),
    # Where the vendor was told to call back: known to it and to us alone.
    Column("callback", Text),
    Column("receipt", Text),
    Column("bound_micros", BigInteger),
    Column("estimated_micros", BigInteger),
    Column("credits_micros", BigInteger),
    Column("unit", Text, nullable=False),
    Column("cost_source", Text),
    Column("charged_to", Text),
    Column("raw_status", Integer),
    Column("raw", LargeBinary),
    Column("progress", Integer),
    Column("polls", Integer, nullable=False, default=0),
    Column("error", JSON),
    Column("billed", Text),
    Column("warnings", JSON),
    Column("words", JSON),
    Column("details", JSON),
    Column("created_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
    # When its submission was answered: it had arrived by then.
    Column("answered_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("expires_at", BigInteger),
    Column("latency_us", BigInteger),
    Column("latency_slack_us", BigInteger),
    Column("vendor_us", BigInteger),
    # At most one attempt of a job may be open or successful.
    Index(
        "attempt_live",
        "job",
        unique=True,
        sqlite_where=_is_live,
        postgresql_where=_is_live,
    ),
    # How many were sent of late: asked before each submission.
    Index("attempt_sent", "issuer", "sent_at"),
    Index("attempt_callback", "callback", unique=True),
    # A task id belongs to one attempt; NULLs are distinct in both databases.
    UniqueConstraint("issuer", "receipt"),
)

event = Table(
    "event",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("job", ForeignKey("job.id"), nullable=False),
    Column("attempt", ForeignKey("attempt.id")),
    Column("at", BigInteger, nullable=False),
    Column("what", Text, nullable=False),
    Column("data", JSON),
)

# What an account's refusals have told of its limits, for every kernel of this library.
allowance = Table(
    "allowance",
    metadata,
    Column("account", Text, primary_key=True),
    Column("known", JSON, nullable=False),
)

# What a vendor plays for a voice at no cost, kept so that it is fetched once.
preview = Table(
    "preview",
    metadata,
    Column("realm", Text, primary_key=True),
    Column("voice", Text, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
)

# The voices that a user marked, in whatever panel.
favourite = Table("favourite", metadata, Column("voice", Text, primary_key=True))

file = Table(
    "file",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("attempt", ForeignKey("attempt.id"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("duration_us", BigInteger),
    Column("sample_rate", Integer),
)

# What a rater answered to one screen of a listening test: one row, one transaction.
answer = Table(
    "answer",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("test", String(64), nullable=False),
    Column("rater", Text, nullable=False),
    Column("screen", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    # One object per stimulus, in the order of its position; times in milliseconds.
    Column("rows", JSON, nullable=False),
    UniqueConstraint("test", "rater", "screen"),
)
