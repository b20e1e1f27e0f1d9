"""What users call: transformations of functions, composed of the floors below."""

from clearprop.api.check import GradientCheck, check_grads
from clearprop.api.derivatives import grad, jvp, stop_gradient, value_and_grad, vjp
from clearprop.api.graphs import parse, trace
from clearprop.api.jacobians import hessian, jacobian

__all__ = [
    "GradientCheck",
    "check_grads",
    "grad",
    "hessian",
    "jacobian",
    "jvp",
    "parse",
    "stop_gradient",
    "trace",
    "value_and_grad",
    "vjp",
]
