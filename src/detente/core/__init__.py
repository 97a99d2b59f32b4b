"""The rules of the field, pure: no files, no clock, no network, no randomness. Everything it needs is an argument."""
