"""Approvals: what people signed of a bid, and what they withdrew. Rows are never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("production", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name="fk_approval_production"),
        sa.PrimaryKeyConstraint("id", name="pk_approval"),
    )
    op.create_index("ix_approval_production", "approval", ["production"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER approval_no_{verb.lower()} BEFORE {verb} ON approval "
                "BEGIN SELECT RAISE(ABORT, 'approvals are append-only'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION approval_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'approvals are append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER approval_append_only BEFORE UPDATE OR DELETE ON approval "
        "FOR EACH ROW EXECUTE FUNCTION approval_append_only()"
    )
