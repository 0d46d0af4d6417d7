"""Keep how a version was frozen for filing: under which conditions, with whom, and why, if one was not met.

Versions frozen before stay as they are: to be signed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "final_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_version_id", sa.Integer(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("standing_json", sa.JSON(), nullable=False),
        sa.Column("shortfalls", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("frozen_by", sa.Text(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("shortfalls = '' OR reason <> ''", name=op.f("ck_final_version_reason")),
        sa.ForeignKeyConstraint(
            ["letter_version_id"],
            ["letter_version.id"],
            name=op.f("fk_final_version_letter_version_id_letter_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_final_version")),
        sa.UniqueConstraint("letter_version_id", name=op.f("uq_final_version_letter_version_id")),
    )


def downgrade() -> None:
    op.drop_table("final_version")
