"""Helping functions: what NumPy's operations mean where C's do not mean the same."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from clearprop.execute.source.c.writer import Writer, type_name

_FLOAT: Final = {
    "maximum": ("a, b", "return a > b || isnan(a) ? a : b;"),
    "minimum": ("a, b", "return a < b || isnan(a) ? a : b;"),
    "sign": ("a", "return isnan(a) ? a : (T)((a > 0) - (a < 0));"),
    "sigmoid": (
        "a",
        "const T small = exp@(-fabs@(a));\n    return (a >= 0 ? 1 : small) / (1 + small);",
    ),
    "logaddexp": (
        "a, b",
        "if (a == b) return a + (T)0.693147180559945309417232121458;\n"
        "    const T gap = a - b;\n"
        "    if (gap > 0) return a + log1p@(exp@(-gap));\n"
        "    return gap <= 0 ? b + log1p@(exp@(gap)) : gap;",
    ),
    "remainder": (
        "a, b",
        "const T rest = fmod@(a, b);\n"
        "    if (b == 0) return rest;\n"
        "    if (rest == 0) return copysign@(0, b);\n"
        "    return (b < 0) != (rest < 0) ? rest + b : rest;",
    ),
    "floor_divide": (
        "a, b",
        "if (b == 0) return a / b;\n"
        "    const T rest = fmod@(a, b);\n"
        "    T whole = (a - rest) / b;\n"
        "    if (rest != 0 && (b < 0) != (rest < 0)) whole -= 1;\n"
        "    if (whole == 0) return copysign@(0, a / b);\n"
        "    const T low = floor@(whole);\n"
        "    return whole - low > (T)0.5 ? low + 1 : low;",
    ),
}
"""Of floats: the operands, and the body, with T for the type and @ for C's suffix."""

_WHOLE: Final = {
    "add": ("a, b", "return (T)((U)a + (U)b);"),
    "subtract": ("a, b", "return (T)((U)a - (U)b);"),
    "multiply": ("a, b", "return (T)((U)a * (U)b);"),
    "negative": ("a", "return (T)(0 - (U)a);"),
    "absolute": ("a", "return a < 0 ? (T)(0 - (U)a) : a;"),
    "maximum": ("a, b", "return a > b ? a : b;"),
    "minimum": ("a, b", "return a < b ? a : b;"),
    "left_shift": ("a, b", "return (V)b < BITS ? (T)((U)a << b) : 0;"),
}
"""Of integers: U is an unsigned type that does not overflow, V the unsigned one of T's size."""

_SIGNED: Final = {
    "right_shift": ("a, b", "return (T)(a >> ((V)b < BITS ? b : BITS - 1));"),
    "floor_divide": (
        "a, b",
        "if (b == 0) return 0;\n"
        "    if (b == -1) return (T)(0 - (U)a);\n"
        "    return (T)(a / b - (a % b != 0 && (a % b < 0) != (b < 0)));",
    ),
    "remainder": (
        "a, b",
        "if (b == 0 || b == -1) return 0;\n"
        "    const T rest = (T)(a % b);\n"
        "    return rest != 0 && (rest < 0) != (b < 0) ? (T)(rest + b) : rest;",
    ),
}

_UNSIGNED: Final = {
    "right_shift": ("a, b", "return b < BITS ? (T)(a >> b) : 0;"),
    "floor_divide": ("a, b", "return b == 0 ? 0 : (T)(a / b);"),
    "remainder": ("a, b", "return b == 0 ? 0 : (T)(a % b);"),
}


def helper(writer: Writer, op: str, dtype: np.dtype[Any]) -> str | None:
    """The name of the function for an operation, which is taken along; None if there is none."""
    table = _FLOAT
    if dtype.kind in "iu":
        table = {**_WHOLE, **(_SIGNED if dtype.kind == "i" else _UNSIGNED)}
    if op not in table:
        return None
    name, type_ = f"{op}_{dtype.name}", type_name(dtype)
    operands, body = table[op]
    params = ", ".join(f"{type_} {x}" for x in operands.split(", "))
    bits = 8 * dtype.itemsize
    for mark, text in (("BITS", str(bits)), ("(U)", f"(uint{max(bits, 32)}_t)")):
        body = body.replace(mark, text)
    body = body.replace("(V)", f"(uint{bits}_t)").replace("@", suffix(dtype))
    body = body.replace("(T)", f"({type_})").replace("T ", f"{type_} ")
    writer.helpers[name] = f"static inline {type_} {name}({params})\n{{\n    {body}\n}}"
    return name


def rounded(writer: Writer, source: np.dtype[Any], target: np.dtype[Any]) -> str:
    """The function that takes a float towards 0 as an integer; what does not fit is the least."""
    middle = 64 if target.itemsize == 8 else 32
    name, bound = f"{source.name}_to_{target.name}", repr(2.0 ** (middle - 1)) + suffix(source)
    writer.helpers[name] = (
        f"static inline {type_name(target)} {name}({type_name(source)} a)\n{{\n"
        f"    const bool fits = a >= -{bound} && a < {bound};\n"
        f"    return ({type_name(target)})(fits ? (int{middle}_t)a : INT{middle}_MIN);\n}}"
    )
    return name


def suffix(dtype: np.dtype[Any]) -> str:
    """What C puts behind the names of functions, and behind numbers, of a precision."""
    return "f" if dtype.name == "float32" else ""
