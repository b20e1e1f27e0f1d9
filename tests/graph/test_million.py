"""A chain of 1,000,000 nodes: traced, printed, compared, differentiated, evaluated (≤ 2.5 GB)."""

import subprocess
import sys

PROGRAM = """
import copy, math, resource
import numpy as np
import clearprop as cp
from clearprop.derive import reverse

def chain(x):
    for _ in range(250_000):
        x = np.sqrt(x * x + 0.5 + 0.5)
    return x

graph = cp.trace(chain)(0.3)
assert len(graph.nodes) == 1_000_000
assert copy.deepcopy(graph) is graph and repr(graph)
assert str(graph).count("\\n") == 1_000_002
assert graph == cp.trace(chain)(0.3)
value, = cp.run(graph, 0.3)
slope, = cp.run(reverse(graph), 0.3, 1.0)
assert math.isclose(value, math.sqrt(0.09 + 250_000), rel_tol=1e-9)
assert math.isclose(slope, 0.3 / value, rel_tol=1e-9)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_a_chain_of_a_million_nodes_works_within_memory():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    kilobytes = int(done.stdout) // (1024 if sys.platform == "darwin" else 1)
    assert kilobytes <= 2.5e6
