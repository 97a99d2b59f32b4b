"""Salesforce: leads, contacts, accounts, opportunities with their history, activities and campaigns. See README.md."""
