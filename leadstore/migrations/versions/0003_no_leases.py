"""no leases: what only one process may do is a lock that dies with its holder."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

import leadstore.tables

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None
additive = False  # the version before keeps the leases of `nurture up` in this table


def upgrade() -> None:
    """Go one version up."""
    op.drop_table('lock')


def downgrade() -> None:
    """Go one version back."""
    op.create_table('lock',
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('holder', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('lease_until', leadstore.tables.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_lock'))
    )
