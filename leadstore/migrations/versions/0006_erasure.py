"""erasure: seals of erased persons, and who did what to which lead."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

import leadstore.tables

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Go one version up."""
    op.create_table('tombstone',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('sealed_by', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('person', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('why', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('at', leadstore.tables.Instant(), nullable=False),
    sa.Column('lifted_at', leadstore.tables.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_tombstone'))
    )
    with op.batch_alter_table('tombstone', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tombstone_person'), ['person'], unique=False)

    op.create_table('audit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('at', leadstore.tables.Instant(), nullable=False),
    sa.Column('who', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('act', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('lead_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('detail', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_lead_id'), ['lead_id'], unique=False)


def downgrade() -> None:
    """Go one version back."""
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_lead_id'))

    op.drop_table('audit')
    with op.batch_alter_table('tombstone', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tombstone_person'))

    op.drop_table('tombstone')
