"""Use cases that change something, one file a change."""
