"""The application database: what people did here and what was decided. Django models over SQLite or PostgreSQL.

Nothing in this file imports Django, so that a command that needs no database does not pay for it.
"""
