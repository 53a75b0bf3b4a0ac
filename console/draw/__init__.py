"""The course of a policy as a picture."""
