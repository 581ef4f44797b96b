// The texts of the auto-responder while they are written: their size, and samples put in.
import { measure } from "./text-counter.js";
import { number } from "./words.js";

function paint(area) {
  const place = document.querySelector(`[data-count-of="${area.id}"]`);
  if (!place) return;
  const size = measure(area.value);
  place.querySelector('[data-part="characters"]').textContent = number(size.units);
  place.querySelector('[data-part="parts"]').textContent = number(size.parts);
}

for (const area of document.querySelectorAll("textarea[data-counted]")) {
  area.addEventListener("input", () => paint(area));
  paint(area);
}

let target = null;
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-insert-into]");
  if (opener) target = document.getElementById(opener.dataset.insertInto);
  const button = event.target.closest("[data-insert]");
  if (!button || !target) return;
  button.closest("dialog")?.close();
  target.setRangeText(button.dataset.insert, target.selectionStart, target.selectionEnd, "end");
  target.dispatchEvent(new Event("input", { bubbles: true }));
  target.focus();
});
