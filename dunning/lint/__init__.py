"""Judges what a policy means before any case follows it."""
