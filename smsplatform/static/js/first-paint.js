// Runs before the first paint: "as the system" cannot be known by the server, and a flash of the wrong theme hurts.
(function () {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const theme = root.dataset.theme;
    root.dataset.bsTheme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
  };
  paint();
  dark.addEventListener("change", paint);
  document.addEventListener("theme:change", paint);
})();
