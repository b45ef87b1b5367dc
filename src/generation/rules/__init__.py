"""Rules across the columns of a table, met by construction."""
