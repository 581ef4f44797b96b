// Short notices in the corner. The server's messages are there from the start; scripts and htmx answers add more.
import { say } from "./words.js";

const list = document.getElementById("toast-list");
const corner = document.getElementById("toasts");
const SHOWN_FOR = 7000;

/** Show `text`; tone is ok, run, wait or bad. A bad one stays until it is closed. */
export function toast(text, tone = "run") {
  const item = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  const use = item.querySelector("use");
  const icon = { ok: "circle-check", wait: "alert-triangle", bad: "circle-x" }[tone];
  if (icon) use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#i-${icon}`));
  item.classList.add(`tone-${tone}`);
  if (tone === "bad") item.dataset.stay = "";
  item.querySelector("div").textContent = text;
  list.append(item);
  live(item);
  raise();
}

/** Above an open dialog too, which covers everything but what came to the top layer after it. */
function raise() {
  if (!corner.showPopover) return;
  corner.popover = "manual";
  if (corner.matches(":popover-open")) corner.hidePopover();
  corner.showPopover();
}

function live(item) {
  item.querySelector("[data-toast-close]").addEventListener("click", () => item.remove());
  if ("stay" in item.dataset) return;
  let clock = setTimeout(() => item.remove(), SHOWN_FOR);
  item.addEventListener("pointerenter", () => clearTimeout(clock));
  item.addEventListener("pointerleave", () => (clock = setTimeout(() => item.remove(), SHOWN_FOR)));
}

list.querySelectorAll("[data-toast]").forEach(live);

// A view may answer an htmx request with the header HX-Trigger: {"toast": {"text": "…", "tone": "ok"}}.
document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.tone));
document.addEventListener("htmx:sendError", () => toast(say("no_answer"), "bad"));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  toast(say(status === 413 ? "too_large" : status === 403 || status === 401 ? "not_allowed" : "server_error"), "bad");
});
