"""Pictures, tables and numbers as SVG, HTML and short text."""
