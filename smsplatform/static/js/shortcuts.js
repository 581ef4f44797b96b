// Ctrl+K search everywhere, / the search of this list, N new message, ? the list. Letters are ignored while somebody types.
import { openFind } from "./find.js";

const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") {
    if (!document.getElementById("find")) return;
    event.preventDefault();
    if (!document.querySelector("dialog[open]")) openFind();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  // By the key's place, so that they work on a Persian keyboard layout too.
  if (event.key === "?" || event.key === "؟") document.getElementById("keys")?.showModal();
  else if (event.code === "Slash" && !event.shiftKey) {
    event.preventDefault();
    search();
  } else if (event.code === "KeyN" && !event.shiftKey) {
    document.querySelector("[data-shortcut=new]")?.click();
  }
});

function search() {
  const boxes = document.querySelectorAll("[data-shortcut=search], [data-filters] input:not([type=hidden]):not([data-picker])");
  const box = [...boxes].find((input) => input.offsetParent && input.type !== "checkbox");
  if (!box) return openFind();
  box.focus();
  box.select();
}
