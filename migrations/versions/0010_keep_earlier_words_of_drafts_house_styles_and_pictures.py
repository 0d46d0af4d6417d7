"""Keep what parts said before, whole drafts before a restore, the pictures of letters, and house styles.

Parts that exist stand in the body of their letter. What they said before today was not kept, and is not made up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter_part", sa.Column("annex", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "part_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_part_id", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("requested_text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_part_id"],
            ["letter_part.id"],
            name=op.f("fk_part_wording_letter_part_id_letter_part"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_wording")),
    )
    op.create_index(op.f("ix_part_wording_letter_part_id"), "part_wording", ["letter_part_id"], unique=False)
    op.create_table(
        "draft_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("head_json", sa.JSON(), nullable=False),
        sa.Column("parts_json", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("kept_by", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_draft_snapshot_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_snapshot")),
    )
    op.create_index(op.f("ix_draft_snapshot_letter_id"), "draft_snapshot", ["letter_id"], unique=False)
    op.create_table(
        "letter_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("width", sa.Double(), nullable=False),
        sa.Column("height", sa.Double(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_letter_picture_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_picture")),
        sa.UniqueConstraint("letter_id", "name", name=op.f("uq_letter_picture_letter_id_name")),
    )
    op.create_table(
        "house_style",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("head_json", sa.JSON(), nullable=False),
        sa.Column("logo_name", sa.Text(), nullable=False),
        sa.Column("logo_alt", sa.Text(), nullable=False),
        sa.Column("logo_media_type", sa.Text(), nullable=False),
        sa.Column("logo_width", sa.Double(), nullable=False),
        sa.Column("logo_height", sa.Double(), nullable=False),
        sa.Column("logo_storage_key", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_house_style_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_style")),
        sa.UniqueConstraint("organization_id", name=op.f("uq_house_style_organization_id")),
    )


def downgrade() -> None:
    op.drop_table("house_style")
    op.drop_table("letter_picture")
    op.drop_index(op.f("ix_draft_snapshot_letter_id"), "draft_snapshot")
    op.drop_table("draft_snapshot")
    op.drop_index(op.f("ix_part_wording_letter_part_id"), "part_wording")
    op.drop_table("part_wording")
    op.drop_column("letter_part", "annex")
