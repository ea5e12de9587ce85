"""The history of the schema, run by `Database.migrate()`; packaged, so that an installed ncre can migrate.

A new table is declared beside the code that uses it, on `ncre.store.schema.metadata`, and made
by a new file in `versions/`; a test compares what the files make with what the code declares.
"""
