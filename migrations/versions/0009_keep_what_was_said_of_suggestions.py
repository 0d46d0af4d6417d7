"""Keep people's word that a suggested position does not bear on a provision."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suggestion_verdict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provision_id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("provision_digest", sa.Text(), nullable=False),
        sa.Column("position_digest", sa.Text(), nullable=False),
        sa.Column("judged_by", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["position_id"],
            ["position.id"],
            name=op.f("fk_suggestion_verdict_position_id_position"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["provision_id"],
            ["provision.id"],
            name=op.f("fk_suggestion_verdict_provision_id_provision"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion_verdict")),
        sa.UniqueConstraint("provision_id", "position_id", name=op.f("uq_suggestion_verdict_provision_id_position_id")),
    )
    op.create_index(op.f("ix_suggestion_verdict_position_id"), "suggestion_verdict", ["position_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_suggestion_verdict_position_id"), "suggestion_verdict")
    op.drop_table("suggestion_verdict")
