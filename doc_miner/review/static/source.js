// The left side: the text as laid out with the places of the records, or the picture of a page with the record's box.

import { get } from "./api.js";
import { $, make, say } from "./dom.js";
import { countBelow, Offsets } from "./offsets.js";

const HEADING = 40; // a longer line is a paragraph that begins with its heading
const KINDS = { problem: "问题", measure: "措施", figure: "数据" };

export class Source {
  constructor(onPick) {
    this.onPick = onPick;
    this.element = $("text");
    this.page = 1;
    this.document = null;
    this.element.addEventListener("click", (event) => {
      const part = event.target.closest("[data-id]");
      if (part && getSelection().isCollapsed) onPick(part.dataset.id);
    });
    $("show-text").addEventListener("click", () => this.show("text"));
    $("show-page").addEventListener("click", () => this.show("page"));
    $("page-before").addEventListener("click", () => this.turn(this.page - 1));
    $("page-after").addEventListener("click", () => this.turn(this.page + 1));
  }

  load(found) {
    this.document = found;
    this.offsets = new Offsets(found.text);
    this.marks = new Map(found.marks.map(([kind, id, start, end, state]) => [id, { kind, id, start, end, state }]));
    this.selected = null;
    this.spot = null;
    this.lines = [];
    let start = 0;
    for (const text of found.text.split("\n")) {
      this.lines.push({ start, end: start + text.length, text, marks: [] });
      start += text.length + 1;
    }
    for (const mark of this.marks.values()) this.place(mark);
    const heads = new Map(found.sections.map((section) => [this.offsets.toUnits(section.start), section.level || 1]));
    const all = document.createDocumentFragment();
    this.lines.forEach((line, index) => {
      const head = line.text.length <= HEADING && heads.get(line.start);
      line.element = make("p", head ? { class: `head level-${Math.min(head, 4)}` } : {});
      line.element.dataset.line = index;
      this.draw(line);
      all.append(line.element);
    });
    this.element.replaceChildren(all);
    this.element.scrollTop = 0;
    $("title").textContent = found.title || found.path;
    $("title").title = found.path;
    this.listOutline(found.sections);
    $("show-page").hidden = !(found.drawn && found.pages);
    this.page = 1;
    this.shown = null;
    this.show("text");
  }

  listOutline(sections) {
    const items = sections.map((section) => {
      const button = make("button", { type: "button", class: `plain level-${Math.min(section.level || 1, 4)}` }, `${section.number || ""}${section.heading || ""}`.slice(0, 60) || "（无标题）");
      button.addEventListener("click", () => {
        $("outline").open = false;
        this.show("text");
        this.goTo(section.start, section.end);
      });
      return make("li", {}, button);
    });
    $("outline").hidden = items.length === 0;
    $("outline").querySelector("ol").replaceChildren(...items);
  }

  lineAt(unit) {
    return Math.max(0, countBelow(this.lines, unit + 1, (line) => line.start) - 1);
  }

  linesOf(mark) {
    const [start, end] = [this.offsets.toUnits(mark.start), this.offsets.toUnits(mark.end)];
    return this.lines.slice(this.lineAt(start), this.lineAt(Math.max(start, end - 1)) + 1);
  }

  place(mark) {
    mark.from = this.offsets.toUnits(mark.start);
    mark.to = this.offsets.toUnits(mark.end);
    for (const line of this.linesOf(mark)) line.marks.push(mark);
  }

  // Put a record at its place (again), or take it away where there is none.
  set(id, record) {
    const before = this.marks.get(id);
    const touched = new Set();
    if (before) {
      for (const line of this.linesOf(before)) {
        line.marks = line.marks.filter((mark) => mark.id !== id);
        touched.add(line);
      }
      this.marks.delete(id);
    }
    if (record) {
      const mark = { kind: record.kind, id, start: record.start, end: record.end, state: record.state };
      this.marks.set(id, mark);
      this.place(mark);
      this.linesOf(mark).forEach((line) => touched.add(line));
    }
    touched.forEach((line) => this.draw(line));
  }

  // Write a line as pieces between the ends of marks; the shortest mark around a piece is the one a click means.
  draw(line) {
    const marks = [...line.marks];
    if (this.spot && this.spot.from < line.end && this.spot.to > line.start) marks.push(this.spot);
    if (!marks.length) {
      line.element.textContent = line.text;
      return;
    }
    const cuts = new Set([line.start, line.end]);
    for (const mark of marks) for (const at of [mark.from, mark.to]) if (at > line.start && at < line.end) cuts.add(at);
    const ends = [...cuts].sort((one, other) => one - other);
    const pieces = ends.slice(1).map((end, index) => {
      const start = ends[index];
      const text = line.text.slice(start - line.start, end - line.start);
      const around = marks.filter((mark) => mark.from <= start && mark.to >= end).sort((one, other) => one.to - one.from - (other.to - other.from));
      if (!around.length) return text;
      const piece = make("span", { class: around.map((mark) => `${mark.kind} ${mark.state}`).join(" ") }, text);
      const record = around.find((mark) => mark.id);
      if (record) {
        piece.dataset.id = record.id;
        piece.title = KINDS[record.kind];
      }
      if (around.some((mark) => mark.id && mark.id === this.selected)) piece.classList.add("selected");
      return piece;
    });
    line.element.replaceChildren(...pieces);
  }

  select(record) {
    const old = this.selected && this.marks.get(this.selected);
    this.selected = record?.record_id;
    if (old) this.linesOf(old).forEach((line) => this.draw(line));
    const mark = record && this.marks.get(record.record_id);
    if (!mark) return;
    const lines = this.linesOf(mark);
    lines.forEach((line) => this.draw(line));
    this.reveal(lines[0].element.querySelector(".selected") || lines[0].element);
    this.record = record;
    if (record.page) this.page = record.page;
    if (!$("page").hidden) this.turn(this.page);
  }

  reveal(element) {
    element.scrollIntoView({ block: "nearest" });
    const [inner, outer] = [element.getBoundingClientRect(), this.element.getBoundingClientRect()];
    if (inner.top < outer.top + 40 || inner.bottom > outer.bottom - 40) element.scrollIntoView({ block: "center" });
  }

  // Show a passage that is no record: of a finding, of a search.
  goTo(start, end) {
    const before = this.spot;
    this.spot = { kind: "spot", state: "", from: this.offsets.toUnits(start), to: this.offsets.toUnits(end), start, end };
    if (before) this.linesOf(before).forEach((line) => this.draw(line));
    const lines = this.linesOf(this.spot).slice(0, 200);
    lines.forEach((line) => this.draw(line));
    this.reveal(lines[0].element.querySelector(".spot") || lines[0].element);
  }

  // The selected text as code points, without white space at its ends; null where nothing of the text is selected.
  selection() {
    const chosen = getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    let from = this.unitAt(range.startContainer, range.startOffset);
    let to = this.unitAt(range.endContainer, range.endOffset);
    if (from == null || to == null) return null;
    const text = this.document.text;
    while (from < to && /\s/.test(text[from])) from += 1;
    while (to > from && /\s/.test(text[to - 1])) to -= 1;
    return from < to ? [this.offsets.toPoints(from), this.offsets.toPoints(to)] : null;
  }

  unitAt(node, offset) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const paragraph = element.closest("#text > p");
    if (!paragraph) return null;
    const before = document.createRange();
    before.setStart(paragraph, 0);
    before.setEnd(node, offset);
    return this.lines[paragraph.dataset.line].start + before.toString().length;
  }

  show(view) {
    const isPage = view === "page" && !$("show-page").hidden;
    this.element.hidden = isPage;
    $("page").hidden = !isPage;
    $("show-text").setAttribute("aria-pressed", String(!isPage));
    $("show-page").setAttribute("aria-pressed", String(isPage));
    if (isPage) this.turn(this.page);
  }

  toggle() {
    this.show($("page").hidden ? "page" : "text");
  }

  async turn(number) {
    const { doc_id: id, pages } = this.document;
    if (number < 1 || number > pages) return;
    this.page = number;
    $("page-number").textContent = `第 ${number} / ${pages} 页`;
    $("box").hidden = true;
    try {
      const size = await get(`documents/${id}/pages/${number}`);
      if (this.document.doc_id !== id || this.page !== number) return;
      if (this.shown !== `${id}/${number}`) {
        $("picture").src = `/api/documents/${id}/pages/${number}/picture`;
        $("picture").alt = `第 ${number} 页的图像`;
        this.shown = `${id}/${number}`;
      }
      this.drawBox(size);
    } catch (error) {
      this.show("text");
      say(error.message, true);
    }
  }

  drawBox(size) {
    const record = this.record;
    if (!record || record.record_id !== this.selected || record.page !== this.page || !record.bbox) return;
    const [left, top, right, bottom] = record.bbox;
    const box = $("box");
    const percent = (part, whole) => `${(100 * part) / whole}%`;
    box.style.left = percent(left, size.width);
    box.style.top = percent(top, size.height);
    box.style.width = percent(right - left, size.width);
    box.style.height = percent(bottom - top, size.height);
    box.hidden = false;
    $("picture").decode().then(() => box.scrollIntoView({ block: "center", inline: "nearest" }), () => {});
  }
}
