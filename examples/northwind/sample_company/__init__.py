"""Northwind Cloud, the sample company: its people, what they do, what is exported of it, and the truth behind it.

Used by `generate.py` beside this folder; standard library only, so that it runs without the product installed.
"""
