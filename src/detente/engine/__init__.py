"""Moves tables: landed records to facts, facts to a published snapshot. DuckDB and Arrow over Parquet files."""
