"""How results look in a terminal: tables that fit 80 columns, and one way to write every kind of figure."""
