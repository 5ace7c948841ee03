// Elements, made without markup: text from documents only ever becomes text.

export const $ = (id) => document.getElementById(id);

export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in element && typeof value !== "string") element[key] = value;
    else if (key === "class") element.className = value;
    else if (value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null && child !== ""));
  return element;
}

export function say(text, isFault = false) {
  const place = $("message");
  place.textContent = text;
  place.classList.toggle("fault", isFault);
}

// Ask in a dialog; gives an object of the values of its fields, or null.
export function ask(title, ...fields) {
  const dialog = $("ask");
  $("ask-title").textContent = title;
  dialog.querySelector(".fields").replaceChildren(...fields);
  dialog.returnValue = "";
  dialog.showModal();
  fields[0]?.querySelector("input, select, textarea")?.focus();
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      const values = Object.fromEntries(new FormData(dialog.querySelector("form")));
      done(dialog.returnValue === "yes" ? values : null);
    }, { once: true });
  });
}
