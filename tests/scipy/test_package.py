"""The package: what is ours, what is SciPy's own, and when SciPy is imported."""

import subprocess
import sys

import pytest
import scipy.integrate
import scipy.optimize

import clearprop as cp
from clearprop.scipy import integrate, optimize


def test_names_are_ours_or_scipys_own():
    assert cp.scipy.optimize is optimize
    assert dir(cp.scipy) == ["integrate", "optimize"]
    for ours, theirs in ((optimize, scipy.optimize), (integrate, scipy.integrate)):
        for name in ours.__all__:
            assert getattr(ours, name) is not getattr(theirs, name)
    assert optimize.Bounds is scipy.optimize.Bounds
    assert integrate.quad is scipy.integrate.quad
    with pytest.raises(AttributeError, match="nonsense"):
        _ = optimize.nonsense
    with pytest.raises(AttributeError, match="nonsense"):
        _ = cp.scipy.nonsense


def test_scipy_is_imported_on_first_use():
    code = (
        "import sys, clearprop as cp, clearprop.scipy; cp.scipy; before = 'scipy' in sys.modules; "
        "cp.scipy.optimize; print(before, 'scipy.optimize' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
