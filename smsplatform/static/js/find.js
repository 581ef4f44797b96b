// The search over everything: a combobox over a list of links that the server sends (components/find.html).
const dialog = document.getElementById("find");
const box = document.getElementById("find-text");
const list = document.getElementById("find-results");

export function openFind() {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  box.select();
  window.htmx.trigger(box, "find:open");
}

let asked = false; // more was written than the list answers
let entered = false; // Enter came before the answer

const rows = () => [...list.querySelectorAll("a[role=option]")];
const chosen = () => list.querySelector("[aria-selected=true]");

function choose(row) {
  chosen()?.setAttribute("aria-selected", "false");
  if (!row) return box.removeAttribute("aria-activedescendant");
  row.setAttribute("aria-selected", "true");
  box.setAttribute("aria-activedescendant", row.id);
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  if (all.length) choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
}

function open() {
  entered = asked;
  if (!asked) (chosen() ?? rows()[0])?.click();
}

box?.addEventListener("input", () => {
  asked = true;
  entered = false;
});

box?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowDown") step(1);
  else if (event.key === "ArrowUp") step(chosen() ? -1 : 0);
  else if (event.key === "Enter") open();
  else return;
  event.preventDefault();
});

list?.addEventListener("htmx:afterSwap", () => {
  asked = false;
  list.scrollTop = 0;
  choose(rows()[0]);
  if (entered) open();
});
list?.addEventListener("pointermove", (event) => {
  const row = event.target.closest("a[role=option]");
  if (row && row !== chosen()) choose(row);
});
document.addEventListener("click", (event) => event.target.closest("[data-find]") && openFind());
