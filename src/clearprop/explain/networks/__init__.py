"""A network at a point, explained: layer by layer, weight by weight, and in reverse."""
