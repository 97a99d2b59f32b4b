"""SQL databases: tables and queries of any database that SQLAlchemy speaks to. See README.md."""
