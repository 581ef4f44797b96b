// Tickets: the buttons of the editor, ready answers, fields that only one group of tickets has, paper.
const MARKS = {
  bold: ["**", "**"],
  italic: ["*", "*"],
  code: ["`", "`"],
  link: ["[", "](https://)"],
};
const LINES = { heading: "### ", list: "- ", numbers: "1. ", quote: "> " };

function put(area, text, start = area.selectionStart, end = area.selectionEnd) {
  area.focus();
  area.setSelectionRange(start, end);
  // insertText keeps the browser's own undo; where it is gone, the value is set instead.
  if (!document.execCommand("insertText", false, text)) area.setRangeText(text, start, end, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function mark(area, name) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  if (MARKS[name]) {
    const [before, after] = MARKS[name];
    put(area, before + value.slice(start, end) + after);
    if (start === end) area.setSelectionRange(start + before.length, start + before.length);
    return;
  }
  const first = value.lastIndexOf("\n", start - 1) + 1;
  const lines = value.slice(first, end).split("\n").map((line) => LINES[name] + line);
  put(area, lines.join("\n"), first, end);
}

for (const editor of document.querySelectorAll("[data-markdown]")) {
  const area = document.getElementById(editor.dataset.markdown);
  editor.addEventListener("click", (event) => {
    const button = event.target.closest("[data-md]");
    if (button) mark(area, button.dataset.md);
  });
}

for (const select of document.querySelectorAll("[data-insert-into]")) {
  select.addEventListener("change", () => {
    if (select.value) put(document.getElementById(select.dataset.insertInto), select.value);
    select.value = "";
  });
}

const category = document.getElementById("id_category");
if (category) {
  const show = () => {
    for (const part of document.querySelectorAll("[data-category]")) part.hidden = part.dataset.category !== category.value;
  };
  category.addEventListener("change", show);
  show();
}

for (const button of document.querySelectorAll("[data-split]")) {
  button.addEventListener("click", () => {
    document.getElementById("split-form").action = button.dataset.split;
  });
}

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
