"""Opens the store of the settings at a schema that this version works on."""

from __future__ import annotations

from flows.work.shop.settings import Settings
from leadstore.database.schema import refuse_other
from leadstore.store import Store, open_store


def ready_store(settings: Settings) -> Store:
    """The store, open. The project's own, or an empty SQLite file, is migrated; any other must be already.

    Production is migrated on purpose, by `nurture migrate`: there other workers use the store.

    Raises:
        SchemaError: it is not migrated yet, or a newer version made of it what this one cannot work on.
        StoreGone: the database is unreachable.
    """
    store = open_store(settings.database_url)
    try:
        schema = store.schema()
        if schema.pending and (settings.own_store or (settings.embedded and schema.held is None)):
            store.migrate()
        else:
            refuse_other(schema)
    except BaseException:
        store.close()
        raise
    return store
