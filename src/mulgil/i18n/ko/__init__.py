"""The Korean catalogue: one module an area, each with a table MESSAGES of code → template."""
