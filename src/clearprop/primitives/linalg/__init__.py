"""Factorizations and solvers; leading axes are a stack of matrices, taken one by one."""
