"""The memory of the house: what must be listed, summed, searched, kept for years or erased; every SQL query is here."""
