"""Many operations on single numbers: put in order, cut into functions, and written."""
