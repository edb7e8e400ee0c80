"""tasks done while the index is rebuilt are kept for it."""

import sqlalchemy as sa
from alembic import op

from api.store import types

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make it so."""
    with op.batch_alter_table("index_queue", schema=None) as batch_op:
        batch_op.add_column(sa.Column("done_at", types.UtcDateTime(timezone=True), nullable=True))
