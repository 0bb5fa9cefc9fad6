"""The tables. Money is integer micro-units with a currency, time is UTC, JSON is canonical text so that its bytes can be compared.

Every row that belongs to a film names its production, so that one database can hold many. Artefacts do not: they are named by
what they are made of, and any production may reuse them.
"""

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

spend = Table(
    "spend",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("production", ForeignKey("production.id"), nullable=False),
    Column("take", ForeignKey("take.id")),
    Column("account", String(32), nullable=False),
    Column("amount_micros", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("made_at", Utc(), nullable=False),
    Index(None, "production", "currency"),
)
