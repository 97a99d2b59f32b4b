"""Détente: one working agreement between sales and marketing, replayed over the one history of every lead."""

__version__ = "0.1.0"
