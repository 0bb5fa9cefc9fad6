"""The first tables: versions of the board, takes, picks, artefacts, decisions, spending."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "production",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_production"),
    )
    op.create_table(
        "board_version",
        sa.Column("production", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("parent", sa.Integer()),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("unwritten", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name="fk_board_version_production"),
        sa.PrimaryKeyConstraint("production", "number", name="pk_board_version"),
    )
    op.create_table(
        "take",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("production", sa.String(32), nullable=False),
        sa.Column("shot", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("recipe_digest", sa.String(64), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("clips", sa.Text(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name="fk_take_production"),
        sa.PrimaryKeyConstraint("id", name="pk_take"),
        sa.UniqueConstraint("production", "shot", "number", name="uq_take_production_shot_number"),
    )
    op.create_index("ix_take_production_recipe_digest", "take", ["production", "recipe_digest"])
    op.create_table(
        "pick",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("production", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shot", sa.String(64), nullable=False),
        sa.Column("take", sa.String(64)),
        sa.Column("picked_by", sa.Text(), nullable=False),
        sa.Column("picked_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["production", "version"],
            ["board_version.production", "board_version.number"],
            name="fk_pick_production_version",
        ),
        sa.ForeignKeyConstraint(["take"], ["take.id"], name="fk_pick_take"),
        sa.PrimaryKeyConstraint("id", name="pk_pick"),
    )
    op.create_index("ix_pick_production_version_shot", "pick", ["production", "version", "shot"])
    op.create_table(
        "artefact",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("meta", sa.Text(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_artefact"),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("production", sa.String(32), nullable=False),
        sa.Column("shot", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name="fk_decision_production"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_production_shot", "decision", ["production", "shot"])
    op.create_table(
        "spend",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("production", sa.String(32), nullable=False),
        sa.Column("take", sa.String(64)),
        sa.Column("account", sa.String(32), nullable=False),
        sa.Column("amount_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name="fk_spend_production"),
        sa.ForeignKeyConstraint(["take"], ["take.id"], name="fk_spend_take"),
        sa.PrimaryKeyConstraint("id", name="pk_spend"),
    )
    op.create_index("ix_spend_production_currency", "spend", ["production", "currency"])
