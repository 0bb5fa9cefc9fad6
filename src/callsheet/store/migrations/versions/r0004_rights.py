"""Rights: what was withdrawn, and what the rules said when it was asked. Rows are only ever added."""

import sqlalchemy as sa
from alembic import op

from callsheet.store.tables import only_added

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("revocation", "ruling")


def upgrade() -> None:
    op.create_table(
        "revocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("production", sa.String(32), nullable=False),
        sa.Column("of", sa.Text(), nullable=False),
        sa.Column("on", sa.String(10), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name="fk_revocation_production"),
        sa.PrimaryKeyConstraint("id", name="pk_revocation"),
    )
    op.create_index("ix_revocation_production", "revocation", ["production"])
    op.create_table(
        "ruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("production", sa.String(32), nullable=False),
        sa.Column("verb", sa.String(16), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name="fk_ruling_production"),
        sa.PrimaryKeyConstraint("id", name="pk_ruling"),
    )
    op.create_index("ix_ruling_production", "ruling", ["production"])
    for statement in only_added(op.get_bind().dialect.name, TABLES):
        op.execute(statement)
