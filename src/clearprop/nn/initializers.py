"""First weights: small, random, and the same on every machine for the same seed.

An initializer takes a generator and the shape (units, inputs) of a weight matrix and returns it
as float64. Biases start at 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, int]
Initializer = Callable[[np.random.Generator, Shape], NDArray[np.float64]]
"""``initializer(generator, (units, inputs))``: a weight matrix, float64."""


def he_uniform(generator: np.random.Generator, shape: Shape) -> NDArray[np.float64]:
    """Uniform of variance 2 / inputs, which relu layers pass on unchanged.

    Source: K. He et al., *Delving deep into rectifiers*, ICCV 2015, section 2.2.

    Args:
        generator: Where the numbers come from.
        shape: (units, inputs).

    Returns:
        A weight matrix, float64, of that shape.

    >>> he_uniform(stream(0), (2, 3)).shape
    (2, 3)
    """
    _, inputs = shape
    limit = math.sqrt(6 / max(1, inputs))
    return generator.uniform(-limit, limit, shape)


def glorot_uniform(generator: np.random.Generator, shape: Shape) -> NDArray[np.float64]:
    """Uniform of variance 2 / (inputs + units), which keeps both directions' sizes.

    Source: X. Glorot and Y. Bengio, *Understanding the difficulty of training deep feedforward
    neural networks*, AISTATS 2010, equation 16.

    Args:
        generator: Where the numbers come from.
        shape: (units, inputs).

    Returns:
        A weight matrix, float64, of that shape.

    >>> bool(np.abs(glorot_uniform(stream(0), (2, 4))).max() < 1.0)
    True
    """
    units, inputs = shape
    limit = math.sqrt(6 / max(1, inputs + units))
    return generator.uniform(-limit, limit, shape)


DEFAULTS: Final[Mapping[str, Initializer]] = MappingProxyType({"relu": he_uniform})
"""The initializer by activation; :func:`glorot_uniform` for all others."""


def stream(seed: int, *place: int) -> np.random.Generator:
    """A generator of its own for one place of a computation.

    Philox counts rather than shuffles a state (J. K. Salmon et al., *Parallel random numbers: as
    easy as 1, 2, 3*, SC 2011), so draws in one place do not move those in another.

    Args:
        seed: Of the whole computation, not negative.
        place: Numbers that tell the places apart, such as that of a layer.

    >>> bool(stream(0, 1).random() == stream(0, 1).random() != stream(0, 2).random())
    True
    """
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=place)))
