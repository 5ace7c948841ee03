#!/usr/bin/env python3
"""Set the PDF samples from their gold text.

usage: build_pdf.py [NAME...]

Reads gold/text/NAME.pdf (one paragraph a line, one table row a line with its cells separated by tabs) and writes
samples/NAME.pdf, for every document in LAYOUTS or for those named. What the text cannot say (running header, line
breaks of the title, column widths, merged cells) stands in LAYOUTS. The same text gives the same bytes.

The look is that of an official Chinese document (GB/T 9704): A4, 16 pt, about 22 lines a page. The font is one of the
standard CJK fonts that a reader brings along and is not embedded, which keeps a file small. Needs reportlab.
"""
import argparse
import itertools
import pathlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from reportlab.lib.colors import Color, black, red
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfgen.canvas import Canvas

HERE = pathlib.Path(__file__).resolve().parent
FONT = "STSong-Light"

BODY_SIZE, BODY_PITCH = 16, 28
TITLE_SIZE, TITLE_PITCH = 22, 36
NOTE_SIZE = 12
HEADER_SIZE, FOOTER_SIZE = 10.5, 14
RED_SIZE = 34
MARGIN_TOP, MARGIN_BOTTOM, MARGIN_LEFT, MARGIN_RIGHT = 34 * mm, 32 * mm, 28 * mm, 26 * mm
CELL_PAD = 4

NEVER_STARTS_A_LINE = set("，。；：、！？）》”’〕%‰")
NEVER_ENDS_A_LINE = set("（《“‘〔")
UNBREAKABLE = re.compile(r"[≥≤]?[A-Za-z0-9][A-Za-z0-9.,/]*[%‰]?|.", re.DOTALL)
SECTION_HEADING = re.compile(r"[一二三四五六七八九十]+、")


@dataclass(frozen=True)
class Table:
    """How one table is set; `widths` are in millimetres."""

    widths: tuple[float, ...]
    header_rows: int = 1
    merge_down: tuple[int, ...] = ()  # columns in which an empty body cell belongs to the cell above
    left: tuple[int, ...] = ()  # columns set flush left, the others are centred
    size: float = 10.5
    landscape: bool = False  # on pages of its own, turned


@dataclass(frozen=True)
class Layout:
    """What a document's text does not say about its pages. Lines are named by their text."""

    title: tuple[str, ...]  # the title, broken as on the page
    header: str  # running header
    footer: str  # page number, with {page} and {pages}
    header_on_first_page: bool = True
    red_head: str = ""  # the issuing office in red at the head of page 1, a red rule below the document number
    centred: tuple[str, ...] = ()
    right: tuple[str, ...] = ()  # signature and date
    flush: tuple[str, ...] = ()  # without indent (addressee)
    imprint: tuple[str, ...] = ()  # lines between rules at the very end (copies to, date of printing)
    tables: tuple[Table, ...] = ()


DASHES = "— {page} —"
OF_PAGES = "第 {page} 页 共 {pages} 页"

LAYOUTS = {
    "jichuan-2021-implementation-plan": Layout(
        title=("霁川县推进义务教育优质均衡发展", "实施方案（2022—2026年）"),
        header="霁川县人民政府",
        footer=DASHES,
        right=("霁川县人民政府", "2021年11月18日"),
        tables=(Table(widths=(10, 53, 19, 19, 19, 18, 18), header_rows=2, left=(1,), size=9),),
    ),
    "fengling-2021-rectification-report": Layout(
        title=("枫陵县人民政府", "关于义务教育均衡发展国家督导检查反馈问题", "整改情况的报告"),
        header="枫陵县人民政府",
        footer=DASHES,
        header_on_first_page=False,
        red_head="枫陵县人民政府文件",
        centred=("枫陵政发〔2021〕23号",),
        right=("枫陵县人民政府", "2021年10月26日"),
        flush=("怀澜市人民政府教育督导委员会：",),
        imprint=("抄送：怀澜市教育局。", "枫陵县人民政府办公室　2021年10月26日印发"),
    ),
    "chengpu-2023-statistical-bulletin": Layout(
        title=("2023年澄浦县教育事业统计公报",),
        header="澄浦县教育局",
        footer=OF_PAGES,
        centred=("澄浦县教育局", "（2024年3月15日）"),
        tables=(
            Table(widths=(28, 26, 24, 26, 26, 26), header_rows=2, size=12),
            Table(widths=(60, 24, 24, 24, 24), header_rows=2, left=(0,), size=12),
        ),
    ),
    "tiaoling-2024-rectification-plan": Layout(
        title=("苕岭县义务教育优质均衡发展", "省级督导评估反馈问题整改方案"),
        header="苕岭县人民政府教育督导委员会",
        footer=OF_PAGES,
        right=("苕岭县人民政府教育督导委员会", "2024年4月9日"),
        tables=(
            Table(widths=(12, 54, 74, 39, 32, 32), merge_down=(0, 1, 3), left=(1, 2, 3, 5), size=11, landscape=True),
        ),
    ),
    "yunya-2022-supervision-feedback": Layout(
        title=("关于云崖县2022年义务教育专项督导的", "反馈意见"),
        header="桐澜市人民政府教育督导委员会",
        footer=DASHES,
        centred=("桐教督委〔2022〕9号",),
        right=("桐澜市人民政府教育督导委员会", "2022年10月21日"),
        flush=("云崖县人民政府：",),
    ),
    "luyu-2025-work-report": Layout(
        title=("鹭屿区推进义务教育优质均衡发展", "工作情况汇报"),
        header="鹭屿区教育局",
        footer=OF_PAGES,
        centred=("鹭屿区教育局", "（2025年6月）"),
    ),
}


def width_of(text: str, size: float) -> float:
    return stringWidth(text, FONT, size)


def wrap(text: str, size: float, width: float, indent: float = 0) -> list[str]:
    """Break a text into lines.

    Numbers stay whole, no line starts with a closing mark or ends with an opening one, and the last line is never a
    single character (which looks poor, and which pdfium's text extraction may drop in a table cell).
    """
    lines, line, room = [], [], width - indent
    for token in UNBREAKABLE.findall(text):
        if line and width_of("".join(line) + token, size) > room:
            carried = [token]
            while len(line) > 1 and (carried[0] in NEVER_STARTS_A_LINE or line[-1] in NEVER_ENDS_A_LINE):
                carried.insert(0, line.pop())
            lines.append("".join(line))
            line, room = carried, width
        else:
            line.append(token)
    if lines and len(line) == 1:
        above = UNBREAKABLE.findall(lines.pop())
        lines.append("".join(above[:-1]))
        line.insert(0, above[-1])
    return [*lines, "".join(line)]


@dataclass
class Page:
    """One page as a list of drawing steps, so that the number of pages is known before anything is drawn."""

    size: tuple[float, float]
    steps: list[Callable[[Canvas], None]] = field(default_factory=list)


class Composer:
    """Fills pages from top to bottom; `y` is the lower edge of what has been set so far."""

    def __init__(self) -> None:
        self.pages: list[Page] = []
        self.new_page()

    def new_page(self, size: tuple[float, float] = A4) -> None:
        self.pages.append(Page(size))
        self.y = size[1] - MARGIN_TOP

    @property
    def page(self) -> Page:
        return self.pages[-1]

    @property
    def text_width(self) -> float:
        return self.page.size[0] - MARGIN_LEFT - MARGIN_RIGHT

    @property
    def is_untouched(self) -> bool:
        return not self.page.steps

    def room_for(self, height: float) -> bool:
        return self.y - height >= MARGIN_BOTTOM

    def advance(self, height: float) -> None:
        """Move down by a line's height, to the next page where this one is full."""
        if not self.room_for(height):
            self.new_page(self.page.size)
        self.y -= height

    def put(self, text: str, x: float, y: float, size: float, *, spread: float = 0, bold: bool = False, colour: Color = black) -> None:
        """Write one line with its baseline at y; `spread` is added between characters; bold is drawn as an outline."""

        def step(canvas: Canvas) -> None:
            canvas.saveState()
            canvas.setFillColor(colour)
            canvas.setStrokeColor(colour)
            canvas.setLineWidth(size / 40)
            line = canvas.beginText(x, y)
            line.setFont(FONT, size)
            line.setCharSpace(spread)
            line.setTextRenderMode(2 if bold else 0)
            line.textOut(text)
            canvas.drawText(line)
            canvas.restoreState()

        self.page.steps.append(step)

    def rule(self, x0: float, y0: float, x1: float, y1: float, *, width: float = 0.6, colour: Color = black) -> None:
        def step(canvas: Canvas) -> None:
            canvas.saveState()
            canvas.setStrokeColor(colour)
            canvas.setLineWidth(width)
            canvas.line(x0, y0, x1, y1)
            canvas.restoreState()

        self.page.steps.append(step)

    def line_across(self, **style) -> None:
        self.rule(MARGIN_LEFT, self.y, MARGIN_LEFT + self.text_width, self.y, **style)

    def paragraph(self, text: str, *, indent: float = 2 * BODY_SIZE, bold: bool = False) -> None:
        """A justified paragraph of the body."""
        lines = wrap(text, BODY_SIZE, self.text_width, indent)
        for number, line in enumerate(lines):
            self.advance(BODY_PITCH)
            start = indent if number == 0 else 0
            gaps = max(1, len(line) - 1)
            spread = 0 if number == len(lines) - 1 else (self.text_width - start - width_of(line, BODY_SIZE)) / gaps
            self.put(line, MARGIN_LEFT + start, self.y, BODY_SIZE, spread=spread, bold=bold)

    def centred(self, text: str, size: float = BODY_SIZE, pitch: float = BODY_PITCH, **style) -> None:
        self.advance(pitch)
        self.put(text, MARGIN_LEFT + (self.text_width - width_of(text, size)) / 2, self.y, size, **style)

    def right(self, text: str, size: float = BODY_SIZE, pitch: float = BODY_PITCH, space: float = 0) -> None:
        self.advance(pitch)
        self.put(text, MARGIN_LEFT + self.text_width - space - width_of(text, size), self.y, size)

    def write(self, path: pathlib.Path, layout: Layout) -> None:
        canvas = Canvas(str(path), pagesize=A4, invariant=1)
        canvas.setTitle("".join(layout.title))
        for number, page in enumerate(self.pages, start=1):
            width, height = page.size
            canvas.setPageSize(page.size)
            if number > 1 or layout.header_on_first_page:
                canvas.setFont(FONT, HEADER_SIZE)
                canvas.drawCentredString(width / 2, height - 20 * mm, layout.header)
                canvas.setLineWidth(0.4)
                canvas.line(MARGIN_LEFT, height - 22 * mm, width - MARGIN_RIGHT, height - 22 * mm)
            for step in page.steps:
                step(canvas)
            canvas.setFont(FONT, FOOTER_SIZE)
            canvas.drawCentredString(width / 2, 20 * mm, layout.footer.format(page=number, pages=len(self.pages)))
            canvas.showPage()
        canvas.save()


@dataclass
class Cell:
    """A cell with the grid rows and columns that it covers; `lines` are those still to be set."""

    row: int
    column: int
    last_row: int
    last_column: int
    lines: list[str] = field(default_factory=list)


def merge(rows: list[list[str]], table: Table) -> dict[tuple[int, int], Cell]:
    """Map every place of the grid to its cell.

    An empty cell of the first header row belongs to its left neighbour, one of a further header row to the cell above,
    one of the body to the cell above in the columns that `merge_down` names.
    """
    cells: dict[tuple[int, int], Cell] = {}
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            in_header = row < table.header_rows
            if not text and in_header and row == 0:
                cell = cells[row, column - 1]
            elif not text and (in_header or column in table.merge_down):
                cell = cells[row - 1, column]
            else:
                cell = Cell(row, column, row, column, [text])
            cell.last_row, cell.last_column = max(cell.last_row, row), max(cell.last_column, column)
            cells[row, column] = cell
    return cells


class TableSetter:
    """Sets one ruled table, over as many pages as it takes, its header repeated on each."""

    def __init__(self, composer: Composer, rows: list[list[str]], table: Table) -> None:
        self.composer, self.rows, self.table = composer, rows, table
        self.widths = [width * mm for width in table.widths]
        self.pitch = table.size * 1.35
        self.cells = merge(rows, table)
        for cell in self.distinct(range(len(rows))):
            # A space in a cell stands for a line break.
            room = self.width(cell) - 2 * CELL_PAD
            cell.lines = [line for part in cell.lines[0].split() for line in wrap(part, table.size, room)]
        self.heights = self.row_heights()

    def distinct(self, rows: range) -> Iterator[Cell]:
        seen = set()
        for place in itertools.product(rows, range(len(self.widths))):
            cell = self.cells[place]
            if id(cell) not in seen:
                seen.add(id(cell))
                yield cell

    def width(self, cell: Cell) -> float:
        return sum(self.widths[cell.column:cell.last_column + 1])

    def row_heights(self) -> list[float]:
        """High enough for every cell; what a merged cell lacks is added to its last row."""
        heights = [self.pitch + 2 * CELL_PAD] * len(self.rows)
        for cell in sorted(self.distinct(range(len(self.rows))), key=lambda cell: cell.last_row):
            needed = len(cell.lines) * self.pitch + 2 * CELL_PAD
            heights[cell.last_row] += max(0, needed - sum(heights[cell.row:cell.last_row + 1]))
        return heights

    def set(self) -> None:
        header = range(self.table.header_rows)
        header_lines = {id(cell): list(cell.lines) for cell in self.distinct(header)}
        first = self.table.header_rows
        while first < len(self.rows):
            height, last = sum(self.heights[row] for row in header), first
            if not self.composer.room_for(height + self.heights[first]):
                self.composer.new_page(self.composer.page.size)
            while last < len(self.rows) and self.composer.room_for(height + self.heights[last]):
                height += self.heights[last]
                last += 1
            for cell in self.distinct(header):
                cell.lines = list(header_lines[id(cell)])
            self.part(header)
            self.part(range(first, last))
            first = last

    def part(self, rows: range) -> None:
        """The given rows, below each other from the composer's position on."""
        composer, heights = self.composer, self.heights
        left = MARGIN_LEFT + (composer.text_width - sum(self.widths)) / 2
        xs = list(itertools.accumulate(self.widths, initial=left))
        falling = itertools.accumulate((-heights[row] for row in rows), initial=composer.y)
        ys = dict(zip(range(rows.start, rows.stop + 1), falling, strict=True))
        for cell in self.distinct(rows):
            top, bottom = ys[max(cell.row, rows.start)], ys[min(cell.last_row, rows.stop - 1) + 1]
            fitting = int((top - bottom - 2 * CELL_PAD + 0.01) / self.pitch)
            lines, cell.lines = cell.lines[:fitting], cell.lines[fitting:]
            y = top - (top - bottom - len(lines) * self.pitch) / 2
            for line in lines:
                y -= self.pitch
                x = xs[cell.column] + CELL_PAD
                if cell.column not in self.table.left or cell.row < self.table.header_rows:
                    x = xs[cell.column] + (self.width(cell) - width_of(line, self.table.size)) / 2
                composer.put(line, x, y + 0.3 * self.table.size, self.table.size)
        self.rules(rows, xs, ys)
        composer.y = ys[rows.stop]

    def rules(self, rows: range, xs: list[float], ys: dict[int, float]) -> None:
        """The lines between cells, each drawn once and as long as it goes."""
        columns = range(len(self.widths))

        def parted(a: tuple[int, int], b: tuple[int, int]) -> bool:
            outside = any(row not in rows or column not in columns for row, column in (a, b))
            return outside or self.cells[a] is not self.cells[b]

        for row in range(rows.start, rows.stop + 1):
            for apart, run in itertools.groupby(columns, key=lambda column: parted((row - 1, column), (row, column))):
                run = list(run)
                if apart:
                    self.composer.rule(xs[run[0]], ys[row], xs[run[-1] + 1], ys[row])
        for column in range(len(self.widths) + 1):
            for apart, run in itertools.groupby(rows, key=lambda row: parted((row, column - 1), (row, column))):
                run = list(run)
                if apart:
                    self.composer.rule(xs[column], ys[run[0]], xs[column], ys[run[-1] + 1])


def compose(text: str, layout: Layout) -> Composer:
    """Lay a document's text out on pages."""
    composer = Composer()
    tables = iter(layout.tables)
    blocks = [(is_table, list(lines)) for is_table, lines in itertools.groupby(text.splitlines(), key=lambda line: "\t" in line)]
    for position, (is_table, lines) in enumerate(blocks):
        if is_table:
            table = next(tables)
            TableSetter(composer, [line.split("\t") for line in lines], table).set()
            if table.landscape:
                composer.new_page()
            else:
                composer.y -= BODY_PITCH / 2
            continue
        table_follows = position + 1 < len(blocks)
        caption = lines[-2:] if table_follows and lines[-1].startswith("单位：") else lines[-1:] if table_follows else []
        for line in lines[:len(lines) - len(caption)]:
            set_line(composer, line, layout)
        if caption:
            set_caption(composer, caption, layout.tables[sum(1 for is_table, _ in blocks[:position] if is_table)])
    return composer


def set_line(composer: Composer, line: str, layout: Layout) -> None:
    if line == layout.red_head:
        composer.y -= 10 * mm
        composer.centred(line, RED_SIZE, RED_SIZE * 1.2, bold=True, colour=red)
        composer.y -= 8 * mm
    elif line == "".join(layout.title):
        composer.y -= 6 * mm
        for part in layout.title:
            composer.centred(part, TITLE_SIZE, TITLE_PITCH, bold=True)
        composer.y -= BODY_PITCH / 2
    elif line in layout.right:
        if line == layout.right[0]:
            composer.y -= BODY_PITCH
        composer.right(line, space=3 * BODY_SIZE)
    elif line in layout.centred:
        composer.centred(line)
        if layout.red_head:
            composer.y -= 4 * mm
            composer.line_across(width=2, colour=red)
            composer.y -= 4 * mm
    elif line in layout.flush:
        composer.paragraph(line, indent=0)
    elif line in layout.imprint:
        if line == layout.imprint[0]:
            composer.y -= 2 * BODY_PITCH
            composer.line_across()
        composer.paragraph(line, indent=BODY_SIZE)
        composer.y -= BODY_PITCH / 3
        composer.line_across()
    elif SECTION_HEADING.match(line):
        if not composer.room_for(3 * BODY_PITCH):
            composer.new_page()
        composer.paragraph(line, bold=True)
    else:
        composer.paragraph(line)


def set_caption(composer: Composer, lines: list[str], table: Table) -> None:
    """A table's caption and its unit, on the page on which the table starts."""
    if table.landscape:
        if composer.is_untouched:
            composer.pages.pop()
        composer.new_page(landscape(A4))
    elif not composer.room_for(BODY_PITCH * 5):
        composer.new_page()
    composer.centred(lines[0], BODY_SIZE, BODY_PITCH, bold=True)
    for line in lines[1:]:
        composer.right(line, NOTE_SIZE, NOTE_SIZE * 1.7)
    composer.y -= CELL_PAD * 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="documents to set, without .pdf; all where none is named")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(LAYOUTS))
    if unknown:
        parser.error(f"no layout for {', '.join(unknown)}")
    registerFont(UnicodeCIDFont(FONT))
    for name in options.names or LAYOUTS:
        layout = LAYOUTS[name]
        text = (HERE / "gold" / "text" / f"{name}.pdf").read_text(encoding="utf-8")
        path = HERE / "samples" / f"{name}.pdf"
        composer = compose(text, layout)
        composer.write(path, layout)
        print(f"{path.name}: {len(composer.pages)} pages, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
