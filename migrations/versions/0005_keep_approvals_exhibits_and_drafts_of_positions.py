"""Tell who owns and approved a position, what it asks for and what bears it out; keep uploads while people correct them.

Adds the quotation, request and fallback of a wording, its approvals, the owner and review date of a position, exhibits,
the files behind source documents, drafts of their outlines, and why a letter was frozen on unapproved positions.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TEXTS = {
    "position_version": ("quotation", "request", "fallback"),
    "context_passage": ("heading",),
    "letter_version": ("override_reason",),
}


def upgrade() -> None:
    for table, columns in _TEXTS.items():
        for column in columns:
            op.add_column(table, sa.Column(column, sa.Text(), nullable=False, server_default=""))
    op.add_column("context_passage", sa.Column("evidence", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("letter_version", sa.Column("overridden_json", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("source_document", sa.Column("storage_key", sa.Text(), nullable=True))
    op.add_column("source_document", sa.Column("text_key", sa.Text(), nullable=True))
    with op.batch_alter_table("position") as position:
        position.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        position.add_column(sa.Column("review_by", sa.Date(), nullable=True))
        position.create_foreign_key(
            op.f("fk_position_owner_id_person"), "person", ["owner_id"], ["id"], ondelete="SET NULL"
        )
    op.create_index(op.f("ix_position_owner_id"), "position", ["owner_id"], unique=False)

    op.create_table(
        "position_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position_version_id", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=False),
        sa.Column("revoked_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by = '')", name=op.f("ck_position_approval_revoked_by_somebody")
        ),
        sa.CheckConstraint(
            "revoked_at IS NULL OR revoked_reason <> ''", name=op.f("ck_position_approval_revoked_for_a_reason")
        ),
        sa.ForeignKeyConstraint(
            ["position_version_id"],
            ["position_version.id"],
            name=op.f("fk_position_approval_position_version_id_position_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position_approval")),
    )
    op.create_index(
        op.f("ix_position_approval_position_version_id"), "position_approval", ["position_version_id"], unique=False
    )
    op.create_table(
        "exhibit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_exhibit_position_id_position"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exhibit")),
        sa.UniqueConstraint("position_id", "sha256", name=op.f("uq_exhibit_position_id_sha256")),
    )
    op.create_table(
        "source_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("text_key", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("outline_json", sa.JSON(), nullable=False),
        sa.Column("earlier_json", sa.JSON(), nullable=False),
        sa.Column("source_document_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_document_id"],
            ["source_document.id"],
            name=op.f("fk_source_draft_source_document_id_source_document"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_draft")),
    )
    op.create_index(op.f("ix_source_draft_sha256"), "source_draft", ["sha256"], unique=False)
    op.create_index(op.f("ix_source_draft_source_document_id"), "source_draft", ["source_document_id"], unique=False)


def downgrade() -> None:
    op.drop_table("source_draft")
    op.drop_table("exhibit")
    op.drop_table("position_approval")
    op.drop_index(op.f("ix_position_owner_id"), table_name="position")
    with op.batch_alter_table("position") as position:
        position.drop_constraint(op.f("fk_position_owner_id_person"), type_="foreignkey")
        position.drop_column("owner_id")
        position.drop_column("review_by")
    op.drop_column("source_document", "text_key")
    op.drop_column("source_document", "storage_key")
    op.drop_column("letter_version", "overridden_json")
    op.drop_column("context_passage", "evidence")
    for table, columns in _TEXTS.items():
        for column in columns:
            op.drop_column(table, column)
