"""The numerical side of a check: extrapolated differences, and complex steps that they confirm."""
