"""The charts of a run as one picture."""

from collections.abc import Sequence
from pathlib import Path

from keras_gan_zoo.files import write_atomically
from keras_gan_zoo.runs import charts
from keras_gan_zoo.runs.charts import Chart
from keras_gan_zoo.typing import PathLike

#: colours of lines that colour-blind people can tell apart (Okabe and Ito)
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#b8860b")
SHADES = 64  # a quarter of the bytes, and nobody sees the difference
INK, FAINT, PAPER = "#222222", "#dddddd", "#ffffff"
SCALE, HEAD, GAP, COLUMNS = 4, 42, 16, 3  # drawn twice as large, then made smooth


def save_curves(path: PathLike, found: Sequence[Chart]) -> Path:
    """Draw charts beside and below each other into a PNG.

    Args:
        path: file name.
        found: list of `Chart`, one or more.
    """
    from PIL import Image, ImageDraw

    columns = min(COLUMNS, len(found))
    rows = -(-len(found) // columns)
    cell = (charts.WIDTH + GAP, charts.HEIGHT + HEAD + GAP)
    width, height = columns * cell[0] + GAP, rows * cell[1] + GAP
    picture = Image.new("RGB", (SCALE * width, SCALE * height), PAPER)
    draw = ImageDraw.Draw(picture)
    for i, chart in enumerate(found):
        corner = (GAP + i % columns * cell[0], GAP + i // columns * cell[1])
        _draw(draw, chart, corner)
    picture = picture.reduce(SCALE // 2).quantize(SHADES)
    return write_atomically(path, lambda file: picture.save(file, "PNG"))


def _draw(draw, chart, corner):
    from PIL import ImageFont

    def at(x, y):
        return SCALE * (corner[0] + x), SCALE * (corner[1] + HEAD + y)

    def write(x, y, text, size=11, anchor="ls", fill=INK):
        font = ImageFont.load_default(SCALE * size)
        draw.text(at(x, y), _drawable(text), fill, font, anchor=anchor)
        return draw.textlength(_drawable(text), font) / SCALE

    width = write(charts.LEFT, -24, chart.title, 14)
    if chart.note:
        write(charts.LEFT + width + 10, -24, chart.note, fill="#666666")
    x = charts.LEFT
    key = chart.lines if len(chart.lines) > 1 else {}
    for color, name in zip(_colors(chart), key, strict=False):
        draw.line((at(x, -11), at(x + 14, -11)), color, 2 * SCALE)
        x += write(x + 18, -7, name) + 30
    right, bottom = charts.WIDTH - charts.RIGHT, charts.HEIGHT - charts.BOTTOM
    for y, text in chart.y_ticks:
        draw.line((at(charts.LEFT, y), at(right, y)), FAINT, SCALE)
        write(charts.LEFT - 6, y, text, anchor="rm")
    for x, text in chart.x_ticks:
        write(x, bottom + 6, text, anchor="mt")
    for color, pieces in zip(_colors(chart), chart.paths.values(), strict=True):
        for piece in pieces:
            if len(piece) == 1:
                draw.circle(at(*piece[0]), 2 * SCALE, color)
            else:
                draw.line([at(*point) for point in piece], color, 2 * SCALE, "curve")


def _colors(chart):
    return [COLORS[i % len(COLORS)] for i in range(len(chart.lines))]


def _drawable(text):
    """What Pillow's own font has letters for, in one line."""
    return " ".join(text.encode("latin-1", "replace").decode("latin-1").split())[:60]
