"""Charts: groups, scales, gaps."""

import pytest
from run_folder import make, wave

from keras_gan_zoo.runs import read_run
from keras_gan_zoo.runs.charts import (
    HEIGHT,
    MOST_POINTS,
    WIDTH,
    Chart,
    charts_of,
    thinned,
    ticks_between,
)


def test_what_belongs_together(tmp_path):
    found = charts_of(read_run(make(tmp_path)))
    assert [list(chart.lines) for chart in found] == [
        ["d_loss", "g_loss"],
        ["fid"],
        ["is"],
        ["learning_rate"],
    ]
    assert [c.note for c in found] == ["", "lower is better", "higher is better", ""]
    assert found[1].lines["fid"] == [None, 30.5, 20.25, 25.75]
    assert [chart.is_logarithmic for chart in found] == [False, False, False, True]


def test_lines_stay_in_the_box_and_higher_is_up():
    chart = Chart("x", {"a": [0.0, None, 1.0, -5.0], "b": [7.0] * 4}, [1, 2, 3, 4])
    points = [p for pieces in chart.paths.values() for piece in pieces for p in piece]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    (first,), (second, third) = chart.paths["a"]
    assert first[0] < second[0] < third[0]
    assert second[1] < first[1] < third[1]
    ticks = dict((text, place) for place, text in chart.y_ticks)
    assert ticks["5"] < ticks["0"] < ticks["-5"]


@pytest.mark.parametrize("value", [0.0, 1.0, -3e-9, 1e12])
def test_a_line_that_is_flat_or_one_point(value):
    for count in (1, 2):
        chart = Chart("x", {"a": [value] * count}, list(range(1, count + 1)))
        (piece,) = chart.paths["a"]
        assert len(piece) == count
        assert all(0 < y < HEIGHT for _, y in piece)
        assert chart.x_ticks
        assert chart.y_ticks


def test_a_long_line_keeps_its_ends_and_its_peak():
    values = wave(20_000)
    values[777] = 50.0
    values[5000:9000] = [None] * 4000
    points = list(thinned(range(20_000), values))
    assert len(points) <= 2 * MOST_POINTS
    known = [v for _, v in points if v is not None]
    assert max(known) == 50.0
    assert min(known) == min(v for v in values if v is not None)
    assert len(known) < len(points)
    assert [e for e, _ in points] == sorted(e for e, _ in points)


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (-3e-7, 8e-7), (1, 1000), (1e6, 1.1e6), (-7, -6.99)]
)
def test_ticks_are_few_and_inside(low, high):
    ticks = ticks_between(low, high)
    assert 2 <= len(ticks) <= 6
    assert all(low <= tick <= high for tick in ticks)
