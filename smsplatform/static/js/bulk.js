// Targeting the number bank: a count belongs to the target that was counted, and a selection takes a part of it.
const form = document.querySelector("[data-bulk-target]");
const result = document.getElementById("count-result");

/** How many the chosen way takes of those that match. */
function taken(all) {
  const value = (name) => Number(form.elements[name].value) || 0;
  switch (form.elements.choice.value) {
    case "rows":
      return Math.max(0, Math.min(value("last"), all) - Math.max(value("first"), 1) + 1);
    case "random":
      return Math.min(value("amount"), all);
    default:
      return all;
  }
}

function paint() {
  for (const part of form.querySelectorAll("[data-choice]")) part.hidden = part.dataset.choice !== form.elements.choice.value;
  const count = result.querySelector("[data-all]");
  if (count) count.dataset.chip = taken(Number(count.dataset.all));
}

if (form) {
  // Before the composer reads the figures.
  const changed = (event) => {
    if (event.target.closest("[data-criteria]")) result.replaceChildren();
    paint();
  };
  form.addEventListener("input", changed, true);
  form.addEventListener("change", changed, true);
  form.addEventListener("htmx:afterSwap", paint, true);
  paint();
}
