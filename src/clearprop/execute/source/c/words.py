"""Words that mean something in C, or in the text around a value, so that no value has them."""

from __future__ import annotations

from typing import Final

from clearprop.execute.source.c.terms import NAMES
from clearprop.execute.source.c.writer import LETTERS

_LANGUAGE: Final = """
auto break case char const continue default do double else enum extern float for goto if inline
int long register restrict return short signed sizeof static struct switch typedef union
unsigned void volatile while bool true false main asm typeof
"""

_LIBRARY: Final = """
NAN INFINITY NULL isnan isinf isfinite isnormal signbit fpclassify acos asin atan atan2 acosh
asinh atanh cos sin tan cosh sinh tanh exp exp2 expm1 frexp ilogb ldexp log log10 log1p log2
logb modf scalbn scalbln cbrt fabs hypot pow sqrt erf erfc lgamma tgamma ceil floor nearbyint
rint lrint llrint round lround llround trunc fmod remainder remquo copysign nan nextafter
nexttoward fdim fmax fmin fma gamma signgam j0 j1 jn y0 y1 yn abs labs llabs div exit abort
malloc calloc realloc free printf puts putchar memcpy memmove memset memcmp memchr strlen strcpy
strcat strcmp strchr index rindex bcmp bcopy bzero toupper tolower isalpha isdigit isspace
"""

WORDS: Final = frozenset(
    {
        *_LANGUAGE.split(),
        *_LIBRARY.split(),
        *(f"{word}f" for word in _LIBRARY.split()),
        *NAMES.values(),
        *(*LETTERS, "s", "sum", "factor", "swap", "scratch"),
    }
)
"""What may not be a name."""
