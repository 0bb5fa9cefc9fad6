"""The tables. Money is integer micro-units with a currency, time is UTC, JSON is canonical text so that its bytes can be compared.

Every row that belongs to a film names its production, so that one database can hold many. Artefacts do not: they are named by
what they are made of, and any production may reuse them.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)


class Utc(TypeDecorator[datetime]):
    """A moment, always UTC and always aware; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC, and without the zone on SQLite. An unaware time is refused with ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: aware, UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

production = Table(
    "production",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("made_at", Utc(), nullable=False),
)

board_version = Table(
    "board_version",
    metadata,
    Column("production", ForeignKey("production.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("parent", Integer),
    Column("why", Text, nullable=False),
    # True from the moment a restore is decided until its document is written out: a kill between the two is finished by the next reader.
    Column("unwritten", Boolean, nullable=False, server_default=false()),
    Column("made_at", Utc(), nullable=False),
)

take = Table(
    "take",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("production", ForeignKey("production.id"), nullable=False),
    Column("shot", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("recipe_digest", String(64), nullable=False),
    Column("recipe", Text, nullable=False),
    Column("clips", Text, nullable=False),
    Column("cost_micros", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("state", String(16), nullable=False),
    Column("made_at", Utc(), nullable=False),
    UniqueConstraint("production", "shot", "number"),
    Index(None, "production", "recipe_digest"),
)

pick = Table(
    "pick",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("production", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("shot", String(64), nullable=False),
    # NULL takes the shot's pick away; the latest row of a shot in a version counts.
    Column("take", ForeignKey("take.id")),
    Column("picked_by", Text, nullable=False),
    Column("picked_at", Utc(), nullable=False),
    ForeignKeyConstraint(["production", "version"], ["board_version.production", "board_version.number"]),
    Index(None, "production", "version", "shot"),
)

artefact = Table(
    "artefact",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("meta", Text, nullable=False),
    Column("made_at", Utc(), nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("production", ForeignKey("production.id"), nullable=False),
    Column("shot", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", Utc(), nullable=False),
    Index(None, "production", "shot"),
)

verdict = Table(
    "verdict",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("production", ForeignKey("production.id"), nullable=False),
    Column("shot", String(64), nullable=False),
    Column("take", Integer, nullable=False),
    Column("offer", String(96), nullable=False),
    Column("use_case", String(32)),
    Column("accepted", Boolean, nullable=False),
    Column("score", Integer),  # 1 to 5, where somebody gave one
    Column("reason", String(16)),
    Column("note", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("at", Utc(), nullable=False),
    Index(None, "production", "shot"),
    Index(None, "offer"),
)

revocation = Table(
    "revocation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("production", ForeignKey("production.id"), nullable=False),
    Column("of", Text, nullable=False),  # an asset, a person, or the sha256 of a file
    Column("on", String(10), nullable=False),
    Column("why", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Utc(), nullable=False),
    Index(None, "production"),
)

ruling = Table(
    "ruling",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("production", ForeignKey("production.id"), nullable=False),
    Column("verb", String(16), nullable=False),
    Column("what", Text, nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("body", Text, nullable=False),  # the judgement: findings, rules and facts by digest
    Column("by", Text, nullable=False),
    Column("at", Utc(), nullable=False),
    Index(None, "production"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("production", ForeignKey("production.id"), nullable=False),
    Column("take", String(64), nullable=False),  # the identity of the take that is to be bought, before there is one
    Column("number", Integer, nullable=False),
    Column("shot", String(64), nullable=False),
    Column("person", Text, nullable=False),
    Column("day", String(10), nullable=False),
    Column("provider", String(64), nullable=False),
    Column("offer", String(96), nullable=False),
    Column("request_digest", String(64), nullable=False),
    Column("recipe", Text, nullable=False),
    Column("price", Text, nullable=False),
    Column("held_micros", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("state", String(12), nullable=False),
    Column("owner", String(32)),
    Column("job", String(255)),
    Column("cancel", String(8), nullable=False),
    Column("verdict", String(16)),
    Column("reason", Text, nullable=False),
    Column("cost_micros", BigInteger),
    Column("cost_kind", String(8)),
    Column("made_at", Utc(), nullable=False),
    Column("sent_at", Utc()),
    Column("changed_at", Utc(), nullable=False),
    UniqueConstraint("take", "number"),
    # A job is bought by one attempt: a second row for it would be a second price.
    UniqueConstraint("provider", "job"),
    Index(None, "production", "state"),
    Index(None, "provider", "state"),
)

entry = Table(
    "entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(128), nullable=False, unique=True),  # the same event is booked once
    Column("production", ForeignKey("production.id"), nullable=False),
    Column("attempt", ForeignKey("attempt.id")),
    Column("kind", String(16), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Utc(), nullable=False),
    Index(None, "attempt"),
    Index(None, "production"),
)

posting = Table(
    "posting",
    metadata,
    Column("entry", ForeignKey("entry.id"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("account", String(20), nullable=False),
    Column("micros", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
)

cap = Table(
    "cap",
    metadata,
    Column("scope", String(12), primary_key=True),
    Column("name", String(200), primary_key=True),  # empty: every one of the scope
    Column("limit_micros", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", Utc(), nullable=False),
)

cap_use = Table(
    "cap_use",
    metadata,
    Column("scope", String(12), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("used_micros", BigInteger, nullable=False),
)

pace = Table(
    "pace",
    metadata,
    Column("provider", String(64), primary_key=True),
    # The moment at which the next create would be on time, were the last ones evenly spread: a token bucket in one number.
    Column("next_at", Utc(), nullable=False),
    Column("closed_until", Utc()),
    Column("why", Text, nullable=False),
)

price_confirmation = Table(
    "price_confirmation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("production", ForeignKey("production.id"), nullable=False),
    Column("offer", String(96), nullable=False),
    # The most one take may cost, as a person stated it for an offer whose price is unknown; the latest of an offer counts.
    Column("worst_micros", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("confirmed_at", Utc(), nullable=False),
    Index(None, "production", "offer"),
)

worker = Table(
    "worker",
    metadata,
    Column(
        "id", String(32), primary_key=True
    ),  # new at each start: a process that comes back from the dead is not itself any more
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    # All by the database's clock, so that no machine's own has to be right.
    Column("started_at", Utc(), nullable=False),
    Column("beat_at", Utc(), nullable=False),
    # When others may believe it dead, if it has not beaten again by then.
    Column("dead_at", Utc(), nullable=False),
    Column("state", String(8), nullable=False),
    # Who took its work over. Written once, and only over a heartbeat that had stopped; from then on its own heartbeat fails.
    Column("reaped_by", String(32)),
    Index(None, "dead_at"),
)

approval = Table(
    "approval",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("production", ForeignKey("production.id"), nullable=False),
    Column("digest", String(64), nullable=False),  # of the terms in `body`
    Column(
        "kind", String(12), nullable=False
    ),  # approved or withdrawn: the latest row of a production says what is in force
    Column("body", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Utc(), nullable=False),
    Index(None, "production"),
)

APPEND_ONLY = ("entry", "posting")


def append_only(dialect: str) -> list[str]:
    """The statements that make a database refuse to change or remove what was booked."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            for table in APPEND_ONLY
            for verb in ("UPDATE", "DELETE")
        ]
    function = (
        "CREATE OR REPLACE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
    )
    return [function] + [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_append_only()"
        for table in APPEND_ONLY
    ]


def only_added(dialect: str, tables: Sequence[str]) -> list[str]:
    """The statements that make a database refuse to change or remove rows of these tables."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table in tables
            for verb in ("UPDATE", "DELETE")
        ]
    function = (
        "CREATE OR REPLACE FUNCTION rows_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'these rows are append-only'; END $$"
    )
    return [function] + [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION rows_append_only()"
        for table in tables
    ]
