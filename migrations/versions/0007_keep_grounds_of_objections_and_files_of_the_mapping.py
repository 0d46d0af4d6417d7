"""Keep the legal grounds of each link of the mapping, and the files of the mapping that came back.

Links that exist have no grounds yet.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("provision_position", sa.Column("grounds", sa.JSON(), server_default="[]", nullable=False))
    op.create_table(
        "exchange_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_document_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("extra_json", sa.JSON(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_by", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(applied_by = '') = (applied_at IS NULL)", name=op.f("ck_exchange_upload_applied")),
        sa.ForeignKeyConstraint(
            ["rule_document_id"],
            ["rule_document.id"],
            name=op.f("fk_exchange_upload_rule_document_id_rule_document"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_upload")),
    )
    op.create_index(op.f("ix_exchange_upload_rule_document_id"), "exchange_upload", ["rule_document_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_exchange_upload_rule_document_id"), "exchange_upload")
    op.drop_table("exchange_upload")
    op.drop_column("provision_position", "grounds")
