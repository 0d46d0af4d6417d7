"""Keep the work on the mapping: who sees to a provision, wordings at review, clearings, saved views, steps to undo.

Answers to questions get a revision, so that two people who edit one are told. The wordings of provisions that mapped
positions were reviewed at are kept from the provisions that still have them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Rows that are there count as never changed since. (The default stays in the database; the program always says.)
    op.add_column("question_answer", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))

    op.create_table(
        "provision_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provision_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("assigned_by", sa.Text(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_provision_assignment_owner_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["provision_id"],
            ["provision.id"],
            name=op.f("fk_provision_assignment_provision_id_provision"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provision_assignment")),
        sa.UniqueConstraint("provision_id", name=op.f("uq_provision_assignment_provision_id")),
    )
    op.create_index(op.f("ix_provision_assignment_owner_id"), "provision_assignment", ["owner_id"], unique=False)

    op.create_table(
        "kept_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_wording")),
        sa.UniqueConstraint("digest", name=op.f("uq_kept_wording_digest")),
    )
    # Equal digests are equal wordings but for white space, so any one of them will do.
    op.execute(
        "INSERT INTO kept_wording (digest, heading, text) "
        "SELECT provision.wording_digest, MIN(provision.heading), MIN(provision.text) FROM provision "
        "JOIN provision_position ON provision_position.provision_digest = provision.wording_digest "
        "GROUP BY provision.wording_digest"
    )

    op.create_table(
        "link_clearing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provision_position_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cleared_by", sa.Text(), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provision_before", sa.Text(), nullable=False),
        sa.Column("provision_after", sa.Text(), nullable=False),
        sa.Column("position_before", sa.Text(), nullable=False),
        sa.Column("position_after", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('cosmetic', 'substantive')", name=op.f("ck_link_clearing_clearing")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_link_clearing_for_a_reason")),
        sa.ForeignKeyConstraint(
            ["provision_position_id"],
            ["provision_position.id"],
            name=op.f("fk_link_clearing_provision_position_id_provision_position"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_clearing")),
    )
    op.create_index(
        op.f("ix_link_clearing_provision_position_id"), "link_clearing", ["provision_position_id"], unique=False
    )

    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("docket_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["docket_id"], ["docket.id"], name=op.f("fk_saved_view_docket_id_docket"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("docket_id", "name", name=op.f("uq_saved_view_docket_id_name")),
    )

    op.create_table(
        "undo_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("docket_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes_json", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["docket_id"], ["docket.id"], name=op.f("fk_undo_step_docket_id_docket"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_undo_step_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undo_step")),
    )
    op.create_index(op.f("ix_undo_step_docket_id"), "undo_step", ["docket_id"], unique=False)
    op.create_index(op.f("ix_undo_step_person_id"), "undo_step", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("undo_step")
    op.drop_table("saved_view")
    op.drop_table("link_clearing")
    op.drop_table("kept_wording")
    op.drop_table("provision_assignment")
    op.drop_column("question_answer", "revision")
