"""The algebra: what may be replaced by what, for which dtypes.

Each holds for every value, be it infinite, NaN, denormal or a zero of either sign, and gives the
same bits, unless it says that it rounds: a test proves them one by one. So much that is true of
numbers is missing here: ``x + 0`` is not ``x`` for ``-0.0``, ``x * 0`` is not ``0`` for infinity,
``-(a - b)`` is not ``b - a`` where both are equal, ``a >= b`` is not ``not a < b`` for NaN.
"""

from __future__ import annotations

from typing import Final

from clearprop.rewrite.pattern import Identity

FLOAT, REAL, WHOLE, ALL = "f", "iuf", "iu", "biufc"

IDENTITIES: Final = (
    # Nothing is done.
    Identity("x + 0", "x", "biu"),
    Identity("x + -0.0", "x", "f"),
    Identity("x - 0", "x", "iufc"),
    Identity("x * 1", "x", "biuf"),
    Identity("x / 1", "x", "f"),
    Identity("x ** 1", "x", "iuf"),
    Identity("x ** 0", "1", "iuf"),
    Identity("maximum(x, x)", "x", "biuf"),
    Identity("minimum(x, x)", "x", "biuf"),
    # Signs.
    Identity("-(-x)", "x", "iufc"),
    Identity("x * -1", "-x", "if"),
    Identity("x / -1", "-x", "f"),
    Identity("a + -b", "a - b", "iufc"),
    Identity("a - -b", "a + b", "iufc"),
    Identity("-a * -b", "a * b", "iuf"),
    Identity("-a / -b", "a / b", "f"),
    Identity("-(-a * b)", "a * b", "iuf"),
    Identity("-(-a / b)", "a / b", "f"),
    Identity("-(a / -b)", "a / b", "f"),
    Identity("-x * k", "x * -k", "iuf"),
    Identity("-x / k", "x / -k", "f"),
    Identity("k / -x", "-k / x", "f"),
    Identity("-(x * k)", "x * -k", "iuf"),
    Identity("-(x / k)", "x / -k", "f"),
    Identity("-(k / x)", "-k / x", "f"),
    Identity("c + -a * b", "c - a * b", "iuf"),
    Identity("c - -a * b", "c + a * b", "iuf"),
    Identity("c + -a / b", "c - a / b", "f"),
    Identity("c - -a / b", "c + a / b", "f"),
    Identity("absolute(-x)", "absolute(x)", "if"),
    Identity("absolute(absolute(x))", "absolute(x)", "biuf"),
    Identity("cos(-x)", "cos(x)", "f"),
    Identity("cosh(-x)", "cosh(x)", "f"),
    # Cheaper operations.
    Identity("x / p", "x * (1 / p)", "f"),
    Identity("x ** 2", "x * x", "iu"),
    Identity("x ** 2", "x * x", "f", rounds=True),
    Identity("x ** 3", "x * x * x", "iu"),
    Identity("x ** 3", "x * x * x", "f", rounds=True),
    Identity("x ** 4", "(x * x) * (x * x)", "f", rounds=True),
    Identity("x ** -1", "1 / x", "f", rounds=True),
    # The share of x in a maximum with a number, which is one half at a tie.
    Identity(
        "cast(x == maximum(x, q)) / (cast(x == maximum(x, q)) + cast(q == maximum(x, q)))",
        "sign(x - q) * 0.5 + 0.5",
        "f",
    ),
    Identity(
        "cast(x == minimum(x, q)) / (cast(x == minimum(x, q)) + cast(q == minimum(x, q)))",
        "sign(q - x) * 0.5 + 0.5",
        "f",
    ),
    # Whole numbers, which wrap around.
    Identity("(x + k) + l", "x + (k + l)", "iu"),
    Identity("(x - k) - l", "x - (k + l)", "iu"),
    Identity("(x * k) * l", "x * (k * l)", "iu"),
    Identity("bitwise_and(bitwise_and(x, k), l)", "bitwise_and(x, bitwise_and(k, l))", "biu"),
    Identity("bitwise_or(bitwise_or(x, k), l)", "bitwise_or(x, bitwise_or(k, l))", "biu"),
    Identity("bitwise_xor(bitwise_xor(x, k), l)", "bitwise_xor(x, bitwise_xor(k, l))", "biu"),
    Identity("bitwise_and(x, x)", "x", "biu"),
    Identity("bitwise_or(x, x)", "x", "biu"),
    Identity("invert(invert(x))", "x", "biu"),
    # Truth values.
    Identity("not (not m)", "m", "b"),
    Identity("not a == b", "a != b", "biufc"),
    Identity("not a != b", "a == b", "biufc"),
    Identity("not a < b", "a >= b", "biu"),
    Identity("not a <= b", "a > b", "biu"),
    Identity("not a > b", "a <= b", "biu"),
    Identity("not a >= b", "a < b", "biu"),
    Identity("m and m", "m", "b"),
    Identity("m or m", "m", "b"),
    Identity("m and True", "m", "b"),
    Identity("m and False", "False", "b"),
    Identity("m or True", "True", "b"),
    Identity("m or False", "m", "b"),
    Identity("m and (m and n)", "m and n", "b"),
    Identity("m or (m or n)", "m or n", "b"),
    Identity("m == True", "m", "b"),
    Identity("m != False", "m", "b"),
    Identity("m == False", "not m", "b"),
    Identity("m != True", "not m", "b"),
    # Choices.
    Identity("where(m, x, x)", "x", "biufc"),
    Identity("where(True, a, b)", "a", "biufc"),
    Identity("where(False, a, b)", "b", "biufc"),
    Identity("where(not m, a, b)", "where(m, b, a)", "biufc"),
    Identity("where(m, where(m, a, b), c)", "where(m, a, c)", "biufc"),
    Identity("where(m, a, where(m, b, c))", "where(m, a, c)", "biufc"),
    Identity("where(m, -where(m, a, b), c)", "where(m, -a, c)", "iufc"),
    Identity("where(m, where(m, a, b) * x, c)", "where(m, a * x, c)", "biuf"),
    Identity("where(m, a, where(m, b, c) * x)", "where(m, a, c * x)", "biuf"),
    Identity("where(m, True, False)", "m", "b"),
    Identity("where(m, False, True)", "not m", "b"),
    # Parts of complex numbers.
    Identity("real(complex(a, b))", "a", "f"),
    Identity("imag(complex(a, b))", "b", "f"),
    Identity("complex(real(z), imag(z))", "z", "c"),
    Identity("conj(conj(z))", "z", "c"),
    Identity("real(conj(z))", "real(z)", "c"),
    # Cuts of the path.
    Identity("stop_gradient(stop_gradient(x))", "stop_gradient(x)", "fc"),
    Identity("stop_gradient(x)", "x", "biu"),
)
"""In order: the first that applies is taken."""
