"""A whole book played through its policies before anybody is written to."""
