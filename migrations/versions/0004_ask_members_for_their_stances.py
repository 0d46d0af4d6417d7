"""Ask members for their stances: what they are asked about, the links they answer by, and their answers.

A docket says whether members see each other's stances; dockets that exist keep them hidden.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("docket", sa.Column("stances_open", sa.Boolean(), server_default=sa.false(), nullable=False))

    op.create_table(
        "stance_subject",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("docket_id", sa.Integer(), nullable=False),
        sa.Column("provision_id", sa.Integer(), nullable=True),
        sa.Column("position_id", sa.Integer(), nullable=True),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(provision_id IS NULL) <> (position_id IS NULL)", name=op.f("ck_stance_subject_one_subject")
        ),
        sa.ForeignKeyConstraint(
            ["docket_id"], ["docket.id"], name=op.f("fk_stance_subject_docket_id_docket"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["provision_id"],
            ["provision.id"],
            name=op.f("fk_stance_subject_provision_id_provision"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_stance_subject_position_id_position"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stance_subject")),
        sa.UniqueConstraint("docket_id", "position_id", name=op.f("uq_stance_subject_docket_id_position_id")),
        sa.UniqueConstraint("docket_id", "provision_id", name=op.f("uq_stance_subject_docket_id_provision_id")),
    )
    op.create_index(op.f("ix_stance_subject_provision_id"), "stance_subject", ["provision_id"], unique=False)
    op.create_index(op.f("ix_stance_subject_position_id"), "stance_subject", ["position_id"], unique=False)

    op.create_table(
        "stance_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("docket_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["docket_id"], ["docket.id"], name=op.f("fk_stance_request_docket_id_docket"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_stance_request_organization_id_organization"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_stance_request_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stance_request")),
        sa.UniqueConstraint("docket_id", "organization_id", name=op.f("uq_stance_request_docket_id_organization_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_stance_request_token_hash")),
    )
    op.create_index(op.f("ix_stance_request_organization_id"), "stance_request", ["organization_id"], unique=False)
    op.create_index(op.f("ix_stance_request_person_id"), "stance_request", ["person_id"], unique=False)

    op.create_table(
        "member_stance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("docket_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("provision_id", sa.Integer(), nullable=True),
        sa.Column("position_id", sa.Integer(), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("held", sa.String(length=40), nullable=False),
        sa.Column("condition", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("subject_digest", sa.Text(), nullable=False),
        sa.Column("draft_digest", sa.Text(), nullable=False),
        sa.Column("shown_subject", sa.Text(), nullable=False),
        sa.Column("shown_draft", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(provision_id IS NULL) <> (position_id IS NULL)", name=op.f("ck_member_stance_one_subject")
        ),
        sa.CheckConstraint(
            "held IN ('support', 'support_with_change', 'oppose', 'clarify', 'no_view', 'cannot_comment')",
            name=op.f("ck_member_stance_memberview"),
        ),
        sa.CheckConstraint(
            "condition IN ('none', 'not_if_asked', 'only_if_asked')", name=op.f("ck_member_stance_condition")
        ),
        sa.ForeignKeyConstraint(
            ["docket_id"], ["docket.id"], name=op.f("fk_member_stance_docket_id_docket"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_member_stance_organization_id_organization"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["provision_id"],
            ["provision.id"],
            name=op.f("fk_member_stance_provision_id_provision"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_member_stance_position_id_position"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_stance")),
    )
    op.create_index(op.f("ix_member_stance_organization_id"), "member_stance", ["organization_id"], unique=False)
    op.create_index(op.f("ix_member_stance_provision_id"), "member_stance", ["provision_id"], unique=False)
    op.create_index(op.f("ix_member_stance_position_id"), "member_stance", ["position_id"], unique=False)
    for subject in ("provision", "position"):
        op.create_index(
            op.f(f"uq_member_stance_current_{subject}"),
            "member_stance",
            ["docket_id", "organization_id", f"{subject}_id"],
            unique=True,
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        )


def downgrade() -> None:
    op.drop_table("member_stance")
    op.drop_table("stance_request")
    op.drop_table("stance_subject")
    op.drop_column("docket", "stances_open")
