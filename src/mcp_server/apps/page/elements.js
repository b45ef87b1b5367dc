// Elements from names, attributes and children. Text stays text: nothing here parses markup.

/** `el("td", { class: "number", onclick: f }, "text", child, [more])`; null children are left out. */
function el(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for a drawing. */
function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value" && "defaultValue" in element) holding(element, value);
    else if (key === "value") element.value = value;
    else if (key === "checked") element.checked = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** A box's text; what was typed since is told apart from it until the box says `change`. */
function holding(box, text) {
  box.defaultValue = text;
  box.addEventListener("change", () => { box.defaultValue = box.value; });
}

const choice = (value, options, attributes) =>
  el("select", { ...attributes, value: undefined }, options.map((name) =>
    el("option", { value: name, selected: name === value }, name)));

/** A table that scrolls by itself, with the mouse and with the keyboard. */
const scrolling = (label, table) =>
  el("div", { class: "scroll", role: "region", "aria-label": label, tabindex: "0" }, table);

const list = (lines, attributes = {}) => el("ul", attributes, lines.map((line) => el("li", {}, line)));

/** A note that can be opened, for what is good to know. */
const note = (title, lines, open = false) =>
  lines?.length ? el("details", { class: "note", open },
    el("summary", {}, title, el("span", { class: "count" }, String(lines.length))), list(lines)) : null;

/** A note that is always read, for what must be known. */
const alarm = (title, lines, kind) =>
  lines?.length ? el("div", { class: `alarm ${kind}` }, el("strong", {}, title), list(lines)) : null;

function show(...children) {
  const view = document.getElementById("view");
  const titles = (selector) => [...view.querySelectorAll(selector)];
  const open = new Set(titles("details[open] > summary").map((title) => title.textContent));
  const focus = document.activeElement?.id;
  view.replaceChildren(...children.flat(Infinity).filter(Boolean));
  // What was opened stays open, and where one was typing one goes on.
  for (const title of titles("summary")) title.parentElement.open ||= open.has(title.textContent);
  if (focus) document.getElementById(focus)?.focus();
}

let pressed = false;
document.addEventListener("pointerdown", () => { pressed = true; }, true);
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { pressed = false; }, true);

/** In the middle of a word or a click, either of which would be lost if the page were drawn anew. */
function busy() {
  const box = document.activeElement;
  return pressed || (Boolean(box) && "defaultValue" in box && box.value !== box.defaultValue);
}

function say(text, kind = "") {
  const status = document.getElementById("status");
  status.textContent = text;
  status.className = kind;
}

/** Which of the three steps is shown, and of what. */
function headline(step, title) {
  document.getElementById("title").textContent = title || "rowmill";
  for (const item of document.querySelectorAll("#steps li")) {
    if (item.dataset.step === step) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
}
