// data-copy="id" copies the text of that element.
import { say } from "./words.js";
import { toast } from "./toasts.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    toast(say("copied"), "ok");
  } catch {
    // Pages served without TLS have no clipboard: leave the text selected.
    getSelection().selectAllChildren(source);
    toast(say("copy_failed"), "wait");
  }
});
