// The keyboard: one table of what each key does, shown with “?”.

import { $, make } from "./dom.js";

export const KEYS = [
  ["j", "next", "下一条（列表中也可用 ↓）"],
  ["k", "previous", "上一条（列表中也可用 ↑）"],
  ["c", "confirm", "确认整条记录，转到下一条"],
  ["e", "edit", "改字段；Enter 保存，Esc 回到列表"],
  ["x", "reject", "否定：这不是一条记录"],
  ["u", "undo", "撤销我刚才的核对"],
  ["a", "add", "把选中的文字新增为记录"],
  ["s", "span", "把本条的范围改为选中的文字"],
  ["l", "link", "改所属的问题"],
  ["n", "note", "写备注"],
  ["p", "page", "文字与原页切换（PDF）"],
  ["o", "source", "到原文；键盘选字：方向键配合 Shift（浏览器的光标浏览 F7）"],
  ["r", "list", "到记录列表"],
  ["f", "filter", "到筛选"],
  ["/", "search", "在全部文档中查找"],
  ["?", "help", "显示快捷键"],
];
const OFF = "doc-miner-keys-off";

export function listen(actions) {
  const byKey = new Map(KEYS.map(([key, name]) => [key, name]));
  $("help").querySelector("dl").replaceChildren(...KEYS.flatMap(([key, , text]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, text)]));
  const box = $("keys-on");
  box.checked = localStorage.getItem(OFF) === null;
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const field = event.target.closest("input, select, textarea");
    if (event.key === "Escape" && (field || event.target.closest("#detail, #text"))) return run(event, "list");
    if (field && event.key === "Enter" && event.target.closest("#detail") && field.tagName === "INPUT") return run(event, "save");
    if (event.target.closest("#list") && ["ArrowDown", "ArrowUp", "Home", "End", "PageDown", "PageUp"].includes(event.key)) return run(event, event.key);
    if (field && field.type !== "checkbox") return undefined;
    if (box.checked && byKey.has(event.key)) return run(event, byKey.get(event.key));
    return undefined;
  });

  function run(event, name) {
    event.preventDefault();
    actions(name);
  }
}
