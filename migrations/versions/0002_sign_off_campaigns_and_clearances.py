"""Add what a signing campaign keeps: judged changes, retired links, delegations, reminders, rules for a quorum, bounces."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outgoing_mail") as mail:
        mail.add_column(sa.Column("about", sa.Text(), nullable=False, server_default=""))
        mail.add_column(sa.Column("unsubscribe", sa.Text(), nullable=False, server_default=""))
        mail.add_column(sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
        mail.add_column(sa.Column("bounce", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("sign_off_request") as request:
        request.add_column(sa.Column("reminders_stopped_at", sa.DateTime(timezone=True), nullable=True))
        request.add_column(sa.Column("code_hash", sa.Text(), nullable=False, server_default=""))
        request.add_column(sa.Column("code_sent_at", sa.DateTime(timezone=True), nullable=True))
        request.add_column(sa.Column("code_attempts", sa.Integer(), nullable=False, server_default="0"))
    # The models give these columns their first value, so the default that old rows needed goes again.
    for table, columns in (
        ("outgoing_mail", ("about", "unsubscribe", "bounce")),
        ("sign_off_request", ("code_hash", "code_attempts")),
    ):
        with op.batch_alter_table(table) as altered:
            for column in columns:
                altered.alter_column(column, server_default=None)
    op.create_index(op.f("ix_outgoing_mail_about"), "outgoing_mail", ["about"])

    op.create_table(
        "retired_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("why IN ('replaced', 'handed_on')", name=op.f("ck_retired_link_retirement")),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["sign_off_request.id"],
            name=op.f("fk_retired_link_request_id_sign_off_request"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_retired_link_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["letter_version.id"],
            name=op.f("fk_retired_link_version_id_letter_version"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retired_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_retired_link_token_hash")),
    )
    for column in ("request_id", "person_id", "version_id"):
        op.create_index(op.f(f"ix_retired_link_{column}"), "retired_link", [column])

    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("from_person_id", sa.Integer(), nullable=False),
        sa.Column("to_person_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("delegated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["sign_off_request.id"],
            name=op.f("fk_delegation_request_id_sign_off_request"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["from_person_id"], ["person.id"], name=op.f("fk_delegation_from_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["to_person_id"], ["person.id"], name=op.f("fk_delegation_to_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    for column in ("request_id", "from_person_id", "to_person_id"):
        op.create_index(op.f(f"ix_delegation_{column}"), "delegation", [column])

    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["sign_off_request.id"],
            name=op.f("fk_reminder_request_id_sign_off_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("request_id", "number", name=op.f("uq_reminder_request_id_number")),
    )

    op.create_table(
        "signing_campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("reminders", sa.Boolean(), nullable=False),
        sa.Column("digests", sa.Boolean(), nullable=False),
        sa.Column("mailed_code", sa.Boolean(), nullable=False),
        sa.Column("lead_must_join", sa.Boolean(), nullable=False),
        sa.Column("at_least", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("at_least >= 0", name=op.f("ck_signing_campaign_at_least")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_signing_campaign_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_campaign")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_signing_campaign_letter_id")),
    )

    op.create_table(
        "quorum_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["signing_campaign.id"],
            name=op.f("fk_quorum_member_campaign_id_signing_campaign"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_quorum_member_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quorum_member")),
        sa.UniqueConstraint(
            "campaign_id", "organization_id", name=op.f("uq_quorum_member_campaign_id_organization_id")
        ),
    )
    op.create_index(op.f("ix_quorum_member_organization_id"), "quorum_member", ["organization_id"])

    op.create_table(
        "received_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sign_off_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sign_off_id"], ["sign_off.id"], name=op.f("fk_received_file_sign_off_id_sign_off"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_file")),
        sa.UniqueConstraint("sign_off_id", name=op.f("uq_received_file_sign_off_id")),
    )

    op.create_table(
        "wording_clearance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("part_key", sa.Text(), nullable=False),
        sa.Column("before_digest", sa.Text(), nullable=False),
        sa.Column("after_digest", sa.Text(), nullable=False),
        sa.Column("before_version_id", sa.Integer(), nullable=False),
        sa.Column("after_version_id", sa.Integer(), nullable=False),
        sa.Column("weight", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cleared_by", sa.Text(), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("weight IN ('cosmetic', 'substantive')", name=op.f("ck_wording_clearance_weight")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_wording_clearance_reason")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_wording_clearance_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["before_version_id"],
            ["letter_version.id"],
            name=op.f("fk_wording_clearance_before_version_id_letter_version"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["after_version_id"],
            ["letter_version.id"],
            name=op.f("fk_wording_clearance_after_version_id_letter_version"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording_clearance")),
        sa.UniqueConstraint(
            "letter_id",
            "part_key",
            "before_digest",
            "after_digest",
            name=op.f("uq_wording_clearance_letter_id_part_key_before_digest_after_digest"),
        ),
    )
    for column in ("before_version_id", "after_version_id"):
        op.create_index(op.f(f"ix_wording_clearance_{column}"), "wording_clearance", [column])


def downgrade() -> None:
    for table in (
        "wording_clearance",
        "received_file",
        "quorum_member",
        "signing_campaign",
        "reminder",
        "delegation",
        "retired_link",
    ):
        op.drop_table(table)
    op.drop_index(op.f("ix_outgoing_mail_about"), "outgoing_mail")
    with op.batch_alter_table("sign_off_request") as request:
        for column in ("code_attempts", "code_sent_at", "code_hash", "reminders_stopped_at"):
            request.drop_column(column)
    with op.batch_alter_table("outgoing_mail") as mail:
        for column in ("bounce", "bounced_at", "unsubscribe", "about"):
            mail.drop_column(column)
