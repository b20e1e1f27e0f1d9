"""``clearprop explain``: every derivative of an expression, forward and reverse."""


def predict() -> None:
    """x"""
