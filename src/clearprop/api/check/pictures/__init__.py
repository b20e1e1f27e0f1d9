"""A gradient check as a picture for notebooks."""
