// Ages in the page grow without a request: `<time datetime data-age>`.
const UNITS = JSON.parse(document.body.dataset.units);
const [MINUTE, HOUR, DAY] = [60, 3600, 86400];

// Spans as the server writes them: wording.py, span().
export function span(seconds) {
  const whole = Math.max(Math.floor(seconds), 0);
  const [unit, size] =
    whole < MINUTE ? [0, 1] : whole < 2 * HOUR ? [1, MINUTE] : whole < 2 * DAY ? [2, HOUR] : [3, DAY];
  return UNITS[unit].replace("{number}", Math.floor(whole / size));
}

export function tick() {
  const served = Date.parse(document.body.dataset.now);
  const ahead = Number.isNaN(served) ? 0 : Date.now() - served; // this machine's clock may be wrong
  setInterval(() => {
    for (const each of document.querySelectorAll("time[data-age]")) {
      const text = span((Date.now() - ahead - Date.parse(each.dateTime)) / 1000);
      if (each.textContent !== text) each.textContent = text;
    }
  }, 1000);
}
