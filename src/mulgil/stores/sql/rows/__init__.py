"""Rows ⇄ values, one module an area. Columns stand in the order in which `queries/` selects them.

Instants cross the driver's border as integers of microseconds, JSON as text.
"""
