// The side menu on small screens: opens over the page, keeps the focus inside, closes with Esc or a touch outside.
const side = document.getElementById("side");
const shell = document.getElementById("shell");

if (side) {
  const opener = document.querySelector("[data-drawer=open]");
  const closer = side.querySelector("[data-drawer=close]");
  const small = matchMedia("(max-width: 991.98px)");

  const set = (open) => {
    side.classList.toggle("is-open", open);
    shell.inert = open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) closer.focus();
    else if (small.matches) opener.focus();
  };
  const isOpen = () => side.classList.contains("is-open");

  opener.addEventListener("click", () => set(true));
  closer.addEventListener("click", () => set(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen()) set(false);
  });
  // Everything outside the menu is inert, so a touch there is reported on the body.
  document.addEventListener("pointerdown", (event) => {
    if (isOpen() && !side.contains(event.target)) set(false);
  });
  side.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || !isOpen()) return;
    const stops = [...side.querySelectorAll("a[href], button, summary")].filter((stop) => stop.checkVisibility());
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement === edge) {
      event.preventDefault();
      (event.shiftKey ? stops.at(-1) : stops[0]).focus();
    }
  });
  small.addEventListener("change", () => {
    if (isOpen()) set(false);
  });
}
