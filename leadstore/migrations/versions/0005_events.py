"""events: keys of other systems, visitors, what they did, and events that nobody knows."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

import leadstore.tables

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None
additive = True

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')


def upgrade() -> None:
    """Go one version up."""
    op.create_table('api_key',
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
    sa.Column('scopes', JSON, nullable=False),
    sa.Column('types', JSON, nullable=False),
    sa.Column('per_minute', sa.Integer(), nullable=False),
    sa.Column('made_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('expires_at', leadstore.tables.Instant(), nullable=True),
    sa.Column('revoked_at', leadstore.tables.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_api_key'))
    )
    op.create_table('visitor',
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('lead_id', ID, nullable=True),
    sa.Column('seen_at', leadstore.tables.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_visitor_lead_id')),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_visitor'))
    )
    with op.batch_alter_table('visitor', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_visitor_lead_id'), ['lead_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_visitor_seen_at'), ['seen_at'], unique=False)
    op.create_table('waiting_signal',
    sa.Column('id', ID, autoincrement=True, nullable=False),
    sa.Column('visitor', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('type', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('properties', JSON, nullable=False),
    sa.Column('occurred_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('received_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('source_id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiting_signal')),
    sa.UniqueConstraint('source', 'source_id', name=op.f('uq_waiting_signal_source_source_id'))
    )
    with op.batch_alter_table('waiting_signal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_waiting_signal_visitor'), ['visitor'], unique=False)
        batch_op.create_index(batch_op.f('ix_waiting_signal_received_at'), ['received_at'], unique=False)
    op.create_table('unmapped_event',
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('properties', JSON, nullable=False),
    sa.Column('first_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('last_at', leadstore.tables.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('source', 'name', name=op.f('pk_unmapped_event'))
    )


def downgrade() -> None:
    """Go one version back."""
    op.drop_table('unmapped_event')
    op.drop_table('waiting_signal')
    op.drop_table('visitor')
    op.drop_table('api_key')
