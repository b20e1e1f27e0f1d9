"""Discrete Fourier transforms, with NumPy's names, lengths, axes and norms.

All are made of the one primitive ``fft``, which is linear, so that derivatives of every order are
transforms again. What is not defined here is NumPy's own, for plain values.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Final, cast

import numpy as np

from clearprop.numpy.complexes import conjugate, is_complex
from clearprop.numpy.moving import roll
from clearprop.numpy.public import follows
from clearprop.tracing import apply, as_array
from clearprop.tracing import cast as converted

__all__ = [
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]

# One axis -----------------------------------------------------------------------------------------


@follows(np.fft.fft, ordered=True)
def fft(a: Any, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    """The transform along one axis, cut or padded with zeros to length n."""
    return _along(as_array(a), n, axis, norm, inverse=False)


@follows(np.fft.ifft, ordered=True)
def ifft(a: Any, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    """The inverse transform along one axis."""
    return _along(as_array(a), n, axis, norm, inverse=True)


@follows(np.fft.rfft, ordered=True)
def rfft(a: Any, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    """The transform of real numbers: the half without negative frequencies."""
    a = as_array(a)
    if is_complex(a):
        raise TypeError("ufunc 'rfft_n_even' did not contain a loop with signature matching types")
    whole = _along(a, n, axis, norm, inverse=False)
    return _cut(whole, axis, whole.shape[axis] // 2 + 1)


@follows(np.fft.irfft, ordered=True)
def irfft(a: Any, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    """The inverse of ``rfft``: n real numbers, by default an even number of them."""
    a = as_array(a)
    n = 2 * (a.shape[axis] - 1) if n is None else operator.index(n)
    half = _fitted(_complex(a), axis, _positive(n) // 2 + 1)
    weights = np.full(half.shape[axis], 2.0)  # each stands for its negative frequency, too
    weights[0] = 1
    if n % 2 == 0:
        weights[-1] = 1
    column = np.moveaxis(weights.reshape(-1, *[1] * (a.ndim - 1)), 0, axis)
    part = np.finfo(half.dtype).dtype.type
    return np.real(_along(half * column.astype(part), n, axis, norm, inverse=True))


@follows(np.fft.hfft, ordered=True)
def hfft(a: Any, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    """The transform, which is real, of numbers that are conjugate to those at negative times."""
    return irfft(conjugate(as_array(a)), n, axis, norm=_swapped(norm))


@follows(np.fft.ihfft, ordered=True)
def ihfft(a: Any, n: Any = None, axis: Any = -1, norm: Any = None) -> Any:
    """The inverse of ``hfft``."""
    return conjugate(rfft(a, n, axis, norm=_swapped(norm)))


# Several axes -------------------------------------------------------------------------------------


@follows(np.fft.fftn, ordered=True)
def fftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The transform along several axes, by default all."""
    return _over(fft, as_array(a), s, axes, norm)


@follows(np.fft.ifftn, ordered=True)
def ifftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The inverse transform along several axes, by default all."""
    return _over(ifft, as_array(a), s, axes, norm)


@follows(np.fft.fft2, ordered=True)
def fft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    """The transform along two axes."""
    return fftn(a, s, axes, norm)


@follows(np.fft.ifft2, ordered=True)
def ifft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    """The inverse transform along two axes."""
    return ifftn(a, s, axes, norm)


@follows(np.fft.rfftn, ordered=True)
def rfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The transform of real numbers along several axes; the last one has the half."""
    a = as_array(a)
    lengths, places = _sizes(a, s, axes)
    a = rfft(a, lengths[-1], places[-1], norm)
    for n, axis in zip(lengths[-2::-1], places[-2::-1], strict=True):
        a = fft(a, n, axis, norm)
    return a


@follows(np.fft.irfftn, ordered=True)
def irfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The inverse of ``rfftn``."""
    a = as_array(a)
    lengths, places = _sizes(a, s, axes)
    if s is None:
        lengths[-1] = 2 * (a.shape[places[-1]] - 1)
    for n, axis in zip(lengths[:-1], places[:-1], strict=True):
        a = ifft(a, n, axis, norm)
    return irfft(a, lengths[-1], places[-1], norm)


@follows(np.fft.rfft2, ordered=True)
def rfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    """The transform of real numbers along two axes; the last one has the half."""
    return rfftn(a, s, axes, norm)


@follows(np.fft.irfft2, ordered=True)
def irfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    """The inverse of ``rfft2``."""
    return irfftn(a, s, axes, norm)


# Frequencies and their order ----------------------------------------------------------------------


@follows(np.fft.fftfreq)
def fftfreq(n: Any, d: Any = 1.0, device: Any = None) -> Any:
    """The frequency of each element of a transform, for samples that lie d apart."""
    return np.fft.fftfreq(n, device=device) / d


@follows(np.fft.rfftfreq)
def rfftfreq(n: Any, d: Any = 1.0, device: Any = None) -> Any:
    """The frequency of each element of ``rfft``, for samples that lie d apart."""
    return np.fft.rfftfreq(n, device=device) / d


@follows(np.fft.fftshift)
def fftshift(x: Any, axes: Any = None) -> Any:
    """Frequency 0 moved to the middle."""
    x = as_array(x)
    places = _all_axes(x, axes)
    return roll(x, tuple(x.shape[axis] // 2 for axis in places), places)


@follows(np.fft.ifftshift)
def ifftshift(x: Any, axes: Any = None) -> Any:
    """The inverse of ``fftshift``."""
    x = as_array(x)
    places = _all_axes(x, axes)
    return roll(x, tuple(-(x.shape[axis] // 2) for axis in places), places)


# What they share ----------------------------------------------------------------------------------

_SWAPPED: Final = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}


def _along(a: Any, n: Any, axis: Any, norm: Any, *, inverse: bool) -> Any:
    """A transform along one axis with its factor."""
    axis = np.lib.array_utils.normalize_axis_index(axis, a.ndim)
    n = _positive(a.shape[axis] if n is None else operator.index(n))
    result = apply("fft", _fitted(_complex(a), axis, n), axis=axis, inverse=inverse)
    _swapped(norm)  # for its error
    divided = norm == "forward" if not inverse else norm in (None, "backward")
    factor = 1 / np.sqrt(n) if norm == "ortho" else 1 / n if divided else None
    return result if factor is None else result * np.finfo(result.dtype).dtype.type(factor)


def _over(transform: Any, a: Any, s: Any, axes: Any, norm: Any) -> Any:
    """A transform along several axes, the last one first."""
    lengths, places = _sizes(a, s, axes)
    for n, axis in zip(lengths[::-1], places[::-1], strict=True):
        a = transform(a, n, axis, norm)
    return a


def _sizes(a: Any, s: Any, axes: Any) -> tuple[list[Any], list[int]]:
    """The lengths and the axes of a transform along several; −1 stands for the axis' own length."""
    places = list(range(-len(s), 0)) if axes is None and s is not None else None
    if places is None:
        places = list(range(a.ndim)) if axes is None else list(cast(Sequence[int], axes))
    if s is None:
        return [a.shape[axis] for axis in places], places
    lengths = [a.shape[axis] if n == -1 else n for n, axis in zip(s, places, strict=False)]
    if len(s) != len(places):
        raise ValueError("Shape and axes have different lengths.")
    return lengths, places


def _complex(a: Any) -> Any:
    """The numbers as complex ones, of the precision in which NumPy transforms them."""
    single = a.dtype.name in ("float16", "float32", "complex64")
    return converted(a, np.complex64 if single else np.complex128)


def _fitted(a: Any, axis: Any, n: int) -> Any:
    """The array cut or padded with zeros to length n along an axis."""
    axis = np.lib.array_utils.normalize_axis_index(axis, a.ndim)
    missing = n - a.shape[axis]
    if missing <= 0:
        return _cut(a, axis, n)
    none = (0,) * a.ndim
    high = tuple(missing if place == axis else 0 for place in range(a.ndim))
    return apply("pad", a, low=none, high=high, interior=none)


def _cut(a: Any, axis: int, n: int) -> Any:
    """The first n elements along an axis, as a new array."""
    axis %= a.ndim
    stop = tuple(n if place == axis else length for place, length in enumerate(a.shape))
    if stop == a.shape:
        return a
    return apply("slice", a, start=(0,) * a.ndim, stop=stop, step=(1,) * a.ndim)


def _positive(n: int) -> int:
    if n < 1:
        raise ValueError(f"Invalid number of FFT data points ({n}) specified.")
    return n


def _swapped(norm: Any) -> Any:
    """The norm of the opposite direction."""
    if norm not in _SWAPPED:
        raise ValueError(f"Invalid norm value {norm}; should be 'backward', 'ortho' or 'forward'.")
    return _SWAPPED[norm]


def _all_axes(x: Any, axes: Any) -> tuple[int, ...]:
    if axes is None:
        return tuple(range(x.ndim))
    return (axes,) if isinstance(axes, int) else tuple(axes)


def __getattr__(name: str) -> Any:
    return getattr(np.fft, name)
