"""Migrations of the application database, in order; applied when it is opened."""
