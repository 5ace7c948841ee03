// The workspace: what a reader does, and what both sides show of it.

import { get, post, readOnly } from "./api.js";
import { $, ask, make, say } from "./dom.js";
import { Editor } from "./editor.js";
import { listen } from "./keys.js";
import { RecordList } from "./records.js";
import { Source } from "./source.js";

const filters = $("filters");
const asked = new URLSearchParams(location.search);
const [vocabulary] = await Promise.all([get("vocabulary"), fillDocuments(asked.get("region") || "")]);
const list = new RecordList(open, vocabulary.categories);
const source = new Source((id) => openId(id));
const editor = new Editor(vocabulary, { act, open: openId, undo: takeBack });
const mine = []; // my reviews since the page was opened, for undo
let ahead = null; // the record after the one that is shown, asked for while that is read
let busy = false;
let opening = 0;
let opened = Promise.resolve(); // a change waits until the record is shown that was gone to: it must not hit the one before

// --- what is shown ---------------------------------------------------------------------------------
function filter() {
  return Object.fromEntries(new FormData(filters));
}

async function loadDocument(id) {
  if (source.document?.doc_id === id) return;
  const found = await get(`documents/${id}`);
  source.load(found);
  progress(found.progress);
}

function progress({ records, reviewed }) {
  $("progress").max = Math.max(1, records);
  $("progress").value = reviewed;
  $("progress-text").textContent = `${reviewed} / ${records}`;
}

function wait(promise) {
  opened = promise.catch(() => {});
  return promise;
}

function open(row) {
  return wait(openRow(row));
}

async function openRow(row) {
  const run = (opening += 1);
  try {
    const record = await (ahead?.id === row.record_id ? ahead.record : get(`records/${row.kind}/${row.record_id}`));
    if (run !== opening) return;
    await show(record);
    const next = list.rows[list.index + 1];
    ahead = next && { id: next.record_id, record: get(`records/${next.kind}/${next.record_id}`) };
    ahead?.record.catch(() => (ahead = null));
  } catch (error) {
    if (error.status === 404) await editor.show(null);
    say(row.state === "rejected" ? "这条记录已被否定；按 u 撤销，或到“核对记录”中撤销。" : error.message, row.state !== "rejected");
  }
}

async function show(record) {
  await loadDocument(record.doc_id);
  source.select(record);
  await editor.show(record);
  const query = new URLSearchParams(Object.entries(filter()).filter(([, value]) => value));
  query.set("record", record.record_id);
  history.replaceState(null, "", `/review?${query}`);
}

function openId(id, kind) {
  return wait(findAndOpen(id, kind));
}

async function findAndOpen(id, kind = source.marks?.get(id)?.kind) {
  if (!kind) return;
  let index = list.find(id);
  if (index < 0) {
    const place = await get(`records/${kind}/${id}/place`, filter()).catch(() => ({ index: null }));
    index = place.index == null || list.rows[place.index]?.record_id !== id ? -1 : place.index;
  }
  if (index >= 0) await list.select(index);
  else await open({ kind, record_id: id });
}

async function reload(id) {
  const wanted = filter().doc_id;
  ahead = null;
  const [loaded] = await guarded(() => Promise.all([list.load(filter()), wanted && loadDocument(wanted)])) || [];
  if (!loaded) return;
  if (id) await openId(id);
  else if (list.count) await list.select(0);
  else await editor.show(null);
}

// --- what a reader does ----------------------------------------------------------------------------
const actions = {
  next: () => list.select(list.index + 1).then((moved) => moved || say("已是最后一条。")),
  previous: () => list.select(list.index - 1).then((moved) => moved || say("已是第一条。")),
  ArrowDown: () => list.select(list.index + 1),
  ArrowUp: () => list.select(list.index - 1),
  Home: () => list.select(0),
  End: () => list.select(list.rows.length - 1),
  PageDown: () => list.select(Math.min(list.rows.length - 1, list.index + 10)),
  PageUp: () => list.select(Math.max(0, list.index - 10)),
  list: () => $("list").focus(),
  source: () => (source.show("text"), $("text").focus()),
  filter: () => filters.querySelector("select").focus(),
  search: () => (location.href = "/search"),
  page: () => source.toggle(),
  help: () => $("help").showModal(),
};
const changes = {
  edit: () => editor.focus(),
  link: () => editor.focus("problem_id"),
  note: () => editor.element.querySelector("[name=note]")?.focus(),
  confirm: () => verdict("confirmed"),
  reject,
  save,
  span,
  add,
  undo: () => (mine.length ? takeBack(mine.at(-1)) : say("打开页面以来没有可以撤销的核对；较早的请到“核对记录”中撤销。")),
};

function act(name) {
  if (name in actions) return guarded(actions[name]);
  if (readOnly) return say("现在是只读方式，不能改动。");
  return guarded(async () => {
    await opened;
    await changes[name]();
  });
}

// One change at a time; what goes wrong is said, and where somebody else was faster the record is shown as it is now.
async function guarded(doing) {
  try {
    return await doing();
  } catch (error) {
    say(error.message, true);
    if (error.status !== 409) return undefined;
    if (error.record) {
      editor.forget();
      changed(error.record.record_id, error.record);
      await show(error.record);
    } else if (editor.record) {
      list.update(editor.record.record_id, null);
    }
    say(`没有写入：${error.message}`, true);
    return undefined;
  }
}

async function send(path, body) {
  if (busy) throw new Error("上一个改动还没有写完，请稍候。");
  busy = true;
  if (body?.verdict !== "confirmed") ahead = null; // what else changes may change what the next one is linked with
  try {
    const done = await post(path, body);
    if (done.progress && done.doc_id === source.document?.doc_id) progress(done.progress);
    return done;
  } finally {
    busy = false;
  }
}

function changed(id, record) {
  if (source.document && (!record || record.doc_id === source.document.doc_id)) source.set(id, record);
  list.update(id, record);
}

const about = (record) => ({ kind: record.kind, record_id: record.record_id, note: editor.note });

async function verdict(name, more = {}) {
  const { record } = editor;
  if (!record) return;
  if (name === "confirmed" && editor.changes.size) {
    say("有未保存的更正；请先保存（Enter）或按 Esc 后重选本条。", true);
    return;
  }
  const done = await send("reviews", { ...about(record), verdict: name, old: record.fields, ...more });
  mine.push(done.review_id);
  changed(record.record_id, done.record);
  if (name === "rejected") editor.forget();
  say(name === "rejected" ? "已否定。按 u 撤销。" : "已确认。按 u 撤销。");
  if (!(await list.select(list.index + 1))) await (done.record ? show(done.record) : editor.show(null));
}

async function reject() {
  const { record } = editor;
  if (!record) return;
  const text = record.text.length > 60 ? `${record.text.slice(0, 60)}…` : record.text;
  const answer = await ask(`否定：“${text}”不是一条记录？`, make("label", {}, "为什么（可不填） ", make("input", { name: "why", maxlength: "2000", value: editor.note, autocomplete: "off" })));
  if (answer) await verdict("rejected", { note: answer.why });
}

async function save() {
  const { record } = editor;
  if (!record || !editor.changes.size) return;
  await correct(record, [...editor.changes]);
}

async function span() {
  const { record } = editor;
  const place = source.selection();
  if (!record || !place) {
    say("请先在原文中选中文字。", true);
    return;
  }
  await correct(record, [["span", place]]);
  getSelection().removeAllRanges();
}

async function correct(record, fields) {
  let now = record;
  for (const [field, value] of fields) {
    const done = await send("reviews", { ...about(record), verdict: "corrected", field, old: now.fields[field], new: value });
    mine.push(done.review_id);
    now = done.record;
    changed(now.record_id, now);
  }
  editor.forget();
  await show(now);
  say(`已保存 ${fields.length} 处更正。按 u 撤销${fields.length > 1 ? "，一次一处" : ""}。`);
  $("list").focus();
}

async function add() {
  const place = source.selection();
  if (!place) {
    say("请先在原文中选中漏掉的文字。", true);
    return;
  }
  const text = source.offsets.slice(...place);
  const kind = make("select", { name: "kind" }, ...Object.entries({ problem: "问题", measure: "措施", figure: "数据" }).map(([value, name]) => make("option", { value }, name)));
  const category = make("select", { name: "category" }, make("option", { value: "" }, "（以后再填）"), ...Object.entries(vocabulary.categories).map(([code, name]) => make("option", { value: code }, `${code} ${name}`)));
  const answer = await ask(
    `新增记录：“${text.length > 60 ? `${text.slice(0, 60)}…` : text}”`,
    make("label", {}, "种类 ", kind),
    make("label", {}, "类别 ", category),
    make("label", {}, "备注 ", make("input", { name: "note", maxlength: "2000", autocomplete: "off" })),
  );
  if (!answer) return;
  const values = !answer.category ? {} : answer.kind === "figure" ? { category: answer.category } : { categories: [answer.category] };
  const done = await send("records", { kind: answer.kind, doc_id: source.document.doc_id, start: place[0], end: place[1], values, note: answer.note });
  mine.push(done.review_id);
  getSelection().removeAllRanges();
  editor.forget();
  source.set(done.record.record_id, done.record);
  await reload(done.record.record_id);
  say("已新增；可接着填写字段。按 u 撤销。");
}

async function takeBack(review) {
  const done = await send(`reviews/${review}/undo`);
  const at = mine.lastIndexOf(review);
  if (at >= 0) mine.splice(at, 1);
  editor.forget();
  const id = done.record?.record_id || editor.record?.record_id;
  if (done.record) {
    changed(id, done.record);
    if (list.find(id) >= 0) await list.select(list.find(id));
    else await show(done.record);
  } else {
    source.set(id, null);
    await reload();
  }
  say("已撤销。");
}

// --- start -----------------------------------------------------------------------------------------
function fill(name, options) {
  filters.elements[name].append(...options.map(([value, text]) => make("option", { value }, text)));
}

async function fillDocuments(region) {
  const { documents } = await get("documents", { region, limit: 500 });
  const select = filters.elements.doc_id;
  while (select.options.length > 1) select.remove(1);
  const name = (one) => [one.region, one.year, one.title || one.path].filter(Boolean).join(" ");
  fill("doc_id", documents.filter((one) => one.status !== "failed").map((one) => [one.doc_id, `${name(one)}（${one.reviewed}/${one.records}）`]));
}

function choose(name, value, text = value) {
  const element = filters.elements[name];
  if (element.type === "checkbox") element.checked = value === "true";
  else {
    if (value && ![...element.options].some((option) => option.value === value)) fill(name, [[value, text]]);
    element.value = value;
  }
}

fill("region", vocabulary.regions.map((region) => [region, region]));
fill("category", Object.entries(vocabulary.categories).map(([code, name]) => [code, `${code} ${name}`]));
for (const name of ["region", "doc_id", "kind", "category", "below", "found", "open"]) if (asked.has(name)) choose(name, asked.get(name));
if (![...asked.keys()].length && filters.elements.doc_id.options.length > 1) filters.elements.doc_id.selectedIndex = 1;
filters.addEventListener("change", async (event) => {
  if (event.target.name === "region") await fillDocuments(event.target.value);
  say("");
  await reload();
});
filters.addEventListener("submit", (event) => event.preventDefault());
$("help-button").addEventListener("click", () => act("help"));
listen(act);
if (asked.has("record") && asked.get("doc_id")) await guarded(() => loadDocument(asked.get("doc_id")));
await reload(asked.get("record"));
if (asked.has("start")) source.goTo(Number(asked.get("start")), Number(asked.get("end")));
$("list").focus();
document.body.dataset.ready = "yes";
