"""The loop IR: what is computed for one element, the loops around it, and its printers."""
