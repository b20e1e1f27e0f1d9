"""Linear algebra of small matrices that are far from singular."""

from __future__ import annotations

import numpy as np

from tests.fuzz.writer import Writer


def systems(w: Writer) -> None:
    name = _square(w)
    if name:
        made = _regular(w, name)
        right = w.some(lambda v: np.ndim(v) == 1 and len(v) == len(w[name])) or f"{name}[0]"
        texts = (
            *(f"np.linalg.solve({made}, {right})", f"np.linalg.inv({made})"),
            *(f"np.linalg.det({made})", f"np.linalg.slogdet({made})[1]"),
            *(f"np.linalg.solve({made}, {name})", f"np.linalg.pinv({made})"),
            f"np.linalg.tensorinv({made}, 1)",
        )
        w.let(w.pick(texts))


def factored(w: Writer) -> None:
    name = _square(w)
    if name:
        symmetric = f"({name} @ {name}.T + 2.0 * np.eye({len(w[name])}))"
        texts = (
            *(f"np.linalg.cholesky({symmetric})", f"np.linalg.qr({_regular(w, name)})[1]"),
            *(
                f"np.linalg.eigvalsh({_apart(w, name)})",
                f"np.linalg.eigh({_apart(w, name)})[1] ** 2",
            ),
            *(f"np.linalg.svdvals({_apart(w, name)})", f"np.linalg.qr({_regular(w, name)})[0]"),
        )
        w.let(w.pick(texts))


def _square(w: Writer) -> str | None:
    return w.some(lambda v: np.ndim(v) == 2 and 0 < len(v) == np.shape(v)[1] <= w.scale.side)


def _regular(w: Writer, name: str) -> str:
    """A matrix with a diagonal that outweighs the rest."""
    return f"(np.sin({name}) + {len(w[name]) + 1}.0 * np.eye({len(w[name])}))"


def _apart(w: Writer, name: str) -> str:
    """A matrix whose eigenvalues, singular values too, are far from each other."""
    diagonal = [1.0 + 3.0 * i for i in range(len(w[name]))]
    return f"(0.3 * np.sin({name} + {name}.T) + np.diag({diagonal}))"


FORMS = (systems, systems, factored)
