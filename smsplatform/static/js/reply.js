// The answer under a conversation: counter, cost, samples, Ctrl+Enter. The server's figures are the law.
import { clean, measure } from "./text-counter.js";
import { number, say } from "./words.js";

const form = document.querySelector("[data-reply]");
const data = JSON.parse(document.getElementById("reply-data").textContent);
const part = (name) => form.querySelector(`[data-part="${name}"]`);
const text = part("text");

function paint() {
  const size = measure(clean(text.value));
  const [low, high] = (data.prices[size.encoding] ?? [0, 0]).map((perPart) => perPart * size.parts);
  part("characters").textContent = number(size.units);
  part("parts").textContent = number(size.parts);
  part("cost").textContent = low === high ? number(high) : say("at_most", { amount: number(high) });
  const tooLong = size.parts > data.max_parts;
  part("parts").classList.toggle("is-over", tooLong);
  text.setCustomValidity(tooLong ? say("too_many_parts", { parts: number(data.max_parts) }) : "");
  part("short").hidden = high <= data.balance;
}

text.addEventListener("input", paint);
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  button.closest("dialog")?.close();
  text.setRangeText(button.dataset.insert, text.selectionStart, text.selectionEnd, "end");
  text.focus();
  paint();
});
if (location.hash === "#answer") text.focus();
paint();
