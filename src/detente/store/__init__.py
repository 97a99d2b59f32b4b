"""The application database: what people did here and what was decided. Django models over SQLite in WAL mode.

Nothing in this file imports Django, so that a command that needs no database does not pay for it.
"""
