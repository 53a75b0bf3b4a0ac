"""Dated examples that policies must satisfy: read, told to the rules and to the real workflow, compared."""
