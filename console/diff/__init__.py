"""Two policies beside each other: in words, and for whom."""
