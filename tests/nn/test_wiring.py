"""Wiring: the order of signals, and the names that layers and inputs get."""

import pytest

from clearprop import nn
from clearprop.nn.wiring import wire


def test_sources_come_first_and_each_signal_once():
    x = nn.Input(2)
    a = nn.Dense(2)(x)
    b = nn.Dense(2)(a)
    total = nn.add(a, b, x)
    order = wire([x], [total, b]).order
    assert set(order) == {x, a, b, total}
    assert all(order.index(source) < order.index(one) for one in order for source in one.sources)


def test_names():
    x, y, z = nn.Input(1), nn.Input(1), nn.Input(1, "input")
    own = nn.Dense(1, name="hidden2")(x, y, z)
    layer = nn.Dense(1)
    ends = [nn.Dense(1)(layer(layer(own))), nn.Dense(1)(nn.Dense(1)(own))]
    found = wire([x, y, z], ends)
    assert list(found.layers) == ["hidden2", "hidden", "output", "hidden3", "output2"]
    assert [found.names[signal] for signal in (x, y, z)] == ["input2", "input3", "input"]
    assert "hidden#2" in found.names.values()
    assert found.widths == dict(zip(found.layers, (3, 1, 1, 1, 1), strict=True))


def test_many_paths_are_walked_once():
    x = signal = nn.Input(1)
    for _ in range(60):
        signal = nn.add(signal, signal)
    assert len(wire([x], [nn.Dense(1)(signal)]).order) == 62


@pytest.mark.parametrize("shared", [True, False])
def test_sharing_is_by_the_layer_not_by_its_name(shared):
    x = nn.Input(2)
    layer = nn.Dense(2)
    net = nn.Network(x, (layer if shared else nn.Dense(2))(layer(x)))
    assert len(net.layers) == (1 if shared else 2)
