"""Alembic's entry: runs migrations of the staff side on the connection it is handed."""

from alembic import context

from geoportal.desk.store.database import VERSION_TABLE
from geoportal.desk.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
