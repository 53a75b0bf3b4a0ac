"""Everything that touches the outside world, so that the other rooms never do."""
