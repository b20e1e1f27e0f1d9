"""The line that shows how far training is: it fits every terminal, and it ends at the end."""

import io
import re

import pytest
from rich.console import Console

from clearprop.train.progress import Bar, Rounds, duration, figures, line
from clearprop.train.record import EpochRecord

CLASSES = EpochRecord(412, 0.0065, 0.098, 1.0, 0.975)
PRICES = EpochRecord(412, 0.0065, 0.098)
SAID = ["loss 0.0065", "test 0.0980", "accuracy 97.5%"]


def frames(width, epochs=600, batches=45, stop=None, record=CLASSES):
    """All that a terminal of some width is shown of a run, frame by frame."""
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, color_system=None, width=width)
    bar = Bar(epochs, batches, console)
    with bar:
        bar._live.refresh()
        for epoch in range(1, (stop or epochs) + 1):
            bar.batch(epoch * batches - 1)
            bar._live.refresh()
            bar.batch(epoch * batches)
            bar.epoch(record)
    plain = re.sub(r"\x1b\[[?\d;]*[a-zA-Z]", "", stream.getvalue())
    return [frame for frame in re.split(r"[\r\n]+", plain) if frame.strip()]


@pytest.mark.parametrize("width", [20, 30, 40, 60, 80, 120, 200])
def test_every_frame_fits_and_the_last_is_the_end(width):
    shown = frames(width)
    assert len(shown) > 600
    assert max(map(len, shown)) <= width
    assert shown[-1].startswith("epoch 600/600")
    assert "─" not in shown[-1], "the bar is full"


@pytest.mark.parametrize(
    ("width", "said"), [(60, SAID[2:]), (80, SAID), (120, SAID)], ids=["60", "80", "120"]
)
def test_a_terminal_shows_bar_figures_and_time(width, said):
    late = frames(width)[-2]
    assert late.startswith("epoch 600/600")
    assert len(re.findall("[━╸─]", late)) >= 8
    assert ", ".join(said) in late
    assert late.rstrip().endswith("left")
    assert frames(width)[-1].rstrip()[-7:].startswith("in 0:0")


def test_quantities_keep_the_test_loss():
    late = frames(40, record=PRICES)[-2]
    assert "test 0.0980" not in late, "there is no room for it"
    late = frames(60, record=PRICES)[-2]
    assert "test 0.0980" in late


def test_a_run_that_stops_early_stops_the_line_there():
    last = frames(80, epochs=60, stop=37)[-1]
    assert last.startswith("epoch 37/60")
    assert "─" in last
    assert " left" not in last


def test_frames_are_equally_wide_but_for_the_figures():
    heads = {frame.index("/") for frame in frames(80)}
    assert len(heads) == 1


def test_without_a_terminal_only_the_end_is_shown():
    stream = io.StringIO()
    with Bar(2, 3, Console(file=stream, width=80)) as bar:
        bar.batch(6)
        bar.epoch(CLASSES)
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().startswith("epoch 2/2")


@pytest.mark.parametrize("width", [20, 40, 80])
def test_several_trainings_are_one_bar(width):
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, color_system=None, width=width)
    with Rounds(3, console) as bar:
        for name in ("none", "128,64", "256,256,256,256"):
            bar.training(name, 10)
            for epoch in range(11):
                bar.epoch(EpochRecord(epoch, 0.5, float("nan"), 1.0, None, {}, 0.25, 0.9))
                bar._live.refresh()
    plain = re.sub(r"\x1b\[[?\d;]*[a-zA-Z]", "", stream.getvalue())
    shown = [frame for frame in re.split(r"[\r\n]+", plain) if frame.strip()]
    assert max(map(len, shown)) <= width
    assert shown[0].startswith("1/3  none")
    assert shown[-1].startswith("3/3  256,256,256"[:width])
    assert "─" not in shown[-1]
    if width == 80:
        assert "validation 0.2500, accuracy 90.0%" in shown[5]
        assert shown[20].rstrip().endswith("left")


def test_the_line_itself():
    shown = line("epoch 3/4", 0.0, [], "", 80).plain
    assert shown == "epoch 3/4  " + "─" * 40
    assert line("epoch 3/4", 1.0, SAID, "in 0:01", 5).plain == "epoch"
    assert figures(EpochRecord(1, 1e30, 2e30))[0] == "loss 1.000e+30"
    assert duration(3599.6) == "1:00:00"
