"""Reading and writing at integer positions."""
