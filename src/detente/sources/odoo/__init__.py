"""Odoo: partners, leads and opportunities with their history, activities, mailings and campaigns."""
