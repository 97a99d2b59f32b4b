"""Tryton: parties as people and companies, sale opportunities with their history."""
