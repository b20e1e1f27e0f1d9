"""Options of training: every wrong one is refused by its name, before anything is made."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from clearprop.errors import ArgumentError
from clearprop.nn import Network
from clearprop.train import adam, run
from clearprop.train.options import RULES, refuse

QUICK = {"hidden": (16,), "epochs": 3, "progress": False}


def files(folder):
    return sorted(file.name for file in folder.iterdir())


@pytest.mark.parametrize("name", RULES)
def test_every_rule_refuses_what_is_no_value_at_all(name):
    with pytest.raises(ArgumentError, match=f"^{name} is <object .*; it must be "):
        refuse({name: object()})
    refuse({name: None}, optional=(name,))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"source": 5}, "source is 5; it must be the name of a data set or the path of"),
        ({"target": 2}, "target is 2; it must be a name"),
        ({"seed": -1}, "seed is -1; it must be a whole number of at least 0"),
        ({"seed": 1.0}, "seed is 1.0"),
        ({"seed": None}, "seed is None"),
        ({"seed": True}, "seed is True"),
        ({"out": None}, "out is None; it must be a path"),
        ({"hidden": 64}, r"hidden is 64; it must be a sequence .* such as \(128, 64\)"),
        ({"hidden": "64"}, "hidden is '64'"),
        ({"hidden": (0,)}, r"hidden is \(0,\)"),
        ({"hidden": (8, 2.5)}, r"hidden is \(8, 2.5\)"),
        ({"hidden": (10**30,)}, "the network would have 8,000,.*003 parameters"),
        ({"activation": "rellu"}, "no activation 'rellu'.*Did you mean 'relu'"),
        ({"activation": None}, "activation is None"),
        ({"optimizer": adam()}, "optimizer is Optimizer.*…; it must be a name"),
        ({"learning_rate": -1.0}, "learning_rate is -1.0; it must be a number above 0"),
        ({"learning_rate": 0}, "learning_rate is 0"),
        ({"learning_rate": math.nan}, "learning_rate is nan"),
        ({"learning_rate": math.inf}, "learning_rate is inf"),
        ({"learning_rate": "fast"}, "learning_rate is 'fast'"),
        ({"batch_size": 0}, "batch_size is 0; it must be a whole number of at least 1"),
        ({"batch_size": "all"}, "batch_size is 'all'"),
        ({"epochs": 0}, "epochs is 0"),
        ({"epochs": 2.5}, "epochs is 2.5"),
        ({"regularization": -1.0}, "regularization is -1.0; it must be a number of at least 0"),
        ({"regularization": math.nan}, "regularization is nan"),
        ({"regularization": None}, "regularization is None"),
        ({"target_error": math.nan}, "target_error is nan"),
        ({"target_error": -0.5}, "target_error is -0.5"),
        ({"patience": 0}, "patience is 0"),
        ({"validation_fraction": 0}, "validation_fraction is 0; it must be a number between 0 and"),
        ({"validation_fraction": math.nan}, "validation_fraction is nan"),
        ({"resume": 3}, "resume is 3; it must be a path"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_options(tmp_path, options, message):
    with pytest.raises(ArgumentError, match=message) as caught:
        run(**{"source": "iris", "out": tmp_path / "out"} | options)
    assert "\n" not in str(caught.value)
    assert files(tmp_path) == []


def test_numbers_of_numpy_are_numbers(tmp_path):
    plain = run("iris", seed=3, out=tmp_path / "a", hidden=(4,), epochs=2, progress=False)
    exotic = run(
        *("iris",),
        **{"seed": np.int64(3), "out": str(tmp_path / "b"), "hidden": np.array([4])},
        **{"epochs": np.int8(2), "regularization": np.float32(1.0), "progress": False},
    )
    assert json.loads(json.dumps(exotic))["seed"] == 3
    bits = [Path(found["model"]).read_bytes() for found in (plain, exotic)]
    assert bits[0] == bits[1]


def test_no_memory(tmp_path, monkeypatch):
    def exhaust(self, seed):
        raise MemoryError

    monkeypatch.setattr(Network, "init", exhaust)
    with pytest.raises(ArgumentError, match="memory does not hold a network of 131 parameters"):
        run("iris", out=tmp_path / "out", **QUICK)
    assert files(tmp_path) == []
