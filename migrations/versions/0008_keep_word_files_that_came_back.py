"""Keep Word files of letters that came back: the file, each suggested edit with its decision, and the comments.

Nothing that exists changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "returned_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("letter_version_id", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("notices_json", sa.JSON(), nullable=False),
        sa.Column("exported_json", sa.JSON(), nullable=False),
        sa.Column("tracked", sa.Integer(), nullable=False),
        sa.Column("untracked", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_returned_file_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["letter_version_id"],
            ["letter_version.id"],
            name=op.f("fk_returned_file_letter_version_id_letter_version"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_returned_file_organization_id_organization"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned_file")),
        sa.UniqueConstraint("letter_id", "sha256", name=op.f("uq_returned_file_letter_id_sha256")),
    )
    op.create_index(op.f("ix_returned_file_letter_version_id"), "returned_file", ["letter_version_id"], unique=False)
    op.create_index(op.f("ix_returned_file_organization_id"), "returned_file", ["organization_id"], unique=False)
    op.create_table(
        "suggested_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("returned_file_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("letter_part_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("start_at", sa.Integer(), nullable=False),
        sa.Column("end_at", sa.Integer(), nullable=False),
        sa.Column("where", sa.Text(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("within_id", sa.Integer(), nullable=True),
        sa.Column("why_unplaced", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.Integer(), nullable=True),
        sa.Column("applied_digest", sa.Text(), nullable=False),
        sa.Column("text_before", sa.Text(), nullable=False),
        sa.CheckConstraint("why_unplaced = '' OR state = 'open'", name=op.f("ck_suggested_edit_unplaced_stays_open")),
        sa.CheckConstraint(
            "kind IN ('insertion', 'deletion', 'replacement', 'move from', 'move to', 'format')",
            name=op.f("ck_suggested_edit_editkind"),
        ),
        sa.CheckConstraint("state IN ('open', 'accepted', 'rejected')", name=op.f("ck_suggested_edit_editstate")),
        sa.CheckConstraint("start_at <= end_at", name=op.f("ck_suggested_edit_range")),
        sa.ForeignKeyConstraint(
            ["letter_part_id"],
            ["letter_part.id"],
            name=op.f("fk_suggested_edit_letter_part_id_letter_part"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["returned_file_id"],
            ["returned_file.id"],
            name=op.f("fk_suggested_edit_returned_file_id_returned_file"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["within_id"],
            ["suggested_edit.id"],
            name=op.f("fk_suggested_edit_within_id_suggested_edit"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggested_edit")),
        sa.UniqueConstraint("returned_file_id", "number", name=op.f("uq_suggested_edit_returned_file_id_number")),
    )
    op.create_index(op.f("ix_suggested_edit_letter_part_id"), "suggested_edit", ["letter_part_id"], unique=False)
    op.create_index(op.f("ix_suggested_edit_within_id"), "suggested_edit", ["within_id"], unique=False)
    op.create_table(
        "part_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("letter_part_id", sa.Integer(), nullable=True),
        sa.Column("returned_file_id", sa.Integer(), nullable=True),
        sa.Column("answers_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("resolved", sa.Boolean(), nullable=False),
        sa.Column("resolved_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answers_id"],
            ["part_comment.id"],
            name=op.f("fk_part_comment_answers_id_part_comment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_part_comment_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["letter_part_id"],
            ["letter_part.id"],
            name=op.f("fk_part_comment_letter_part_id_letter_part"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["returned_file_id"],
            ["returned_file.id"],
            name=op.f("fk_part_comment_returned_file_id_returned_file"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_comment")),
    )
    op.create_index(op.f("ix_part_comment_answers_id"), "part_comment", ["answers_id"], unique=False)
    op.create_index(op.f("ix_part_comment_letter_id"), "part_comment", ["letter_id"], unique=False)
    op.create_index(op.f("ix_part_comment_letter_part_id"), "part_comment", ["letter_part_id"], unique=False)
    op.create_index(op.f("ix_part_comment_returned_file_id"), "part_comment", ["returned_file_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_part_comment_answers_id"), "part_comment")
    op.drop_index(op.f("ix_part_comment_letter_id"), "part_comment")
    op.drop_index(op.f("ix_part_comment_letter_part_id"), "part_comment")
    op.drop_index(op.f("ix_part_comment_returned_file_id"), "part_comment")
    op.drop_table("part_comment")
    op.drop_index(op.f("ix_suggested_edit_letter_part_id"), "suggested_edit")
    op.drop_index(op.f("ix_suggested_edit_within_id"), "suggested_edit")
    op.drop_table("suggested_edit")
    op.drop_index(op.f("ix_returned_file_letter_version_id"), "returned_file")
    op.drop_index(op.f("ix_returned_file_organization_id"), "returned_file")
    op.drop_table("returned_file")
