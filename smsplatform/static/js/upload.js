// File drop zones: show where the file may fall, and how much of it has been sent.
import { digits, say } from "./words.js";

document.addEventListener("dragover", (event) => zoneOf(event)?.classList.add("is-over"));
document.addEventListener("dragleave", (event) => zoneOf(event)?.classList.remove("is-over"));
document.addEventListener("drop", (event) => zoneOf(event)?.classList.remove("is-over"));

function zoneOf(event) {
  return event.target.closest?.("[data-drop]");
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const zone = zoneOf(event);
  if (!zone || !event.detail.lengthComputable) return;
  const percent = Math.floor((event.detail.loaded / event.detail.total) * 100);
  const progress = zone.querySelector("[data-drop-progress]");
  progress.hidden = false;
  progress.querySelector("progress").value = percent;
  progress.querySelector("[role=status]").textContent =
    percent < 100 ? say("uploading", { percent: digits(percent) }) : say("uploaded");
});

document.addEventListener("htmx:afterRequest", (event) => {
  const zone = zoneOf(event);
  if (!zone) return;
  zone.querySelector("[data-drop-progress]").hidden = true;
  // The server has the file now; the form must not send it again.
  if (event.detail.successful) zone.querySelector("input[type=file]").value = "";
});
