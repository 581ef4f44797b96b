// Charts: <canvas data-chart="bar|doughnut" data-source="id of a JSON script">, in the page's language, direction and theme.
import { number, persian } from "./words.js";

const Chart = window.Chart;
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();
const right = document.documentElement.dir === "rtl";
const PALETTE = { ok: "#0f8f83", wait: "#f2b35e", bad: "#dc5a4b", violet: "#7c5cbf", mute: "#9fb0bb" };
const charts = [];

function options(kind) {
  const text = { rtl: right, textDirection: right ? "rtl" : "ltr" };
  const base = {
    animation: false,
    maintainAspectRatio: false,
    interaction: { mode: "index", intersect: false },
    plugins: {
      legend: { ...text, position: kind === "bar" ? "top" : "bottom", align: kind === "bar" ? "start" : "center", labels: { usePointStyle: true, boxHeight: 7 } },
      tooltip: { ...text, callbacks: { label: (item) => ` ${item.dataset.label ?? item.label}: ${number(item.raw)}` } },
    },
  };
  if (kind !== "bar") return { ...base, cutout: "68%" };
  return {
    ...base,
    scales: {
      x: { reverse: right, stacked: true, grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 14 } },
      y: { position: right ? "right" : "left", stacked: true, border: { display: false }, beginAtZero: true, ticks: { maxTicksLimit: 5, precision: 0, callback: (value) => number(value) } },
    },
  };
}

function draw(canvas) {
  const { labels, series } = JSON.parse(document.getElementById(canvas.dataset.source).textContent);
  const kind = canvas.dataset.chart;
  const datasets = series.map(({ label, tones, tone, values, stack }) => ({
    label,
    data: values,
    stack,
    backgroundColor: tones ? tones.map((one) => PALETTE[one]) : PALETTE[tone],
    borderColor: kind === "bar" ? undefined : colour("--surface"),
    borderWidth: kind === "bar" ? 0 : 2,
    borderRadius: kind === "bar" ? 4 : 0,
    maxBarThickness: 26,
  }));
  return new Chart(canvas, { type: kind, data: { labels, datasets }, options: options(kind) });
}

function drawAll() {
  Chart.defaults.font.family = "Vazirmatn, Tahoma, sans-serif";
  Chart.defaults.locale = persian ? "fa-IR" : "en-US";
  Chart.defaults.color = colour("--ink-2");
  Chart.defaults.borderColor = colour("--line");
  while (charts.length) charts.pop().destroy();
  for (const canvas of document.querySelectorAll("[data-chart]")) charts.push(draw(canvas));
}

document.fonts.ready.then(drawAll);
document.addEventListener("theme:change", () => requestAnimationFrame(drawAll));
