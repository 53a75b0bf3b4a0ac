"""What differs between two policies, and between what they would send."""
