"""What is wrong with the house, and what to do."""
