"""The elastic engine."""
