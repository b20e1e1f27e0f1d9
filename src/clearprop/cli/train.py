"""``clearprop explain``: every derivative of an expression, forward and reverse."""


def train() -> None:
    """x"""
