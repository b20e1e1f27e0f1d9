"""The oracle of native code: a program and its derivative, as the reference computes them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

import clearprop as cp
from clearprop.execute.native.program import Program as Native
from clearprop.execute.native.steps import Fallback
from clearprop.rewrite import simplify
from tests.fuzz.case import Case, strong
from tests.fuzz.comparing import EXACT, DisagreementError, close
from tests.fuzz.program import Program


@dataclass
class Compiled:
    """What was compared.

    Attributes:
        native: Nothing was left to the reference, neither of the program nor of its derivative.
    """

    native: bool = True


def agree(program: Program) -> Compiled:
    """Hold a program's graph and its reverse, both in native code, against the reference.

    Raises:
        DisagreementError: Saying what differs, or what was raised.
    """
    checked = Compiled()
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            case = Case(program)
        except NameError:  # another branch of an inner function than when it was drawn
            return checked
        seeds = case.moving(case.weights)
        exact = 2e-3 if program.single else EXACT
        for graph, values in ((case.graph, case.args), (case.reverse, (*case.args, *seeds))):
            flat = [np.asarray(value) for value in strong(list(values))]
            try:
                native = Native(simplify(graph))
                found, _ = native.run(flat)
            except Exception as error:
                raise DisagreementError(f"native: {type(error).__name__}: {error}") from error
            expected = cp.run(graph, *flat, check_guards=False)
            close(found, expected, "native and reference", exact)
            checked.native &= not any(isinstance(step, Fallback) for step in native.steps)
    return checked
