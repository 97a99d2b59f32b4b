"""The Django application of the store. Input: `INSTALLED_APPS` of `database.py`."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """The models of the application database."""

    name = "detente.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
