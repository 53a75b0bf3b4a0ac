"""The way from one release's tables to the next one's; `Ledger.migrate` walks it."""
