"""Export files of any system, read through a mapping.

mapping, mapping_reader   what the columns mean (docs/reference/mapping.md)
opening, detecting        a path → an uncompressed stream of UTF-8, its type and delimiter
framing, careful          where a CSV record begins and ends; what is wrong with a bad one
csv_rows, json_rows, parquet_rows     records → tables of text
values, times, applying   tables of text → facts, links, quarantine
exports                   the port: all of it in order
"""
