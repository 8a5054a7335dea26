// Draws the figures of a page as charts. What is not known is a hatched time or a break, never 0.
import { init } from "../vendor/echarts.js";
import { OPTIONS } from "./options.js";

const made = new Map();

export function draw() {
  for (const figure of document.querySelectorAll("[data-chart]")) {
    const source = figure.dataset.from ? document.getElementById(figure.dataset.from) : figure;
    const text = source?.querySelector("script")?.textContent;
    const canvas = figure.querySelector(".canvas");
    if (!text || !canvas) continue;
    const known = made.get(canvas);
    if (known?.text === text) continue;
    const chart = known?.chart ?? init(canvas);
    const shown = known?.chart.getOption()?.dataZoom?.[0];
    const option = OPTIONS[figure.dataset.chart](JSON.parse(text), figure.dataset, { ...theme(), width: canvas.clientWidth });
    if (shown && option.dataZoom) option.dataZoom.forEach((each) => Object.assign(each, { start: shown.start, end: shown.end }));
    chart.setOption(option, { notMerge: true });
    if (!known) new ResizeObserver(() => chart.resize()).observe(canvas);
    made.set(canvas, { chart, text });
  }
  for (const [canvas, { chart }] of made) {
    if (!canvas.isConnected) {
      chart.dispose();
      made.delete(canvas);
    }
  }
}

function theme() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: value("ink"),
    soft: value("soft"),
    line: value("line"),
    surface: value("surface"),
    bad: value("s4"),
    good: value("s1"),
    rest: value("s5"),
    font: style.fontFamily,
    isStill: matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const each of made.values()) each.text = null;
  draw();
});
