"""Gradient checking: an analytic derivative against a numerical one, element by element."""

from clearprop.api.check.checking import check_grads
from clearprop.api.check.element import ElementCheck
from clearprop.api.check.outcome import GradientCheck

__all__ = ["ElementCheck", "GradientCheck", "check_grads"]
