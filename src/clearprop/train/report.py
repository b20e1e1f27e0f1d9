"""The report of a training run: one HTML file that needs nothing but a browser.

No script, font or picture is loaded, and a content policy in the file forbids it. It follows the
reader's light or dark setting and prints on paper. The drawings come from :mod:`.charts`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

from clearprop.errors import ClearpropError
from clearprop.train import charts, pictures
from clearprop.train.charts import number, percent
from clearprop.train.page import DARK, LIGHT, PAGE, STYLE
from clearprop.train.record import EpochRecord, RunRecord
from clearprop.train.weights import write_atomically

FOOTER = "<footer>Made by clearprop. This file loads nothing from anywhere.</footer>"
MOST_FEATURES = 30  # of a mistake shown as a table


def write_report(path: str | Path, run: RunRecord) -> None:
    """Writes the report of a run as one self-contained HTML file, whole or not at all.

    Args:
        path: The file; its folder must exist.
        run: Finished or interrupted; parts that it has nothing for are left out.

    Raises:
        ClearpropError: The file cannot be written; the message gives the system's reason.
    """
    try:
        write_atomically(path, render(run).encode())
    except OSError as error:
        raise ClearpropError(
            f"the report {path} cannot be written",
            why=f"The system says: {error.strerror}",
            remedy="Give a file in a folder that exists, may be written to and has room.",
        ) from error


def render(run: RunRecord) -> str:
    """Returns the report as HTML text."""
    parts = [_header(run), _hero(run), *_notes(run), *_curves(run), *_classes(run)]
    parts += [*_mistakes(run), _network(run), FOOTER]
    style = (STYLE + charts.STYLE).replace("LIGHT", LIGHT).replace("DARK", DARK)
    return PAGE.format(title=escape(run.title), style=style, body="\n".join(parts))


def _section(title: str, content: str, *, says: str = "", chinese: str = "") -> str:
    small = f' <small lang="zh">{chinese}</small>' if chinese else ""
    line = f'<p class="says">{says}</p>' if says else ""
    return f"<section><h2>{title}{small}</h2>{line}{content}</section>"


def _header(run: RunRecord) -> str:
    return (
        '<header><p class="eyebrow">clearprop · training report <span lang="zh">训练报告</span></p>'
        f"<h1>{escape(run.title)}</h1></header>"
    )


def _hero(run: RunRecord) -> str:
    score, meaning = _headline(run)
    epochs = run.epochs[-1].epoch if run.epochs else 0
    facts = {
        "Data set": run.dataset,
        "Network": run.network,
        "Examples": _examples(run),
        "Training": f"{epochs:,} epoch{'s' * (epochs != 1)} in {_duration(run.seconds)}",
        "Parameters": f"{sum(run.parameter_counts.values()):,}",
        "Seed": str(run.seed),
    }
    listed = "".join(
        f"<div><dt>{name}</dt><dd>{escape(text)}</dd></div>" for name, text in facts.items()
    )
    return (
        f'<div class="hero"><div class="score"><b>{score}</b><span>{meaning}</span></div>'
        f"<dl>{listed}</dl></div>"
    )


def _examples(run: RunRecord) -> str:
    """How many there are of each kind."""
    validation = f"{run.validation_examples:,} to validate, " * bool(run.validation_examples)
    return f"{run.train_examples:,} to train, {validation}{run.test_examples:,} held out"


def _headline(run: RunRecord) -> tuple[str, str]:
    """Returns the one number to remember and what it says, with its uncertainty."""
    if run.scatter:
        first = run.scatter[0]
        if first.r_squared < 0:
            what = f"{escape(first.name)} is predicted worse than by its mean"
            return "no fit", f"{what} (R² {number(first.r_squared)}, RMSE {number(first.rmse)})"
        what = f"of the variance of {escape(first.name)} explained on held-out examples (R²)"
        return percent(first.r_squared), f"{what}; typical error {number(first.rmse)} (RMSE)"
    share = run.test_accuracy
    if share is None or not run.test_examples:
        return "–", "no test result"
    low, high = _wilson(share, run.test_examples)
    right = round(share * run.test_examples)
    return percent(share), (
        f"test accuracy: {right:,} of {run.test_examples:,} held-out examples right. "
        f"95% interval {percent(low)} to {percent(high)}"
    )


def _wilson(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """Returns Wilson's score interval (JASA 22, 1927), honest near 0 and 1 too."""
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def _notes(run: RunRecord) -> Iterator[str]:
    if run.notes:
        yield _section("Notes", "".join(f"<p>{escape(note)}</p>" for note in run.notes))


def _curves(run: RunRecord) -> Iterator[str]:
    if not run.epochs:
        yield _section("Learning", '<p class="none">No epoch was finished.</p>')
        return
    x = [entry.epoch for entry in run.epochs]
    losses = dict(_by_part(run.epochs, "loss"))
    log = charts.spans_decades(value for line in losses.values() for value in line)
    drawn = charts.line_chart(x, losses, label="loss by epoch", log=log)
    title = "Loss" + (", log scale" if log else "")
    cards = [_section(title, drawn, says=_best(run.epochs), chinese="损失")]
    if run.class_names is not None:
        learned = [entry for entry in run.epochs if entry.epoch] or run.epochs  # 0 is mere chance
        shares = dict(_by_part(learned, "accuracy"))
        x = [entry.epoch for entry in learned]
        drawn = charts.line_chart(x, shares, label="accuracy by epoch", write=percent)
        says = "The share of examples given the right class."
        cards.append(_section("Accuracy", drawn, says=says, chinese="准确率"))
    yield f'<div class="pair">{"".join(cards)}{"".join(_scatter(run))}</div>'
    yield from _gradients(run.epochs)


def _by_part(epochs: Sequence[EpochRecord], figure: str) -> Iterator[tuple[str, list[float]]]:
    """A curve for each part of the data; for a validation part only where there is one."""
    for name in ("train", "validation", "test"):
        values = [getattr(entry, f"{name}_{figure}") for entry in epochs]
        if name != "validation" or any(value is not None for value in values):
            yield "training" if name == "train" else name, [_or_nan(value) for value in values]


def _best(epochs: tuple[EpochRecord, ...]) -> str:
    """Where the loss was smallest on the part to choose by; without one, on the test part."""
    losses = dict(_by_part(epochs, "loss"))
    name = "validation" if "validation" in losses else "test"
    finite = [
        (loss, entry.epoch)
        for loss, entry in zip(losses[name], epochs, strict=True)
        if math.isfinite(loss)
    ]
    if not finite:
        return f"The {name} loss was never finite."
    loss, epoch = min(finite)
    return f"The {name} loss was smallest in epoch {epoch}: {number(loss)}."


def _gradients(epochs: tuple[EpochRecord, ...]) -> Iterator[str]:
    layers = epochs[0].gradient_norms
    if not layers:
        return
    lines = {
        layer: [entry.gradient_norms.get(layer, math.nan) for entry in epochs] for layer in layers
    }
    drawn = charts.line_chart(
        [entry.epoch for entry in epochs],
        lines,
        label="gradient sizes per layer",
        log=True,
        width=1030,
    )
    says = (
        "The Euclidean norm of each layer's gradient, on a log scale. Lines that drift decades "
        "apart mean vanishing or exploding gradients; a gap is an exact zero or no number."
    )
    content = f'<div class="scroll">{drawn}</div>'
    yield _section("Gradient sizes per layer", content, says=says, chinese="各层梯度大小")


def _scatter(run: RunRecord) -> Iterator[str]:
    for entry in run.scatter:
        drawn = charts.scatter_chart(entry.truth, entry.predicted, label=entry.name)
        says = f"R² {number(entry.r_squared)}, RMSE {number(entry.rmse)}; right on the dashed line."
        title = f"Predicted against true: {escape(entry.name)}"
        yield _section(title, drawn, says=says, chinese="预测与真值")


def _classes(run: RunRecord) -> Iterator[str]:
    if run.confusion is None or run.class_names is None:
        return
    head = ["class", "precision", "recall", "F1", "examples"]
    rows = [
        f"<tr><td>{escape(score.name)}</td>{_bar(score.precision)}{_bar(score.recall)}"
        f"{_bar(score.f1)}<td>{score.examples}</td></tr>"
        for score in run.class_scores()
    ]
    wrong = int(run.confusion.sum() - run.confusion.trace())
    says = f"Rows are the truth, columns the answer; {wrong:,} of {run.confusion.sum():,} off."
    matrix = _section(
        "Confusion matrix",
        pictures.heat_map(run.confusion, run.class_names),
        says=says,
        chinese="混淆矩阵",
    )
    says = (
        "Precision: how many of those given the class are of it. Recall: how many of it are found."
    )
    table = _section("Per class", _table(head, rows), says=says, chinese="各类别")
    yield f'<div class="pair">{matrix}{table}</div>'


def _mistakes(run: RunRecord) -> Iterator[str]:
    if not run.mistakes:
        return
    says = "Test examples given the wrong class, the surest first."
    content = _pictures(run, run.image_shape) if run.image_shape else _mistake_table(run)
    yield _section("Mistakes", content, says=says, chinese="分错的例子")


def _pictures(run: RunRecord, shape: tuple[int, int]) -> str:
    items = [
        f"<li>{pictures.picture(entry.features, shape, label=f'an example of {entry.truth}')}"
        f"a <b>{escape(entry.truth)}</b>, read as "
        f'<span class="as">{escape(entry.predicted)}</span><br>'
        f"{percent(entry.probability)} sure</li>"
        for entry in run.mistakes
    ]
    return f'<ul class="miss">{"".join(items)}</ul>'


def _mistake_table(run: RunRecord) -> str:
    """One column per mistake, one row per feature: the names are longer than the numbers."""
    rows = [
        _row("read as", (f'<b class="as">{escape(entry.predicted)}</b>' for entry in run.mistakes)),
        _row("how sure", (percent(entry.probability) for entry in run.mistakes)),
    ]
    shown = run.feature_names[:MOST_FEATURES]
    for column, name in enumerate(shown):
        rows.append(_row(name, (number(entry.features[column]) for entry in run.mistakes)))
    if len(run.feature_names) > len(shown):
        rows.append(_row(f"… {len(run.feature_names) - len(shown)} more features", ()))
    return _table(["truth", *(entry.truth for entry in run.mistakes)], rows, narrow=True)


def _network(run: RunRecord) -> str:
    rows = [_row(layer, [f"{count:,}"]) for layer, count in run.parameter_counts.items()]
    counts = _section("Parameters", _table(["layer", "parameters"], rows), chinese="参数")
    repeat = _section(
        "Repeat this run",
        f"<pre>{escape(run.command)}</pre>",
        says="The same seed gives the same weights.",
        chinese="复现",
    )
    return f'<div class="pair">{counts}{repeat}</div>'


def _table(head: Iterable[str], rows: Iterable[str], *, narrow: bool = False) -> str:
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    kind = ' class="narrow"' if narrow else ""
    return (
        f'<div class="scroll"><table{kind}><thead><tr>{names}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _row(name: str, cells: Iterable[str]) -> str:
    return f"<tr><td>{escape(name)}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _bar(share: float) -> str:
    length = 0.0 if math.isnan(share) else share
    return f'<td class="bar" style="--share: {length:.3f}">{percent(share)}</td>'


def _or_nan(share: float | None) -> float:
    return math.nan if share is None else share


def _duration(seconds: float) -> str:
    """Writes a time for people.

    >>> _duration(4.25), _duration(75.0), _duration(7260.0)
    ('4.2 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
