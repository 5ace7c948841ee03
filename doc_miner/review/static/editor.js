// The record that is read: its evidence, its fields as a form, what it is linked with, what was said of it.

import { get, readOnly } from "./api.js";
import { $, make } from "./dom.js";
import { STATES } from "./records.js";

const KINDS = { problem: "问题", measure: "措施", figure: "数据" };
const VERDICTS = { confirmed: "确认", corrected: "更正", rejected: "否定", added: "新增" };
const SEVERITIES = { error: "矛盾", warning: "存疑", info: "提示" };
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export class Editor {
  constructor(vocabulary, actions) {
    this.vocabulary = vocabulary;
    this.actions = actions; // act(name), open(id), undo(review)
    this.element = $("detail");
    this.problems = { doc: null };
    this.record = null;
  }

  get note() {
    return this.element.querySelector("[name=note]")?.value.trim() || "";
  }

  async show(record) {
    this.record = record;
    this.changes = new Map();
    if (!record) {
      this.element.replaceChildren();
      return;
    }
    if (!readOnly) await this.loadTargets(record.doc_id);
    if (this.record !== record) return;
    const parts = [this.head(record), this.form(record), this.around(record)];
    this.element.replaceChildren(...parts);
    this.element.scrollTop = 0;
    this.counted();
  }

  head(record) {
    const found = record.findings.map((one) => make("li", {}, make("span", { class: `badge ${one.severity}` }, SEVERITIES[one.severity] || one.severity), ` ${one.message}`));
    const say = [record.section, record.page && `第 ${record.page} 页`, record.confidence != null && `把握 ${record.confidence.toFixed(2)}`, `规则 ${record.rule}`].filter(Boolean).join(" · ");
    return make(
      "div",
      { class: "head" },
      make("p", {}, make("span", { class: `badge ${record.kind}` }, KINDS[record.kind]), " ", make("span", { class: "state" }, STATES[record.state] || "未核对"), " ", make("span", { class: "about" }, say)),
      make("blockquote", {}, record.kind === "figure" ? record.sentence || record.text : record.text),
      found.length ? make("ul", { class: "findings" }, ...found) : null,
    );
  }

  form(record) {
    const form = make("form", { class: "fields", "aria-label": "字段" });
    for (const field of this.vocabulary.fields[record.kind]) form.append(this.control(field, record));
    const button = (name, text, key, more = {}) => {
      const made = make("button", { type: "button", ...more }, `${text} `, make("kbd", {}, key));
      made.addEventListener("click", () => this.actions.act(name));
      return made;
    };
    if (!readOnly) {
      form.append(
        make("label", { class: "wide" }, "备注 ", make("input", { name: "note", maxlength: "2000", placeholder: "为什么（可不填），随下一个结论记下", autocomplete: "off" })),
        make("p", { class: "actions wide" }, button("confirm", "确认", "c", { class: "main" }), button("save", "保存更正", "Enter", { id: "save" }), button("reject", "否定", "x"), button("undo", "撤销", "u")),
      );
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    return form;
  }

  control(field, record) {
    const value = record.fields[field.name];
    const change = (now) => {
      if (same(now, value)) this.changes.delete(field.name);
      else this.changes.set(field.name, now);
      this.counted();
    };
    const label = make("label", { class: field.form === "codes" || field.form === "problem" || field.form === "measure" ? "wide" : "" }, `${field.title} `);
    label.dataset.field = field.name;
    label.append(this.input(field, value, change));
    return label;
  }

  input(field, value, change) {
    if (readOnly) return make("output", {}, this.said(field, value));
    if (field.form === "codes") return this.codes(field, value, change);
    if (field.form === "span") {
      const button = make("button", { type: "button" }, "改为选中的文字 ", make("kbd", {}, "s"));
      button.addEventListener("click", () => this.actions.act("span"));
      return make("span", {}, `${value[0]}–${value[1]} `, button);
    }
    if (field.form === "choice" || field.form === "problem" || field.form === "measure") {
      const options = field.form === "choice" ? field.options : [{ value: null, name: "（无）" }, ...this.problems[field.form]];
      const select = make("select", { name: field.name });
      options.forEach((option, index) => select.append(make("option", { value: String(index), selected: option.value === value }, option.name)));
      if (!options.some((option) => option.value === value)) select.append(make("option", { value: "-1", selected: true }, String(value)));
      select.addEventListener("change", () => change(select.value === "-1" ? value : options[Number(select.value)].value));
      return select;
    }
    if (field.form === "yes") {
      const box = make("input", { type: "checkbox", name: field.name, checked: value });
      box.addEventListener("change", () => change(box.checked));
      return box;
    }
    const types = { year: "number", date: "date" };
    const input = make("input", { name: field.name, type: types[field.form] || "text", value: field.form === "list" ? value.join("、") : String(value ?? ""), maxlength: "2000", autocomplete: "off" });
    if (field.form === "number") input.inputMode = "decimal";
    input.addEventListener("input", () => {
      const text = input.value.trim();
      if (field.form === "list") change(text.split(/[、，,；;\s]+/).filter(Boolean));
      else if (!text) change(null);
      else change(field.form === "year" ? Number(text) : text);
    });
    return input;
  }

  said(field, value) {
    if (value == null) return "（无）";
    if (field.form === "codes") return value.map((code) => `${code} ${this.vocabulary.categories[code] || ""}`).join("、") || "（无）";
    if (field.form === "span") return `${value[0]}–${value[1]}`;
    return field.options.find((option) => option.value === value)?.name ?? (field.form === "yes" ? (value ? "是" : "否") : [value].flat().join("、"));
  }

  // Categories: the first is the main one; a click on a name makes it so, × takes it out.
  codes(field, value, change) {
    const place = make("span", { class: "codes" });
    let now = [...value];
    const draw = () => {
      const chips = now.map((code, index) => {
        const name = make("button", { type: "button", class: index ? "plain" : "plain first", title: index ? "设为主类" : "主类" }, `${code} ${this.vocabulary.categories[code] || ""}`);
        const out = make("button", { type: "button", class: "plain", "aria-label": `去掉 ${code}` }, "×");
        name.addEventListener("click", () => set([code, ...now.filter((one) => one !== code)]));
        out.addEventListener("click", () => set(now.filter((one) => one !== code)));
        return make("span", { class: "chip" }, name, out);
      });
      const add = make("select", { name: field.name, "aria-label": "添加类别" }, make("option", { value: "" }, "＋ 添加类别"));
      field.options.filter((option) => !now.includes(option.value)).forEach((option) => add.append(make("option", { value: option.value }, option.name)));
      add.addEventListener("change", () => add.value && set([...now, add.value]));
      place.replaceChildren(...chips, add);
    };
    const set = (codes) => {
      now = codes;
      draw();
      change(now);
      place.querySelector("select").focus();
    };
    draw();
    return place;
  }

  counted() {
    const save = $("save");
    if (!save) return;
    save.disabled = this.changes.size === 0;
    for (const label of this.element.querySelectorAll("[data-field]")) label.classList.toggle("changed", this.changes.has(label.dataset.field));
  }

  around(record) {
    const links = record.links.map((one) => {
      const button = make("button", { type: "button", class: "plain" }, `${KINDS[one.kind]}：${one.text}`);
      button.addEventListener("click", () => this.actions.open(one.record_id, one.kind));
      return make("li", {}, button);
    });
    const said = record.reviews.map((one) => {
      const title = one.verdict === "corrected" ? this.vocabulary.fields[record.kind].find((field) => field.name === one.field)?.title : "";
      const text = `${(one.at || "").slice(0, 16).replace("T", " ")} ${one.reviewer || ""} ${VERDICTS[one.verdict] || one.verdict}${title ? `“${title}”：${one.old ?? "（无）"} → ${one.new ?? "（无）"}` : ""}`;
      const item = make("li", { class: one.state === "applied" ? "" : "past" }, text, one.note ? `（${one.note}）` : "");
      if (one.state === "applied" && !readOnly) {
        const button = make("button", { type: "button", "aria-label": `撤销 ${text}` }, "撤销");
        button.addEventListener("click", () => this.actions.undo(one.review_id));
        item.append(" ", button);
      }
      return item;
    });
    return make(
      "div",
      { class: "around" },
      links.length ? make("h3", {}, "相关记录") : null,
      links.length ? make("ul", {}, ...links) : null,
      said.length ? make("h3", {}, "核对经过") : null,
      said.length ? make("ul", {}, ...said) : null,
    );
  }

  // The problems and measures of a document, which others can be linked with.
  async loadTargets(doc) {
    if (this.problems.doc === doc) return;
    const [problems, measures] = await Promise.all(["problem", "measure"].map((kind) => get("records", { doc_id: doc, kind, limit: 500 })));
    const options = (found) => found.records.map((one) => ({ value: one.record_id, name: one.text.slice(0, 50) }));
    this.problems = { doc, problem: options(problems), measure: options(measures) };
  }

  forget() {
    this.problems = { doc: null };
  }

  focus(field) {
    const place = field ? this.element.querySelector(`[data-field="${field}"]`) : this.element.querySelector("[data-field]");
    place?.querySelector("select, input, button")?.focus();
  }
}
