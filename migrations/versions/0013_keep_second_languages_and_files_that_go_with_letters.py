"""Keep what parts say in a letter's second language, and the files that go with a letter.

Parts that exist have no second language; their digests, and so the sign-offs given for them, stay what they are.
Exhibits that were printed as a caption only become files of their letter when somebody puts them in again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TEXTS = (
    ("letter_part", "second_heading"),
    ("letter_part", "second_text"),
    ("letter_part", "second_of"),
    ("part_wording", "second_heading"),
    ("part_wording", "second_text"),
    ("part_wording", "second_of"),
)


def upgrade() -> None:
    for table, column in _TEXTS:
        op.add_column(table, sa.Column(column, sa.Text(), server_default="", nullable=False))
    op.create_table(
        "letter_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_letter_attachment_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_attachment")),
        sa.UniqueConstraint("letter_id", "key", name=op.f("uq_letter_attachment_letter_id_key")),
        sa.UniqueConstraint("letter_id", "name", name=op.f("uq_letter_attachment_letter_id_name")),
    )


def downgrade() -> None:
    op.drop_table("letter_attachment")
    for table, column in reversed(_TEXTS):
        op.drop_column(table, column)
