"""Policies, letters and the law as files: read strictly, checked, and told."""
