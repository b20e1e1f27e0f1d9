"""The Jacobian of the re-projection error of 100,000 observations, in rows.

The error of bundle adjustment as ADBench states it: a camera of eleven numbers (rotation vector,
centre, focal length, principal point, two coefficients of radial distortion) sees a point in space,
with a weight; 2 errors by 15 parameters each.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.compiled.harness import FUNCTION, OURS, Bar, Case, Work
from benchmarks.compiled.peers import jax_module, jax_run, ours, torch_module

COUNT = 100_000


def error(np: Any) -> Any:
    """The error of one observation, over a namespace."""

    def f(camera: Any, point: Any, weight: Any, seen: Any) -> Any:
        rotation, moved = camera[:3], point - camera[3:6]
        angle = np.sqrt((rotation * rotation).sum())
        cos, sin = np.cos(angle), np.sin(angle)
        axis = rotation / angle
        along = (axis * moved).sum() * (1.0 - cos)
        turned = moved * cos + np.cross(axis, moved) * sin + axis * along
        flat = turned[:2] / turned[2]
        square = (flat * flat).sum()
        scale = 1.0 + camera[9] * square + camera[10] * square * square
        return weight * (flat * scale * camera[6] + camera[7:9] - seen)

    return f


def observations() -> tuple[np.ndarray, ...]:
    """Cameras, points, weights and what was seen, each in rows."""
    draw = np.random.default_rng(2)
    cameras, points = draw.normal(size=(COUNT, 11)), draw.normal(size=(COUNT, 3))
    points[:, 2] += 20.0
    cameras[:, :3] *= 0.3
    cameras[:, 9:] *= 0.01
    return cameras, points, draw.uniform(0.5, 1.5, COUNT), draw.normal(size=(COUNT, 2))


def by_differences(*args: np.ndarray) -> list[np.ndarray]:
    """Complex steps, exact to rounding: the reference."""
    f, step = error(np), 1e-100
    cameras, points, weights, seen = args
    columns: list[list[np.ndarray]] = []
    for place, size in enumerate((11, 3, 1)):
        found = []
        for j in range(size):
            moved = [arg.astype(complex) for arg in (cameras, points, weights)]
            moved[place].reshape(COUNT, size)[:, j] += 1j * step
            found.append(_all(f, *moved, seen).imag / step)
        columns.append(found)
    whole = [np.stack(found, axis=-1) for found in columns]
    return [whole[0], whole[1], whole[2][..., 0]]


def _all(f: Any, camera: Any, point: Any, weight: Any, seen: Any) -> np.ndarray:
    """The error of all observations by NumPy: components first, so that sums run over them."""
    rotation, moved = camera[:, :3], point - camera[:, 3:6]
    angle = np.sqrt((rotation * rotation).sum(1, keepdims=True))
    cos, sin = np.cos(angle), np.sin(angle)
    axis = rotation / angle
    along = (axis * moved).sum(1, keepdims=True) * (1.0 - cos)
    turned = moved * cos + np.cross(axis, moved) * sin + axis * along
    flat = turned[:, :2] / turned[:, 2:]
    square = (flat * flat).sum(1, keepdims=True)
    scale = 1.0 + camera[:, 9:10] * square + camera[:, 10:] * square * square
    return weight[:, None] * (flat * scale * camera[:, 6:7] + camera[:, 7:9] - seen)


def of_ours(kind: str, *args: np.ndarray) -> Work:
    import clearprop as cp

    if kind == "value":
        work = ours(cp.vmap(error(np)), *args)
        return Work(work.run, None, work.first, work.explain)
    return ours(cp.vmap(cp.jacobian(error(np), argnums=(0, 1, 2), mode="reverse")), *args)


def of_jax(*args: np.ndarray) -> Work:
    jax = jax_module()
    return jax_run(jax.vmap(jax.jacrev(error(jax.numpy), argnums=(0, 1, 2))), *args)


def of_torch(compiled: bool, *args: np.ndarray) -> Work:
    torch = torch_module()
    given = [torch.tensor(arg) for arg in args]

    class Names:
        """NumPy's name for a function of PyTorch's."""

        sqrt, cos, sin, cross = torch.sqrt, torch.cos, torch.sin, torch.linalg.cross

    run = torch.vmap(torch.func.jacrev(error(Names), argnums=(0, 1, 2)))
    run = torch.compile(run) if compiled else run
    return Work(lambda: run(*given))


def of_casadi(*args: np.ndarray) -> Work:
    """CasADi's virtual machine, mapped over the observations, which it wants in columns."""
    import casadi

    camera, point = casadi.SX.sym("camera", 11), casadi.SX.sym("point", 3)
    weight, seen = casadi.SX.sym("weight"), casadi.SX.sym("seen", 2)
    rotation, moved = camera[:3], point - camera[3:6]
    angle = casadi.norm_2(rotation)
    cos, sin = casadi.cos(angle), casadi.sin(angle)
    axis = rotation / angle
    along = casadi.dot(axis, moved) * (1.0 - cos)
    turned = moved * cos + casadi.cross(axis, moved) * sin + axis * along
    flat = turned[:2] / turned[2]
    square = casadi.dot(flat, flat)
    scale = 1.0 + camera[9] * square + camera[10] * square * square
    value = weight * (flat * scale * camera[6] + camera[7:9] - seen)
    slopes = [casadi.densify(casadi.jacobian(value, by)) for by in (camera, point, weight)]
    f = casadi.Function("f", [camera, point, weight, seen], slopes).map(COUNT)
    given = [np.asfortranarray(arg.reshape(COUNT, -1).T) for arg in args]

    def numbers(result: Any) -> list[np.ndarray]:
        columns = [np.asarray(each).reshape(2, COUNT, -1).swapaxes(0, 1) for each in result]
        return [columns[0], columns[1], columns[2][..., 0]]

    return Work(lambda: f(*given), numbers)


def case() -> Case:
    """With one set of observations for all."""
    args = observations()
    contenders = {
        OURS: partial(of_ours, "jacobian", *args),
        FUNCTION: partial(of_ours, "value", *args),
        "jax": partial(of_jax, *args),
        "torch eager": partial(of_torch, False, *args),
        "torch.compile": partial(of_torch, True, *args),
        "casadi": partial(of_casadi, *args),
    }
    title = "Jacobian of the re-projection error, 100,000 observations"
    return Case(
        *("jacobian", title, "observation", COUNT, lambda: by_differences(*args), contenders),
        bars=(Bar(1 / 30),),
    )


CASES = [case]
