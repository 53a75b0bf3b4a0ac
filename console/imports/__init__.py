"""Invoices from a file into the ledger."""
