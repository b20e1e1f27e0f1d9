"""A trained network on disk: weights, and all that is needed to use them on new data.

One safetensors file holds the parameters, the standardizer and, for quantities, the scale of the
targets; its metadata says how the network is built and what its inputs and classes are called.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import optree
from numpy.typing import NDArray

from clearprop._version import __version__
from clearprop.errors import ClearpropError, WeightsError
from clearprop.nn import Network, stack
from clearprop.train import weights
from clearprop.train.data import Standardizer
from clearprop.train.threads import one_thread

FORMAT: Final = "clearprop-model-1"
FARTHEST: Final = 5.0


@final
@dataclass(frozen=True, slots=True)
class Architecture:
    """How a stack is built.

    Attributes:
        sizes: Inputs, units of each hidden layer, outputs.
        hidden: The hidden layers' activation.
        output: The output layer's activation.
        loss: The loss.
        regularization: λ.
    """

    sizes: tuple[int, ...]
    hidden: str
    output: str
    loss: str
    regularization: float

    def build(self) -> Network:
        """The network.

        >>> Architecture((4, 8, 3), "relu", "softmax", "cross_entropy", 0.0).build()
        input (4) → hidden (8, relu) → output (3, softmax); cross_entropy; 67 parameters
        """
        return stack(
            self.sizes,
            hidden=self.hidden,
            output=self.output,
            loss=self.loss,
            regularization=self.regularization,
        )


@final
@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A trained network with its borders.

    Attributes:
        architecture: How it is built.
        params: Its parameters.
        standardizer: Of the features.
        feature_names: The columns, in order.
        class_names: For classification; None for quantities.
        target_name: What is predicted.
        target_scale: For quantities: what makes (t − mean)/scale of them; None for classes.
        metadata: What else the file says: data set, seed, versions.
    """

    architecture: Architecture
    params: Any
    standardizer: Standardizer
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...] | None
    target_name: str
    target_scale: Standardizer | None
    metadata: Mapping[str, str]

    @property
    def epochs(self) -> int:
        """How many epochs it has learned for."""
        return int(self.metadata.get("epochs", "0"))

    def outputs(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities (m, classes), or quantities (m, k) in their own units.

        Args:
            features: Shape (m, n), before standardization.
        """
        with np.errstate(all="ignore"), one_thread():
            found = self.architecture.build()(self.params, prepared(features, self.standardizer))
        if self.target_scale is not None:
            found = found * self.target_scale.scale + self.target_scale.mean
        return np.asarray(found)


def prepared(features: NDArray[np.float64], standardizer: Standardizer) -> NDArray[np.float64]:
    """Features as the network sees them: standardized, and cut at :data:`FARTHEST` deviations.

    A pixel that is almost always white has a tiny deviation, so one grey pixel would outweigh all
    others; cut, it is merely unusual.

    >>> fitted = Standardizer(np.array([1.0]), np.array([0.1]))
    >>> prepared(np.array([[1.1], [9.0]]), fitted).round(6)
    array([[1.],
           [5.]])
    """
    return np.clip(standardizer.apply(features), -FARTHEST, FARTHEST)


def save(path: str | Path, model: Model) -> None:
    """Write a model, whole or not at all.

    Raises:
        WeightsError: It cannot be written.
    """
    arrays: dict[str, Any] = {
        "network": model.params,
        "standardizer": {"mean": model.standardizer.mean, "scale": model.standardizer.scale},
    }
    if model.target_scale is not None:
        arrays["targets"] = {"mean": model.target_scale.mean, "scale": model.target_scale.scale}
    architecture = model.architecture
    texts = {
        **model.metadata,
        "format": FORMAT,
        "clearprop": __version__,
        "numpy": np.__version__,
        "sizes": _json(architecture.sizes),
        "hidden": architecture.hidden,
        "output": architecture.output,
        "loss": architecture.loss,
        "regularization": repr(architecture.regularization),
        "feature_names": _json(model.feature_names),
        "class_names": _json(model.class_names),
        "target_name": model.target_name,
    }
    weights.save(path, arrays, texts)


def load(path: str | Path) -> Model:
    """Read what :func:`save` wrote.

    Raises:
        WeightsError: The file is missing, damaged, or no model.
    """
    arrays, texts = weights.load(path)
    if texts.get("format") != FORMAT:
        raise WeightsError(
            f"{path} holds no trained model",
            why=f"Its metadata does not say {FORMAT!r}; it was not written by clearprop train, or "
            "by another version",
            remedy='Give the "model" file that clearprop train wrote.',
        )
    try:
        model = _assembled(arrays, texts)
        weights.match(model.params, model.architecture.build().init())
        sound = _is_sound(model)
    except ClearpropError as error:
        raise _inconsistent(path, f"As a network: {error.what}") from error
    except (KeyError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise _inconsistent(path, f"Reading it failed with: {error}") from error
    if not sound:
        raise _inconsistent(path, "Its sizes, features and classes do not fit each other")
    if not all(np.isfinite(leaf).all() for leaf in _leaves(arrays)):
        raise _inconsistent(path, "Some of its numbers are not finite")
    return model


def _assembled(arrays: Mapping[str, Any], texts: Mapping[str, str]) -> Model:
    """The model of a file's parts; what is missing or malformed raises Python's own errors."""
    architecture = Architecture(
        tuple(json.loads(texts["sizes"])),
        texts["hidden"],
        texts["output"],
        texts["loss"],
        float(texts["regularization"]),
    )
    classes = json.loads(texts["class_names"])
    return Model(
        architecture,
        arrays["network"],
        Standardizer(**arrays["standardizer"]),
        tuple(json.loads(texts["feature_names"])),
        None if classes is None else tuple(classes),
        texts["target_name"],
        Standardizer(**arrays["targets"]) if "targets" in arrays else None,
        texts,
    )


def _leaves(arrays: Any) -> list[NDArray[Any]]:
    return optree.tree_leaves(arrays)


def _is_sound(model: Model) -> bool:
    """Whether the parts fit each other."""
    inputs, outputs = model.architecture.sizes[0], model.architecture.sizes[-1]
    scale, classes = model.target_scale, model.class_names
    return (
        len(model.feature_names) == inputs
        and model.standardizer.mean.shape == model.standardizer.scale.shape == (inputs,)
        and (classes is None or len(classes) == outputs)
        and (classes is None) == (scale is not None)
        and (scale is None or scale.mean.shape == scale.scale.shape == (outputs,))
        and model.epochs >= 0
    )


def _inconsistent(path: str | Path, why: str) -> WeightsError:
    return WeightsError(f"{path} is damaged", why=why, remedy="Train again, or take another file.")


def _json(value: Sequence[Any] | None) -> str:
    return json.dumps(value, ensure_ascii=False)
