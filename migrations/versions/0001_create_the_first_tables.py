"""Create the first tables: dockets and documents, positions and mapping, letters, sign-offs, filings, audit, mail, jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_event_hash")),
    )
    op.create_index(op.f("ix_audit_event_subject"), "audit_event", ["subject"], unique=False)

    op.create_table(
        "docket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("internal_deadline", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_docket")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_job_jobstate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
    )
    op.create_index(op.f("ix_job_state"), "job", ["state"], unique=False)

    op.create_table(
        "level_settlement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("path_json", sa.JSON(), nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.Column("instead_of", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_settlement")),
        sa.UniqueConstraint(
            "scope",
            "section",
            "number",
            "wording",
            "before",
            name=op.f("uq_level_settlement_scope_section_number_wording_before"),
        ),
    )
    op.create_table(
        "organization",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("tagline", sa.Text(), nullable=False),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('lead', 'member', 'partner', 'other')", name=op.f("ck_organization_organizationkind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("name", name=op.f("uq_organization_name")),
    )
    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("to_name", sa.Text(), nullable=False),
        sa.Column("to_email", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_outgoing_mail_key")),
    )
    op.create_index(op.f("ix_outgoing_mail_sent_at"), "outgoing_mail", ["sent_at"], unique=False)

    op.create_table(
        "source_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=True),
        sa.Column("date", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("coalition", sa.Boolean(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('principles', 'recommendations', 'consensus', 'letter', 'news', 'other')",
            name=op.f("ck_source_document_sourcekind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_document")),
        sa.UniqueConstraint("sha256", name=op.f("uq_source_document_sha256")),
    )
    op.create_table(
        "context_passage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_document_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_document_id"],
            ["source_document.id"],
            name=op.f("fk_context_passage_source_document_id_source_document"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_context_passage")),
        sa.UniqueConstraint("source_document_id", "place", name=op.f("uq_context_passage_source_document_id_place")),
    )
    op.create_table(
        "docket_identifier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("docket_id", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["docket_id"], ["docket.id"], name=op.f("fk_docket_identifier_docket_id_docket"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_docket_identifier")),
        sa.UniqueConstraint("docket_id", "identifier", name=op.f("uq_docket_identifier_docket_id_identifier")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_person_organization_id_organization"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_index(op.f("ix_person_organization_id"), "person", ["organization_id"], unique=False)

    op.create_table(
        "position",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_document_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("consensus", sa.String(length=40), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.CheckConstraint('start >= 0 AND "end" >= start', name=op.f("ck_position_span")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["position.id"], name=op.f("fk_position_parent_id_position"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_document_id"],
            ["source_document.id"],
            name=op.f("fk_position_source_document_id_source_document"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "consensus IN ('aligned', 'qualified', 'deferred', 'withdrawn')", name=op.f("ck_position_consensus")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
        sa.UniqueConstraint("source_document_id", "label", name=op.f("uq_position_source_document_id_label")),
        sa.UniqueConstraint("source_document_id", "place", name=op.f("uq_position_source_document_id_place")),
    )
    op.create_index(op.f("ix_position_parent_id"), "position", ["parent_id"], unique=False)

    op.create_table(
        "rule_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("docket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("publication_date", sa.Date(), nullable=True),
        sa.Column("start_page", sa.Integer(), nullable=True),
        sa.Column("end_page", sa.Integer(), nullable=True),
        sa.Column("metadata_json", sa.JSON(), nullable=False),
        sa.Column("leftovers_json", sa.JSON(), nullable=False),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "start_page IS NULL OR end_page IS NULL OR start_page <= end_page", name=op.f("ck_rule_document_pages")
        ),
        sa.ForeignKeyConstraint(
            ["docket_id"], ["docket.id"], name=op.f("fk_rule_document_docket_id_docket"), ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "kind IN ('proposed_rule', 'rule', 'notice', 'presidential_document', 'correction')",
            name=op.f("ck_rule_document_documentkind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_document")),
        sa.UniqueConstraint("docket_id", "source_sha256", name=op.f("uq_rule_document_docket_id_source_sha256")),
    )
    op.create_index(op.f("ix_rule_document_document_number"), "rule_document", ["document_number"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_account_person_id_person"), ondelete="RESTRICT"
        ),
        sa.CheckConstraint("role IN ('administrator', 'drafter', 'counsel', 'guest')", name=op.f("ck_account_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
    )
    op.create_table(
        "comment_date",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("docket_id", sa.Integer(), nullable=False),
        sa.Column("rule_document_id", sa.Integer(), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("time", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("computed", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["docket_id"], ["docket.id"], name=op.f("fk_comment_date_docket_id_docket"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rule_document_id"],
            ["rule_document.id"],
            name=op.f("fk_comment_date_rule_document_id_rule_document"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_date")),
    )
    op.create_index(op.f("ix_comment_date_docket_id"), "comment_date", ["docket_id"], unique=False)
    op.create_index(op.f("ix_comment_date_rule_document_id"), "comment_date", ["rule_document_id"], unique=False)

    op.create_table(
        "current_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_document_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Integer(), nullable=True),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("attached_by", sa.Text(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_document_id"],
            ["rule_document.id"],
            name=op.f("fk_current_text_rule_document_id_rule_document"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_current_text")),
        sa.UniqueConstraint(
            "rule_document_id", "source_sha256", name=op.f("uq_current_text_rule_document_id_source_sha256")
        ),
    )
    op.create_table(
        "document_succession",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.Column("later_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("evidence_json", sa.JSON(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(confirmed_by = '') = (confirmed_at IS NULL)", name=op.f("ck_document_succession_confirmed")
        ),
        sa.CheckConstraint("earlier_id <> later_id", name=op.f("ck_document_succession_two_documents")),
        sa.ForeignKeyConstraint(
            ["earlier_id"],
            ["rule_document.id"],
            name=op.f("fk_document_succession_earlier_id_rule_document"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["later_id"],
            ["rule_document.id"],
            name=op.f("fk_document_succession_later_id_rule_document"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "kind IN ('correction', 'withdrawal', 'supplemental', 'reopening', 'extension', 'final', 'other')",
            name=op.f("ck_document_succession_laterkind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_succession")),
        sa.UniqueConstraint("later_id", name=op.f("uq_document_succession_later_id")),
    )
    op.create_index(op.f("ix_document_succession_earlier_id"), "document_succession", ["earlier_id"], unique=False)

    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("docket_id", sa.Integer(), nullable=False),
        sa.Column("rule_document_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("head_json", sa.JSON(), nullable=False),
        sa.Column("texts_json", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["docket_id"], ["docket.id"], name=op.f("fk_letter_docket_id_docket"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["organization.id"], name=op.f("fk_letter_lead_id_organization"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["rule_document_id"],
            ["rule_document.id"],
            name=op.f("fk_letter_rule_document_id_rule_document"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_docket_id"), "letter", ["docket_id"], unique=False)
    op.create_index(op.f("ix_letter_lead_id"), "letter", ["lead_id"], unique=False)
    op.create_index(op.f("ix_letter_rule_document_id"), "letter", ["rule_document_id"], unique=False)

    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_document_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["rule_document_id"],
            ["rule_document.id"],
            name=op.f("fk_note_rule_document_id_rule_document"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("rule_document_id", "key", name=op.f("uq_note_rule_document_id_key")),
    )
    op.create_table(
        "position_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("wording_digest", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_position_version_position_id_position"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position_version")),
        sa.UniqueConstraint("position_id", "number", name=op.f("uq_position_version_position_id_number")),
    )
    op.create_table(
        "provision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_document_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("wording_digest", sa.Text(), nullable=False),
        sa.Column("details_json", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["provision.id"], name=op.f("fk_provision_parent_id_provision"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rule_document_id"],
            ["rule_document.id"],
            name=op.f("fk_provision_rule_document_id_rule_document"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "kind IN ('part', 'subpart', 'section', 'paragraph', 'definition', 'appendix', 'table', 'preamble_heading', 'preamble_paragraph')",
            name=op.f("ck_provision_provisionkind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provision")),
        sa.UniqueConstraint("rule_document_id", "key", name=op.f("uq_provision_rule_document_id_key")),
        sa.UniqueConstraint("rule_document_id", "place", name=op.f("uq_provision_rule_document_id_place")),
    )
    op.create_index(op.f("ix_provision_parent_id"), "provision", ["parent_id"], unique=False)

    op.create_table(
        "signatory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_signatory_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_signatory_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatory")),
        sa.UniqueConstraint("organization_id", "person_id", name=op.f("uq_signatory_organization_id_person_id")),
    )
    op.create_index(op.f("ix_signatory_person_id"), "signatory", ["person_id"], unique=False)

    op.create_table(
        "source_participant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_document_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "organization_id IS NOT NULL OR person_id IS NOT NULL", name=op.f("ck_source_participant_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_source_participant_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_source_participant_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_document_id"],
            ["source_document.id"],
            name=op.f("fk_source_participant_source_document_id_source_document"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_participant")),
        sa.UniqueConstraint("source_document_id", "place", name=op.f("uq_source_participant_source_document_id_place")),
    )
    op.create_index(
        op.f("ix_source_participant_organization_id"), "source_participant", ["organization_id"], unique=False
    )
    op.create_index(op.f("ix_source_participant_person_id"), "source_participant", ["person_id"], unique=False)

    op.create_table(
        "letter_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("requested_text", sa.Text(), nullable=False),
        sa.Column("included", sa.Boolean(), nullable=False),
        sa.Column("wording_digest", sa.Text(), nullable=False),
        sa.Column("edited_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_letter_part_level")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_letter_part_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "kind IN ('introduction', 'summary', 'general', 'comment', 'answer', 'conclusion', 'free')",
            name=op.f("ck_letter_part_partkind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_part")),
        sa.UniqueConstraint("letter_id", "key", name=op.f("uq_letter_part_letter_id_key")),
    )
    op.create_table(
        "letter_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("head_json", sa.JSON(), nullable=False),
        sa.Column("parts_json", sa.JSON(), nullable=False),
        sa.Column("frozen_by", sa.Text(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_letter_version_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_version")),
        sa.UniqueConstraint("letter_id", "number", name=op.f("uq_letter_version_letter_id_number")),
    )
    op.create_table(
        "provision_position",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provision_id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("stance", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("requested_text", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("provision_digest", sa.Text(), nullable=False),
        sa.Column("position_digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "requested_text = '' OR request <> ''", name=op.f("ck_provision_position_requested_text_has_request")
        ),
        sa.ForeignKeyConstraint(
            ["position_id"],
            ["position.id"],
            name=op.f("fk_provision_position_position_id_position"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["provision_id"],
            ["provision.id"],
            name=op.f("fk_provision_position_provision_id_provision"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "stance IN ('support', 'support_with_change', 'oppose', 'clarify', 'neutral')",
            name=op.f("ck_provision_position_stance"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provision_position")),
        sa.UniqueConstraint("provision_id", "position_id", name=op.f("uq_provision_position_provision_id_position_id")),
    )
    op.create_index(op.f("ix_provision_position_position_id"), "provision_position", ["position_id"], unique=False)

    op.create_table(
        "provision_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provision_id", sa.Integer(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["provision_id"],
            ["provision.id"],
            name=op.f("fk_provision_review_provision_id_provision"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provision_review")),
        sa.UniqueConstraint("provision_id", name=op.f("uq_provision_review_provision_id")),
    )
    op.create_table(
        "provision_succession",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_succession_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=True),
        sa.Column("later_id", sa.Integer(), nullable=True),
        sa.Column("fate", sa.String(length=40), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("candidates_json", sa.JSON(), nullable=False),
        sa.Column("words_json", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("(decided_by = '') = (decided_at IS NULL)", name=op.f("ck_provision_succession_decided")),
        sa.CheckConstraint(
            "decided_by = '' OR reason <> ''", name=op.f("ck_provision_succession_decided_for_a_reason")
        ),
        sa.CheckConstraint(
            "earlier_id IS NOT NULL OR later_id IS NOT NULL", name=op.f("ck_provision_succession_something")
        ),
        sa.ForeignKeyConstraint(
            ["document_succession_id"],
            ["document_succession.id"],
            name=op.f("fk_provision_succession_document_succession_id_document_succession"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["earlier_id"],
            ["provision.id"],
            name=op.f("fk_provision_succession_earlier_id_provision"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["later_id"], ["provision.id"], name=op.f("fk_provision_succession_later_id_provision"), ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "fate IN ('unchanged', 'changed', 'moved', 'moved_and_changed', 'removed', 'added', 'needs_a_person')",
            name=op.f("ck_provision_succession_fate"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provision_succession")),
        sa.UniqueConstraint(
            "document_succession_id", "place", name=op.f("uq_provision_succession_document_succession_id_place")
        ),
    )
    op.create_index(op.f("ix_provision_succession_earlier_id"), "provision_succession", ["earlier_id"], unique=False)
    op.create_index(op.f("ix_provision_succession_later_id"), "provision_succession", ["later_id"], unique=False)

    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_document_id", sa.Integer(), nullable=False),
        sa.Column("provision_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provision_id"], ["provision.id"], name=op.f("fk_question_provision_id_provision"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rule_document_id"],
            ["rule_document.id"],
            name=op.f("fk_question_rule_document_id_rule_document"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("rule_document_id", "key", name=op.f("uq_question_rule_document_id_key")),
    )
    op.create_index(op.f("ix_question_provision_id"), "question", ["provision_id"], unique=False)

    op.create_table(
        "filing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("signatures_digest", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("form_json", sa.JSON(), nullable=False),
        sa.Column("preflight_json", sa.JSON(), nullable=False),
        sa.Column("built_by", sa.Text(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_version_id"],
            ["letter_version.id"],
            name=op.f("fk_filing_letter_version_id_letter_version"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("letter_version_id", "number", name=op.f("uq_filing_letter_version_id_number")),
    )
    op.create_table(
        "issued_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_version_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_version_id"],
            ["letter_version.id"],
            name=op.f("fk_issued_file_letter_version_id_letter_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_file")),
        sa.UniqueConstraint("letter_version_id", "name", name=op.f("uq_issued_file_letter_version_id_name")),
    )
    op.create_table(
        "question_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_question_answer_question_id_question"), ondelete="CASCADE"
        ),
        sa.CheckConstraint("state IN ('answered', 'declined')", name=op.f("ck_question_answer_answerstate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_answer")),
        sa.UniqueConstraint("question_id", name=op.f("uq_question_answer_question_id")),
    )
    op.create_table(
        "sign_off_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("asked_version_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_version_id"],
            ["letter_version.id"],
            name=op.f("fk_sign_off_request_asked_version_id_letter_version"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_sign_off_request_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_sign_off_request_organization_id_organization"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_off_request_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off_request")),
        sa.UniqueConstraint("letter_id", "organization_id", name=op.f("uq_sign_off_request_letter_id_organization_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_off_request_token_hash")),
    )
    op.create_index(
        op.f("ix_sign_off_request_asked_version_id"), "sign_off_request", ["asked_version_id"], unique=False
    )
    op.create_index(op.f("ix_sign_off_request_organization_id"), "sign_off_request", ["organization_id"], unique=False)
    op.create_index(op.f("ix_sign_off_request_person_id"), "sign_off_request", ["person_id"], unique=False)

    op.create_table(
        "letter_part_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_part_id", sa.Integer(), nullable=False),
        sa.Column("provision_position_id", sa.Integer(), nullable=True),
        sa.Column("question_answer_id", sa.Integer(), nullable=True),
        sa.Column("upstream_digest", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(provision_position_id IS NULL) <> (question_answer_id IS NULL)",
            name=op.f("ck_letter_part_link_one_upstream"),
        ),
        sa.ForeignKeyConstraint(
            ["letter_part_id"],
            ["letter_part.id"],
            name=op.f("fk_letter_part_link_letter_part_id_letter_part"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["provision_position_id"],
            ["provision_position.id"],
            name=op.f("fk_letter_part_link_provision_position_id_provision_position"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["question_answer_id"],
            ["question_answer.id"],
            name=op.f("fk_letter_part_link_question_answer_id_question_answer"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_part_link")),
        sa.UniqueConstraint(
            "letter_part_id",
            "provision_position_id",
            name=op.f("uq_letter_part_link_letter_part_id_provision_position_id"),
        ),
        sa.UniqueConstraint(
            "letter_part_id", "question_answer_id", name=op.f("uq_letter_part_link_letter_part_id_question_answer_id")
        ),
    )
    op.create_index(
        op.f("ix_letter_part_link_provision_position_id"), "letter_part_link", ["provision_position_id"], unique=False
    )
    op.create_index(
        op.f("ix_letter_part_link_question_answer_id"), "letter_part_link", ["question_answer_id"], unique=False
    )

    op.create_table(
        "packet_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_packet_file_filing_id_filing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet_file")),
        sa.UniqueConstraint("filing_id", "name", name=op.f("uq_packet_file_filing_id_name")),
    )
    op.create_table(
        "sign_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("letter_version_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=40), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("reservation", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "decision <> 'joined_with_reservation' OR reservation <> ''", name=op.f("ck_sign_off_reservation")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_sign_off_letter_id_letter"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["letter_version_id"],
            ["letter_version.id"],
            name=op.f("fk_sign_off_letter_version_id_letter_version"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_sign_off_organization_id_organization"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["sign_off_request.id"],
            name=op.f("fk_sign_off_request_id_sign_off_request"),
            ondelete="RESTRICT",
        ),
        sa.CheckConstraint(
            "decision IN ('joined', 'joined_with_reservation', 'abstained', 'declined', 'withdrawn')",
            name=op.f("ck_sign_off_decision"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
    )
    op.create_index(op.f("ix_sign_off_letter_version_id"), "sign_off", ["letter_version_id"], unique=False)
    op.create_index(op.f("ix_sign_off_organization_id"), "sign_off", ["organization_id"], unique=False)
    op.create_index(op.f("ix_sign_off_request_id"), "sign_off", ["request_id"], unique=False)
    op.create_index(
        op.f("uq_sign_off_current"),
        "sign_off",
        ["letter_id", "organization_id"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )

    op.create_table(
        "sign_off_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sign_off_id", sa.Integer(), nullable=False),
        sa.Column("part_key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sign_off_id"], ["sign_off.id"], name=op.f("fk_sign_off_part_sign_off_id_sign_off"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off_part")),
        sa.UniqueConstraint("sign_off_id", "part_key", name=op.f("uq_sign_off_part_sign_off_id_part_key")),
    )


def downgrade() -> None:
    op.drop_table("sign_off_part")

    op.drop_table("sign_off")
    op.drop_table("packet_file")

    op.drop_table("letter_part_link")

    op.drop_table("sign_off_request")
    op.drop_table("question_answer")
    op.drop_table("issued_file")
    op.drop_table("filing")

    op.drop_table("question")

    op.drop_table("provision_succession")
    op.drop_table("provision_review")

    op.drop_table("provision_position")
    op.drop_table("letter_version")
    op.drop_table("letter_part")

    op.drop_table("source_participant")

    op.drop_table("signatory")

    op.drop_table("provision")
    op.drop_table("position_version")
    op.drop_table("note")

    op.drop_table("letter")

    op.drop_table("document_succession")
    op.drop_table("current_text")

    op.drop_table("comment_date")
    op.drop_table("account")

    op.drop_table("rule_document")

    op.drop_table("position")

    op.drop_table("person")
    op.drop_table("docket_identifier")
    op.drop_table("context_passage")
    op.drop_table("source_document")

    op.drop_table("outgoing_mail")
    op.drop_table("organization")
    op.drop_table("level_settlement")

    op.drop_table("job")
    op.drop_table("docket")

    op.drop_table("audit_event")
