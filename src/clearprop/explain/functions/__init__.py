"""A function at a point, explained."""
