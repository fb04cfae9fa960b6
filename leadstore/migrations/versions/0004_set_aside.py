"""set aside: the items of batches that raised."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

import leadstore.tables

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Go one version up."""
    op.create_table('aside',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('stage', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('ref', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('lead_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('error', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('message', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('place', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('payload', sa.LargeBinary(), nullable=True),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('first_at', leadstore.tables.Instant(), nullable=False),
    sa.Column('last_at', leadstore.tables.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_aside_lead_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aside')),
    sa.UniqueConstraint('kind', 'stage', 'ref', name=op.f('uq_aside_kind_stage_ref'))
    )
    with op.batch_alter_table('aside', schema=None) as batch_op:
        batch_op.create_index('ix_aside_open', ['last_at'], unique=False, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.create_index('ix_aside_leads', ['lead_id', 'stage'], unique=False, sqlite_where=sa.text("kind = 'lead' AND state <> 'retried'"), postgresql_where=sa.text("kind = 'lead' AND state <> 'retried'"))


def downgrade() -> None:
    """Go one version back."""
    op.drop_table('aside')
