"""Verdicts: what people said about takes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verdict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("production", sa.String(32), nullable=False),
        sa.Column("shot", sa.String(64), nullable=False),
        sa.Column("take", sa.Integer(), nullable=False),
        sa.Column("offer", sa.String(96), nullable=False),
        sa.Column("use_case", sa.String(32)),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Integer()),
        sa.Column("reason", sa.String(16)),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name="fk_verdict_production"),
        sa.PrimaryKeyConstraint("id", name="pk_verdict"),
    )
    op.create_index("ix_verdict_production_shot", "verdict", ["production", "shot"])
    op.create_index("ix_verdict_offer", "verdict", ["offer"])
