// Small comforts of forms.
import { digits, number } from "./words.js";

// Show what is typed in a password field.
for (const button of document.querySelectorAll("[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  const use = button.querySelector("use");
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, shown ? "#i-eye" : "#i-eye-off"));
  });
}

// "Select all" of a table, and how many are chosen.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-bulk]");
  if (!form) return;
  const boxes = [...form.querySelectorAll("input[type=checkbox][name]:not([data-everything])")];
  const all = form.querySelector("[data-select-all]");
  const everything = form.querySelector("[data-everything]");
  if (event.target === all) for (const box of boxes) box.checked = all.checked;
  if (event.target === everything) for (const box of boxes) box.checked = everything.checked;
  else if (everything && !boxes.every((box) => box.checked)) everything.checked = false;
  const onPage = boxes.filter((box) => box.checked).length;
  const chosen = everything?.checked ? Number(everything.dataset.everything) : onPage;
  if (all) {
    all.checked = onPage > 0 && onPage === boxes.length;
    all.indeterminate = onPage > 0 && onPage < boxes.length;
  }
  for (const button of form.querySelectorAll("[data-needs-chosen]")) button.disabled = chosen === 0;
  for (const place of form.querySelectorAll("[data-chosen]")) place.textContent = number(chosen);
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Seconds left: <span data-seconds="28">.
for (const place of document.querySelectorAll("[data-seconds]")) count(place);
document.addEventListener("htmx:load", (event) => event.detail.elt.querySelectorAll?.("[data-seconds]").forEach(count));

function count(place) {
  if (place.dataset.counting) return;
  place.dataset.counting = "yes";
  const end = performance.now() + Number(place.dataset.seconds) * 1000;
  const clock = setInterval(() => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    place.textContent = digits(left);
    if (left > 0 && place.isConnected) return;
    clearInterval(clock);
    const gone = place.closest("[data-until-zero]");
    if (gone) gone.hidden = true;
  }, 250);
}

// Addresses of filtered lists name only the filters that are set.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("[data-filters]")) return;
  for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
});

// <input data-narrows="#list">: only the items that hold what is typed stay.
const folded = (text) => text.toLowerCase().replaceAll("ي", "ی").replaceAll("ك", "ک");
document.addEventListener("input", (event) => {
  const list = event.target.dataset?.narrows && document.querySelector(event.target.dataset.narrows);
  if (!list) return;
  const wanted = folded(event.target.value.trim());
  for (const item of list.children) item.hidden = !folded(item.textContent).includes(wanted);
});
