"""What the words mean: the pure core, with no I/O, no clock, no Temporal and no SQL."""
