"""the foundation."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql
import leadstore.tables

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None
additive = False


def upgrade() -> None:
    """Go one version up."""
    op.create_table('halt',
    sa.Column('sequence', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('since', leadstore.tables.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('sequence', name=op.f('pk_halt'))
    )
    op.create_table('import_run',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('counts', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('started_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('finished_at', leadstore.tables.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_run')),
    sa.UniqueConstraint('digest', name=op.f('uq_import_run_digest'))
    )
    op.create_table('lead',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('key', sa.String(length=200), nullable=True),
    sa.Column('first_name', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('last_name', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('company', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('job_title', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('phone', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('country', sqlmodel.sql.sqltypes.AutoString(length=2), nullable=True),
    sa.Column('language', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
    sa.Column('zone', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
    sa.Column('attributes', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('stage', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('fit', sa.Float(), nullable=False),
    sa.Column('engagement', sa.Float(), nullable=False),
    sa.Column('grade', sqlmodel.sql.sqltypes.AutoString(length=1), nullable=False),
    sa.Column('heat', sa.Integer(), nullable=False),
    sa.Column('terms', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('score_as_of', leadstore.tables.Instant(), nullable=True),
    sa.Column('recheck_at', leadstore.tables.Instant(), nullable=True),
    sa.Column('mature', sa.Boolean(), nullable=False),
    sa.Column('cycle', sa.Integer(), nullable=False),
    sa.Column('created_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('changed_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('live', sa.Boolean(), nullable=False),
    sa.Column('changed', sa.Boolean(), nullable=False),
    sa.Column('merged_into', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['merged_into'], ['lead.id'], name=op.f('fk_lead_merged_into')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lead')),
    sa.UniqueConstraint('key', name=op.f('uq_lead_key'))
    )
    with op.batch_alter_table('lead', schema=None) as batch_op:
        batch_op.create_index('ix_lead_changed', ['id'], unique=False, sqlite_where=sa.text("changed AND live AND merged_into IS NULL"), postgresql_where=sa.text("changed AND live AND merged_into IS NULL"))
        batch_op.create_index('ix_lead_ready', ['heat', 'grade'], unique=False, sqlite_where=sa.text("mature AND merged_into IS NULL"), postgresql_where=sa.text("mature AND merged_into IS NULL"))
        batch_op.create_index('ix_lead_unscored', ['id'], unique=False, sqlite_where=sa.text("score_as_of IS NULL AND merged_into IS NULL"), postgresql_where=sa.text("score_as_of IS NULL AND merged_into IS NULL"))
        batch_op.create_index('ix_lead_recheck', ['recheck_at'], unique=False, sqlite_where=sa.text('recheck_at IS NOT NULL'), postgresql_where=sa.text('recheck_at IS NOT NULL'))

    op.create_table('lock',
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('holder', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('lease_until', leadstore.tables.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_lock'))
    )
    op.create_table('note',
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('value', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_note'))
    )
    op.create_table('release',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('files', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('applied_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('current', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_release')),
    sa.UniqueConstraint('digest', name=op.f('uq_release_digest'))
    )
    with op.batch_alter_table('release', schema=None) as batch_op:
        batch_op.create_index('uq_release_one_current', ['current'], unique=True, sqlite_where=sa.text('current'), postgresql_where=sa.text('current'))

    op.create_table('seller',
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('offered', sa.Integer(), nullable=False),
    sa.Column('last_offered_at', leadstore.tables.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_seller'))
    )
    op.create_table('address',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('address', sa.String(length=320), nullable=False),
    sa.Column('lead_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('current', sa.Boolean(), nullable=False),
    sa.Column('own_cap', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=True),
    sa.Column('created_at', leadstore.tables.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_address_lead_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_address')),
    sa.UniqueConstraint('address', name=op.f('uq_address_address'))
    )
    with op.batch_alter_table('address', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_address_lead_id'), ['lead_id'], unique=False)
        batch_op.create_index('uq_address_one_current', ['lead_id'], unique=True, sqlite_where=sa.text('current'), postgresql_where=sa.text('current'))

    op.create_table('handoff',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('lead_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cycle', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('seller', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.Column('cause', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('created_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('offered_at', leadstore.tables.Instant(), nullable=True),
    sa.Column('due_at', leadstore.tables.Instant(), nullable=True),
    sa.Column('answered_at', leadstore.tables.Instant(), nullable=True),
    sa.Column('answer', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_handoff_lead_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handoff')),
    sa.UniqueConstraint('lead_id', 'cycle', name=op.f('uq_handoff_lead_id_cycle'))
    )
    with op.batch_alter_table('handoff', schema=None) as batch_op:
        batch_op.create_index('ix_handoff_unassigned', ['created_at', 'id'], unique=False, sqlite_where=sa.text("state = 'unassigned'"), postgresql_where=sa.text("state = 'unassigned'"))
        batch_op.create_index('uq_handoff_one_open', ['lead_id'], unique=True, sqlite_where=sa.text("state IN ('unassigned', 'offered')"), postgresql_where=sa.text("state IN ('unassigned', 'offered')"))

    op.create_table('score_history',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('lead_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('fit', sa.Float(), nullable=False),
    sa.Column('engagement', sa.Float(), nullable=False),
    sa.Column('grade', sqlmodel.sql.sqltypes.AutoString(length=1), nullable=False),
    sa.Column('heat', sa.Integer(), nullable=False),
    sa.Column('at', leadstore.tables.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_score_history_lead_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score_history'))
    )
    with op.batch_alter_table('score_history', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_score_history_lead_id'), ['lead_id'], unique=False)

    op.create_table('signal',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('lead_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('type', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('properties', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('occurred_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('received_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('source_id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('machine', sa.Boolean(), nullable=False),
    sa.Column('live', sa.Boolean(), nullable=False),
    sa.Column('pending', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_signal_lead_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signal')),
    sa.UniqueConstraint('source', 'source_id', name=op.f('uq_signal_source_source_id'))
    )
    with op.batch_alter_table('signal', schema=None) as batch_op:
        batch_op.create_index('ix_signal_lead', ['lead_id', 'occurred_at'], unique=False)
        batch_op.create_index('ix_signal_pending', ['id'], unique=False, sqlite_where=sa.text('pending'), postgresql_where=sa.text('pending'))

    op.create_table('stage_change',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('lead_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('before', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('after', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('cause', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('at', leadstore.tables.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_stage_change_lead_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stage_change'))
    )
    with op.batch_alter_table('stage_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stage_change_lead_id'), ['lead_id'], unique=False)

    op.create_table('consent',
    sa.Column('address_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('topic', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('basis', sqlmodel.sql.sqltypes.AutoString(length=24), nullable=False),
    sa.Column('proof', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', leadstore.tables.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['address.id'], name=op.f('fk_consent_address_id')),
    sa.PrimaryKeyConstraint('address_id', 'topic', name=op.f('pk_consent'))
    )
    op.create_table('consent_change',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('address_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('topic', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('basis', sqlmodel.sql.sqltypes.AutoString(length=24), nullable=False),
    sa.Column('proof', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', leadstore.tables.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['address.id'], name=op.f('fk_consent_change_address_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent_change'))
    )
    with op.batch_alter_table('consent_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consent_change_address_id'), ['address_id'], unique=False)

    op.create_table('enrolment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('lead_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sequence', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('entry_key', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('run', sa.Integer(), nullable=False),
    sa.Column('version', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('release_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('step', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('occurrence', sa.Integer(), nullable=False),
    sa.Column('step_since', leadstore.tables.Instant(), nullable=False),
    sa.Column('due_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('first_due_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('signal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('requested', sa.Boolean(), nullable=False),
    sa.Column('retries', sa.Integer(), nullable=False),
    sa.Column('entered_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('ended_at', leadstore.tables.Instant(), nullable=True),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('lease_until', leadstore.tables.Instant(), nullable=True),
    sa.Column('frozen', sa.Integer(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_enrolment_lead_id')),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_enrolment_release_id')),
    sa.ForeignKeyConstraint(['signal_id'], ['signal.id'], name=op.f('fk_enrolment_signal_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolment')),
    sa.UniqueConstraint('lead_id', 'sequence', 'entry_key', 'run', name=op.f('uq_enrolment_lead_id_sequence_entry_key_run'))
    )
    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.create_index('ix_enrolment_due', ['due_at', 'lead_id'], unique=False, sqlite_where=sa.text("state = 'active'"), postgresql_where=sa.text("state = 'active'"))
        batch_op.create_index(batch_op.f('ix_enrolment_lead_id'), ['lead_id'], unique=False)
        batch_op.create_index('uq_enrolment_one_active', ['lead_id', 'sequence', 'entry_key'], unique=True, sqlite_where=sa.text("state = 'active'"), postgresql_where=sa.text("state = 'active'"))

    op.create_table('suppression',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('address_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', leadstore.tables.Instant(), nullable=False),
    sa.Column('lifted_at', leadstore.tables.Instant(), nullable=True),
    sa.ForeignKeyConstraint(['address_id'], ['address.id'], name=op.f('fk_suppression_address_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suppression'))
    )
    with op.batch_alter_table('suppression', schema=None) as batch_op:
        batch_op.create_index('uq_suppression_in_force', ['address_id'], unique=True, sqlite_where=sa.text('lifted_at IS NULL'), postgresql_where=sa.text('lifted_at IS NULL'))

    op.create_table('decision',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('lead_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('enrolment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('sequence', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('step', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('occurrence', sa.Integer(), nullable=False),
    sa.Column('verdict', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('until', leadstore.tables.Instant(), nullable=True),
    sa.Column('detail', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('at', leadstore.tables.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_decision_enrolment_id')),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_decision_lead_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision'))
    )
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.create_index('ix_decision_entries', ['lead_id', 'sequence', 'id'], unique=False, sqlite_where=sa.text("verdict IN ('enter', 'refuse')"), postgresql_where=sa.text("verdict IN ('enter', 'refuse')"))
        batch_op.create_index(batch_op.f('ix_decision_enrolment_id'), ['enrolment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_decision_lead_id'), ['lead_id'], unique=False)

    op.create_table('outbox',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('lead_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('address_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('enrolment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('handoff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('sequence', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('step', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('occurrence', sa.Integer(), nullable=False),
    sa.Column('template', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('topic', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('purpose', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('asset', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=True),
    sa.Column('recipient', sqlmodel.sql.sqltypes.AutoString(length=320), nullable=True),
    sa.Column('payload', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('dedupe', sa.String(length=200), nullable=True),
    sa.Column('message_id', sa.String(length=120), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('worker', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.Column('lease_until', leadstore.tables.Instant(), nullable=True),
    sa.Column('due_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('first_due_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('expires_at', leadstore.tables.Instant(), nullable=True),
    sa.Column('slot_at', leadstore.tables.Instant(), nullable=True),
    sa.Column('started_at', leadstore.tables.Instant(), nullable=True),
    sa.Column('settled_at', leadstore.tables.Instant(), nullable=True),
    sa.Column('code', sa.Integer(), nullable=True),
    sa.Column('reply', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('created_at', leadstore.tables.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['address.id'], name=op.f('fk_outbox_address_id')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_outbox_enrolment_id')),
    sa.ForeignKeyConstraint(['handoff_id'], ['handoff.id'], name=op.f('fk_outbox_handoff_id')),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_outbox_lead_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('dedupe', name=op.f('uq_outbox_dedupe')),
    sa.UniqueConstraint('enrolment_id', 'step', 'occurrence', name=op.f('uq_outbox_enrolment_id_step_occurrence')),
    sa.UniqueConstraint('message_id', name=op.f('uq_outbox_message_id'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_due', ['kind', 'due_at'], unique=False, sqlite_where=sa.text("state = 'planned'"), postgresql_where=sa.text("state = 'planned'"))
        batch_op.create_index(batch_op.f('ix_outbox_lead_id'), ['lead_id'], unique=False)
        batch_op.create_index('ix_outbox_leased', ['lease_until'], unique=False, sqlite_where=sa.text("state IN ('claimed', 'started')"), postgresql_where=sa.text("state IN ('claimed', 'started')"))
        batch_op.create_index('ix_outbox_slots', ['address_id', 'slot_at'], unique=False, sqlite_where=sa.text("state IN ('claimed', 'started', 'sent', 'uncertain')"), postgresql_where=sa.text("state IN ('claimed', 'started', 'sent', 'uncertain')"))



def downgrade() -> None:
    """Go one version back."""
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_slots', sqlite_where=sa.text("state IN ('claimed', 'started', 'sent', 'uncertain')"), postgresql_where=sa.text("state IN ('claimed', 'started', 'sent', 'uncertain')"))
        batch_op.drop_index('ix_outbox_leased', sqlite_where=sa.text("state IN ('claimed', 'started')"), postgresql_where=sa.text("state IN ('claimed', 'started')"))
        batch_op.drop_index(batch_op.f('ix_outbox_lead_id'))
        batch_op.drop_index('ix_outbox_due', sqlite_where=sa.text("state = 'planned'"), postgresql_where=sa.text("state = 'planned'"))

    op.drop_table('outbox')
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decision_lead_id'))
        batch_op.drop_index(batch_op.f('ix_decision_enrolment_id'))
        batch_op.drop_index('ix_decision_entries', sqlite_where=sa.text("verdict IN ('enter', 'refuse')"), postgresql_where=sa.text("verdict IN ('enter', 'refuse')"))

    op.drop_table('decision')
    with op.batch_alter_table('suppression', schema=None) as batch_op:
        batch_op.drop_index('uq_suppression_in_force', sqlite_where=sa.text('lifted_at IS NULL'), postgresql_where=sa.text('lifted_at IS NULL'))

    op.drop_table('suppression')
    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.drop_index('uq_enrolment_one_active', sqlite_where=sa.text("state = 'active'"), postgresql_where=sa.text("state = 'active'"))
        batch_op.drop_index(batch_op.f('ix_enrolment_lead_id'))
        batch_op.drop_index('ix_enrolment_due', sqlite_where=sa.text("state = 'active'"), postgresql_where=sa.text("state = 'active'"))

    op.drop_table('enrolment')
    with op.batch_alter_table('consent_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consent_change_address_id'))

    op.drop_table('consent_change')
    op.drop_table('consent')
    with op.batch_alter_table('stage_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stage_change_lead_id'))

    op.drop_table('stage_change')
    with op.batch_alter_table('signal', schema=None) as batch_op:
        batch_op.drop_index('ix_signal_pending', sqlite_where=sa.text('pending'), postgresql_where=sa.text('pending'))
        batch_op.drop_index('ix_signal_lead')

    op.drop_table('signal')
    with op.batch_alter_table('score_history', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_score_history_lead_id'))

    op.drop_table('score_history')
    with op.batch_alter_table('handoff', schema=None) as batch_op:
        batch_op.drop_index('ix_handoff_unassigned', sqlite_where=sa.text("state = 'unassigned'"), postgresql_where=sa.text("state = 'unassigned'"))
        batch_op.drop_index('uq_handoff_one_open', sqlite_where=sa.text("state IN ('unassigned', 'offered')"), postgresql_where=sa.text("state IN ('unassigned', 'offered')"))

    op.drop_table('handoff')
    with op.batch_alter_table('address', schema=None) as batch_op:
        batch_op.drop_index('uq_address_one_current', sqlite_where=sa.text('current'), postgresql_where=sa.text('current'))
        batch_op.drop_index(batch_op.f('ix_address_lead_id'))

    op.drop_table('address')
    op.drop_table('seller')
    with op.batch_alter_table('release', schema=None) as batch_op:
        batch_op.drop_index('uq_release_one_current', sqlite_where=sa.text('current'), postgresql_where=sa.text('current'))

    op.drop_table('release')
    op.drop_table('note')
    op.drop_table('lock')
    with op.batch_alter_table('lead', schema=None) as batch_op:
        batch_op.drop_index('ix_lead_ready', sqlite_where=sa.text("mature AND merged_into IS NULL"), postgresql_where=sa.text("mature AND merged_into IS NULL"))
        batch_op.drop_index('ix_lead_unscored', sqlite_where=sa.text("score_as_of IS NULL AND merged_into IS NULL"), postgresql_where=sa.text("score_as_of IS NULL AND merged_into IS NULL"))
        batch_op.drop_index('ix_lead_recheck', sqlite_where=sa.text('recheck_at IS NOT NULL'), postgresql_where=sa.text('recheck_at IS NOT NULL'))
        batch_op.drop_index('ix_lead_changed', sqlite_where=sa.text("changed AND live AND merged_into IS NULL"), postgresql_where=sa.text("changed AND live AND merged_into IS NULL"))

    op.drop_table('lead')
    op.drop_table('halt')
    op.drop_table('import_run')
