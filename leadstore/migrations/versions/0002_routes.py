"""routes: the pace and the troubles of the relay and of recipients' domains."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

import leadstore.tables

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Go one version up."""
    op.create_table('route',
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
    sa.Column('next_at', leadstore.tables.Instant(), nullable=True),
    sa.Column('queue_at', leadstore.tables.Instant(), nullable=True),
    sa.Column('day', sa.Date(), nullable=True),
    sa.Column('used', sa.Integer(), nullable=False),
    sa.Column('closed_until', leadstore.tables.Instant(), nullable=True),
    sa.Column('closings', sa.Integer(), nullable=False),
    sa.Column('probing', sa.Boolean(), nullable=False),
    sa.Column('cause', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=True),
    sa.Column('code', sa.Integer(), nullable=True),
    sa.Column('reply', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('since', leadstore.tables.Instant(), nullable=True),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('pace', sa.Float(), nullable=True),
    sa.Column('paced_at', leadstore.tables.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_route'))
    )
    with op.batch_alter_table('route', schema=None) as batch_op:
        batch_op.create_index('ix_route_troubled', ['name'], unique=False, sqlite_where=sa.text('closings > 0'), postgresql_where=sa.text('closings > 0'))


def downgrade() -> None:
    """Go one version back."""
    with op.batch_alter_table('route', schema=None) as batch_op:
        batch_op.drop_index('ix_route_troubled', sqlite_where=sa.text('closings > 0'), postgresql_where=sa.text('closings > 0'))

    op.drop_table('route')
