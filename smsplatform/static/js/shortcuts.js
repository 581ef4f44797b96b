// Ctrl+K or / search, N new message, ? the list. Letters are ignored while somebody is typing.
const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") {
    event.preventDefault();
    search();
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
  const box = [...document.querySelectorAll("[data-shortcut=search]")].find((input) => input.offsetParent);
  box?.focus();
  box?.select();
}
