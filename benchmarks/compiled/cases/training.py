"""An epoch of training, per step: four networks, with plain steps and with Adam."""

from __future__ import annotations

from functools import partial

from benchmarks.compiled.harness import FUNCTION, OURS, Bar, Case
from benchmarks.compiled.nets import blas, jax, ours, sklearn, torch
from benchmarks.compiled.nets.problem import by_hand, problem

BLAS = "BLAS calls alone"
PEERS = ("jax", "torch eager", "torch.compile")
NETS = {
    "tiny": ((4, 16, 3), 16, 200, (Bar(0.08),)),
    "small": ((64, 128, 10), 32, 100, (Bar(0.45),)),
    "middle": ((784, 256, 128, 10), 128, 10, (Bar(0.85), Bar(0.80, (BLAS,)))),
    "large": ((1024, 2048, 2048, 10), 512, 2, (Bar(0.90, PEERS), Bar(0.90, (BLAS,)))),
}


def case(net: str, adam: bool = False, dead: bool = False) -> Case:
    """An epoch of a network; by the reference in float64."""
    sizes, batch, steps, bars = NETS[net]
    given = problem(sizes, batch, steps, adam, dead)
    rule = "Adam, dead units" if dead else "Adam" if adam else "SGD"
    if adam:
        bars = (Bar(0.2, PEERS[1:]),) if dead else (Bar(bars[0].most, PEERS),)
    contenders = {
        OURS: partial(ours.work, given),
        FUNCTION: partial(ours.function_work, given),
        "jax": partial(jax.work, given),
        "torch eager": partial(torch.work, given, False),
        "torch.compile": partial(torch.work, given, True),
        "scikit-learn": partial(sklearn.work, given),
        "NumPy by hand": lambda: ours.Work(lambda: by_hand(given)),
        BLAS: partial(blas.work, given),
    }
    return Case(
        *("adam-dead" if dead else f"{'adam' if adam else 'sgd'}-{net}",),
        *(f"{rule}, {'-'.join(map(str, sizes))}, batch {batch}", "step", steps),
        *(lambda: by_hand(given, "float64"), contenders, bars),
        rtol=1e-3 if adam else 1e-4,
    )


CASES = [partial(case, net, adam) for adam in (False, True) for net in NETS]
CASES.append(partial(case, "middle", True, True))
