// The list of records: as many rows as fit are drawn, however many there are.

import { get } from "./api.js";
import { $, make } from "./dom.js";

const FIRST = 200; // what the first look needs
const REST = 500;
const LOADED = 20000; // lists up to this length are read whole, so that they stay as they were while records leave the filter

const KINDS = { problem: "问题", measure: "措施", figure: "数据" };
export const STATES = { confirmed: "已确认", corrected: "已更正", added: "新增", rejected: "已否定" };

export class RecordList {
  constructor(onSelect, categories) {
    this.onSelect = onSelect;
    this.categories = categories;
    this.element = $("list");
    this.sizer = this.element.querySelector(".sizer");
    this.rows = [];
    this.count = 0;
    this.index = -1;
    this.run = 0;
    this.drawn = new Map();
    this.element.addEventListener("scroll", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.element);
    this.element.addEventListener("click", (event) => {
      const row = event.target.closest("[data-index]");
      if (row) this.select(Number(row.dataset.index));
    });
  }

  async load(filter) {
    const run = (this.run += 1);
    this.filter = filter;
    const first = await get("records", { ...filter, limit: FIRST });
    if (run !== this.run) return false;
    this.rows = first.records;
    this.count = first.count;
    this.index = -1;
    this.element.scrollTop = 0;
    this.refresh();
    this.rest = this.loadRest(run);
    return true;
  }

  async loadRest(run) {
    while (this.rows.length < Math.min(this.count, LOADED)) {
      const next = await get("records", { ...this.filter, offset: this.rows.length, limit: REST });
      if (run !== this.run || !next.records.length) return;
      this.rows.push(...next.records);
    }
    this.draw();
  }

  get current() {
    return this.rows[this.index];
  }

  find(id) {
    return this.rows.findIndex((row) => row.record_id === id);
  }

  async select(index) {
    if (index >= this.rows.length) await this.rest;
    if (index < 0 || index >= this.rows.length) return false;
    this.index = index;
    const [top, height] = [index * this.height, this.element.clientHeight];
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    if (top + this.height > this.element.scrollTop + height) this.element.scrollTop = top + this.height - height;
    this.refresh();
    await this.onSelect(this.rows[index]);
    return true;
  }

  // A record has changed: its row stays where it is until the filter is asked again.
  update(id, record) {
    const index = this.find(id);
    if (index < 0) return;
    this.rows[index] = record ? { ...this.rows[index], ...record, text: record.text.slice(0, 200) } : { ...this.rows[index], state: "rejected" };
    this.refresh();
  }

  refresh() {
    for (const row of this.drawn.values()) row.remove();
    this.drawn.clear();
    this.measure();
    $("count").textContent = this.count ? `${this.index + 1 || "–"} / ${this.count}` : "没有符合条件的记录";
    this.draw();
    if (this.index >= 0) this.element.setAttribute("aria-activedescendant", `row-${this.index}`);
    else this.element.removeAttribute("aria-activedescendant");
  }

  measure() {
    this.height = parseFloat(getComputedStyle(this.element).getPropertyValue("--row")) * parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.sizer.style.height = `${this.count * this.height}px`;
  }

  draw() {
    if (!this.height) return;
    const first = Math.max(0, Math.floor(this.element.scrollTop / this.height) - 5);
    const last = Math.min(this.rows.length, Math.ceil((this.element.scrollTop + this.element.clientHeight) / this.height) + 5);
    for (const [index, row] of this.drawn) {
      if (index < first || index >= last) {
        row.remove();
        this.drawn.delete(index);
      }
    }
    for (let index = first; index < last; index += 1) {
      if (!this.drawn.has(index)) {
        const row = this.row(this.rows[index], index);
        this.drawn.set(index, row);
        this.sizer.append(row);
      }
    }
  }

  row(record, index) {
    const named = record.categories.map((code) => this.categories[code] || code).join("、");
    const about = [named, record.subject, record.page && `第 ${record.page} 页`, record.confidence != null && `把握 ${record.confidence.toFixed(2)}`].filter(Boolean).join(" · ");
    const row = make(
      "div",
      { id: `row-${index}`, class: `row ${record.state}`, role: "option", "aria-selected": String(index === this.index), "aria-posinset": String(index + 1), "aria-setsize": String(this.count) },
      make("span", { class: `badge ${record.kind}` }, KINDS[record.kind]),
      make("span", { class: "words" }, record.text),
      make("span", { class: "state" }, STATES[record.state] || ""),
      make("span", { class: "about" }, about),
    );
    row.dataset.index = index;
    row.style.top = `${index * this.height}px`;
    return row;
  }
}
