"""Keep where the audit trail ends, and let the database refuse to change or delete an event or to move the end back.

The end is that of the trail as it is found.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SQLITE = (
    "CREATE TRIGGER audit_head_keeps BEFORE UPDATE ON audit_event"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
    "CREATE TRIGGER audit_head_holds BEFORE DELETE ON audit_event"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
    "CREATE TRIGGER audit_head_advances BEFORE UPDATE ON audit_head"
    " WHEN new.id <> old.id OR new.number <> old.number + 1"
    " BEGIN SELECT RAISE(ABORT, 'the head of the audit trail moves on by one event'); END",
    "CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
)
_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$",
    "CREATE TRIGGER audit_head_keeps BEFORE UPDATE OR DELETE ON audit_event"
    " FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()",
    "CREATE TRIGGER audit_head_holds BEFORE TRUNCATE ON audit_event"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
    "CREATE TRIGGER audit_head_advances BEFORE UPDATE ON audit_head FOR EACH ROW"
    " WHEN (new.id <> old.id OR new.number <> old.number + 1) EXECUTE FUNCTION audit_is_append_only()",
    "CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()",
)


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    bind = op.get_bind()
    bind.exec_driver_sql(
        "INSERT INTO audit_head (id, number, hash) SELECT 1, number, hash FROM audit_event ORDER BY number DESC LIMIT 1"
    )
    for statement in _SQLITE if bind.dialect.name == "sqlite" else _POSTGRESQL:
        bind.exec_driver_sql(statement)


def downgrade() -> None:
    bind = op.get_bind()
    on = "" if bind.dialect.name == "sqlite" else " ON audit_event"
    for name in ("keeps", "holds"):
        bind.exec_driver_sql(f"DROP TRIGGER audit_head_{name}{on}")
    op.drop_table("audit_head")
    if bind.dialect.name != "sqlite":
        bind.exec_driver_sql("DROP FUNCTION audit_is_append_only()")
