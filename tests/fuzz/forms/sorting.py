"""Order statistics, where no two elements are near each other."""

from __future__ import annotations

import numpy as np

from tests.fuzz.forms.reductions import axis, distinct
from tests.fuzz.writer import Writer


def ordered(w: Writer) -> None:
    name = w.some(lambda v: np.ndim(v) and np.size(v) and distinct(v))
    if name:
        given = axis(w, np.ndim(w[name]), several=False)
        texts = (
            *("np.sort({0}, {1})", "np.median({0}, {1})", "np.quantile({0}, 0.3, {1})"),
            *("np.take_along_axis({0}, np.argsort({0}, axis=0), axis=0)",),
            "np.percentile({0}, [20.0, 45.0], {1})",
        )
        w.let(w.pick(texts).format(name, given).replace(", )", ")"))


FORMS = (ordered,)
