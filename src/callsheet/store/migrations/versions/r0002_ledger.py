"""The ledger: attempts, entries and their postings, caps and what is used of them, the pace of every provider."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from callsheet.store.tables import append_only

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "attempt",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("production", sa.String(32), nullable=False),
        sa.Column("take", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shot", sa.String(64), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("offer", sa.String(96), nullable=False),
        sa.Column("request_digest", sa.String(64), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("price", sa.Text(), nullable=False),
        sa.Column("held_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("owner", sa.String(32)),
        sa.Column("job", sa.String(255)),
        sa.Column("cancel", sa.String(8), nullable=False),
        sa.Column("verdict", sa.String(16)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger()),
        sa.Column("cost_kind", sa.String(8)),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("sent_at", moment),
        sa.Column("changed_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name="fk_attempt_production"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.UniqueConstraint("take", "number", name="uq_attempt_take_number"),
        sa.UniqueConstraint("provider", "job", name="uq_attempt_provider_job"),
    )
    op.create_index("ix_attempt_production_state", "attempt", ["production", "state"])
    op.create_index("ix_attempt_provider_state", "attempt", ["provider", "state"])
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("production", sa.String(32), nullable=False),
        sa.Column("attempt", sa.String(64)),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name="fk_entry_production"),
        sa.ForeignKeyConstraint(["attempt"], ["attempt.id"], name="fk_entry_attempt"),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.UniqueConstraint("key", name="uq_entry_key"),
    )
    op.create_index("ix_entry_attempt", "entry", ["attempt"])
    op.create_index("ix_entry_production", "entry", ["production"])
    op.create_table(
        "posting",
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(20), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entry.id"], name="fk_posting_entry"),
        sa.PrimaryKeyConstraint("entry", "line", name="pk_posting"),
    )
    op.create_table(
        "cap",
        sa.Column("scope", sa.String(12), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("limit_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("scope", "name", name="pk_cap"),
    )
    op.create_table(
        "cap_use",
        sa.Column("scope", sa.String(12), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("used_micros", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "name", "currency", name="pk_cap_use"),
    )
    op.create_table(
        "pace",
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("next_at", moment, nullable=False),
        sa.Column("closed_until", moment),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("provider", name="pk_pace"),
    )
    op.create_table(
        "price_confirmation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("production", sa.String(32), nullable=False),
        sa.Column("offer", sa.String(96), nullable=False),
        sa.Column("worst_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("confirmed_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name="fk_price_confirmation_production"),
        sa.PrimaryKeyConstraint("id", name="pk_price_confirmation"),
    )
    op.create_index("ix_price_confirmation_production_offer", "price_confirmation", ["production", "offer"])
    op.create_table(
        "worker",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("beat_at", moment, nullable=False),
        sa.Column("dead_at", moment, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reaped_by", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name="pk_worker"),
    )
    op.create_index("ix_worker_dead_at", "worker", ["dead_at"])
    for statement in append_only(op.get_bind().dialect.name):
        op.execute(sa.text(statement))
    _book_earlier_spending()


def _book_earlier_spending() -> None:
    """What was spent before there was a ledger is booked as charges of its day, counted against the caps, and the old table goes."""
    bind = op.get_bind()
    old = bind.execute(
        sa.text(
            "SELECT s.id, s.production, s.take, s.amount_micros, s.currency, s.made_at, k.shot FROM spend s "
            "LEFT JOIN take k ON k.id = s.take WHERE s.amount_micros <> 0 ORDER BY s.id"
        )
    ).all()
    used: dict[tuple[str, str, str], int] = {}
    for row in old:
        key = f"charge:{row.take or row.id}"
        bind.execute(
            sa.text(
                "INSERT INTO entry (key, production, kind, why, at) VALUES (:key, :production, 'charge', 'booked before the ledger', :at)"
            ),
            {"key": key, "production": row.production, "at": row.made_at},
        )
        number = bind.execute(sa.text("SELECT id FROM entry WHERE key = :key"), {"key": key}).scalar()
        for line, (account, micros) in enumerate(
            (("available", -row.amount_micros), ("charged:reported", row.amount_micros))
        ):
            bind.execute(
                sa.text(
                    "INSERT INTO posting (entry, line, account, micros, currency) VALUES (:entry, :line, :account, :micros, :currency)"
                ),
                {"entry": number, "line": line, "account": account, "micros": micros, "currency": row.currency},
            )
        shot = f"{row.production} {row.shot or ''}"
        for scope, name in (
            ("workspace", ""),
            ("production", row.production),
            ("shot", shot),
            ("person", ""),
            ("day", _day(row.made_at)),
        ):
            used[scope, name, row.currency] = used.get((scope, name, row.currency), 0) + row.amount_micros
    for (scope, name, currency), micros in sorted(used.items()):
        bind.execute(
            sa.text(
                "INSERT INTO cap_use (scope, name, currency, used_micros) VALUES (:scope, :name, :currency, :micros)"
            ),
            {"scope": scope, "name": name, "currency": currency, "micros": micros},
        )
    op.drop_table("spend")


def _day(moment: object) -> str:
    """The day in UTC of a moment: SQLite gives text, a server a datetime in a zone of its own."""
    return moment.astimezone(UTC).date().isoformat() if isinstance(moment, datetime) else str(moment)[:10]
