// What each chart shows: options of ECharts. Tooltips are drawn, because the page's policy allows no styles in HTML.
const COLOURS = ["#3b78e0", "#e08a2e", "#17a06b", "#b25ad1", "#d6455d", "#2aa5b8", "#8a8f3c", "#7a6ff0", "#c06a92", "#5f7d95"];
const NAME = 110; // pixels of a name in a legend, at most
const two = (number) => String(number).padStart(2, "0");

// Moments as clocks in the server's zone show them: the charts are told that these are UTC.
const clocks = new Intl.DateTimeFormat("en-GB", { timeZone: document.body.dataset.zone, dateStyle: "short", timeStyle: "medium" });

export function there(time) {
  const [day, clock] = clocks.format(time).split(", ");
  const [d, m, y] = day.split("/").map(Number);
  const [h, min, s] = clock.split(":").map(Number);
  return Date.UTC(y, m - 1, d, h, min, s) + (((time % 1000) + 1000) % 1000);
}

function label(time, hasDay = false) {
  const at = new Date(there(time));
  const day = hasDay ? `${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())} ` : "";
  return `${day}${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

function short(number) {
  if (number === null || number === undefined) return "–";
  const isChinese = document.documentElement.lang.startsWith("zh");
  const units = isChinese ? [[1e8, "亿"], [1e4, "万"]] : [[1e9, "B"], [1e6, "M"], [1e4, "K"]];
  for (const [size, unit] of units) {
    if (Math.abs(number) >= size) return `${Number((number / (unit === "K" ? 1000 : size)).toPrecision(3))}${unit}`;
  }
  return String(Math.round(number));
}

// How many lines the legend takes: the names of the series, one after the other.
function lines(series, theme) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `12px ${theme.font}`;
  let [count, used] = [1, 0];
  for (const { name } of series) {
    const width = Math.min(pen.measureText(name).width, NAME) + 28;
    if (used && used + width > theme.width - 30) [count, used] = [count + 1, 0];
    used += width;
  }
  return count;
}

function base(words, theme, extra = {}) {
  const top = 18 + 18 * lines(extra.series ?? [], theme);
  return {
    useUTC: true,
    animation: !theme.isStill,
    animationDuration: 250,
    color: COLOURS,
    textStyle: { fontFamily: theme.font, color: theme.soft },
    aria: { enabled: true },
    grid: { left: 8, right: 20, top, bottom: extra.xAxis?.name ? 28 : 6, containLabel: true },
    legend: { type: "plain", top: 0, left: 0, right: 30, itemWidth: 12, itemHeight: 8, textStyle: { color: theme.soft, width: NAME, overflow: "truncate" } },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      backgroundColor: theme.surface,
      borderColor: theme.line,
      textStyle: { color: theme.ink, fontSize: 12 },
      valueFormatter: short,
    },
    toolbox: { right: 0, top: -4, itemSize: 13, iconStyle: { borderColor: theme.soft }, feature: { saveAsImage: { title: words.save, name: "rankcrawler", backgroundColor: theme.surface, pixelRatio: 2 } } },
    ...extra,
  };
}

// The axis ends with the last list or, if lists were without scores since, with these.
const last = ({ times, blanks }) => there(Math.max(...times, ...blanks.map(({ until }) => until)));
const moments = (theme, curves) => ({ type: "time", max: last(curves), axisLine: { lineStyle: { color: theme.line } }, axisLabel: { color: theme.soft, hideOverlap: true }, splitLine: { show: false } });
const amounts = (theme, extra) => ({ type: "value", axisLabel: { color: theme.soft, formatter: short }, splitLine: { lineStyle: { color: theme.line } }, ...extra });
const zoom = () => [{ type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false }];

function hatch(theme) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.strokeStyle = theme.soft;
  pen.globalAlpha = 0.45;
  pen.lineWidth = 1;
  for (const start of [-8, 0, 8]) {
    pen.moveTo(start, 8);
    pen.lineTo(start + 8, 0);
  }
  pen.stroke();
  return { image: tile, repeat: "repeat" };
}

function blanks(curves, words, theme) {
  if (!curves.blanks.length) return undefined;
  const shown = curves.blanks.length < 6;
  return {
    silent: true,
    itemStyle: { color: hatch(theme) },
    label: { show: shown, color: theme.soft, fontSize: 11, position: "insideTop", overflow: "truncate" },
    data: curves.blanks.map(({ since, until, why }) => [{ name: why === "gap" ? words.gap : words.withheld, xAxis: there(since) }, { xAxis: there(until) }]),
  };
}

// Values over moments; a line breaks at times of which nothing is known.
function points(times, values, gaps) {
  const found = [];
  times.forEach((time, place) => {
    if (place && gaps.some(({ since, until }) => since >= times[place - 1] && until <= time)) found.push([there(times[place - 1]) + 1, null]);
    found.push([there(time), values[place]]);
  });
  return found;
}

export const OPTIONS = {
  pace(curves, words, theme) {
    const series = [...curves.names.map((name, place) => [name, curves.paces[place], COLOURS[place]]), [words.rest, curves.rest, theme.rest]];
    return base(words, theme, {
      xAxis: moments(theme, curves),
      yAxis: amounts(theme),
      dataZoom: zoom(),
      series: series.map(([name, values, colour], place) => ({
        name,
        type: "line",
        stack: "pace",
        step: "end",
        symbol: "none",
        lineStyle: { width: 0 },
        areaStyle: { opacity: 0.85 },
        itemStyle: { color: colour },
        data: points(curves.times, values, curves.blanks),
        markArea: place === 0 ? blanks(curves, words, theme) : undefined,
      })),
    });
  },

  places(curves, words, theme) {
    const most = Math.max(5, ...curves.places.flat().filter((each) => each !== null));
    return base(words, theme, {
      xAxis: moments(theme, curves),
      yAxis: { type: "value", inverse: true, min: 1, max: most, minInterval: 1, axisLabel: { color: theme.soft }, splitLine: { lineStyle: { color: theme.line } } },
      dataZoom: zoom(),
      series: curves.names.map((name, place) => ({
        name,
        type: "line",
        symbol: "none",
        smooth: 0.35,
        smoothMonotone: "x",
        lineStyle: { width: 2.5 },
        data: points(curves.times, curves.places[place], curves.blanks),
        markArea: place === 0 ? blanks(curves, words, theme) : undefined,
      })),
    });
  },

  audience(curves, words, theme) {
    return base(words, theme, {
      legend: { show: false },
      grid: { left: 8, right: 20, top: 24, bottom: 6, containLabel: true },
      xAxis: moments(theme, curves),
      yAxis: amounts(theme, { scale: true, minInterval: 1, splitNumber: 3 }), // the chart is low
      dataZoom: zoom(),
      series: [
        {
          name: words.unit,
          type: "line",
          symbol: "none",
          lineStyle: { width: 2, color: COLOURS[5] },
          itemStyle: { color: COLOURS[5] },
          areaStyle: { color: COLOURS[5], opacity: 0.12 },
          data: points(curves.times, curves.audience, curves.blanks),
          markArea: blanks(curves, words, theme),
        },
      ],
    });
  },

  hours({ times, coins }, words, theme) {
    return base(words, theme, {
      legend: { show: false },
      xAxis: { type: "category", data: times.map((time) => label(time, times.length > 24)), axisLine: { lineStyle: { color: theme.line } }, axisLabel: { color: theme.soft } },
      yAxis: amounts(theme),
      dataZoom: zoom(),
      series: [{ name: words.unit, type: "bar", barMaxWidth: 26, barMinHeight: 1, itemStyle: { color: theme.good, borderRadius: [2, 2, 0, 0] }, data: coins }],
    });
  },

  outcomes(hours, words, theme) {
    const bars = (name, value, colour) => ({ name, type: "bar", stack: "polls", barMaxWidth: 30, itemStyle: { color: colour }, data: hours.map(value) });
    const names = hours.map(({ hour_at }) => label(Date.parse(hour_at)));
    return base(words, theme, {
      xAxis: { type: "category", data: names, axisLine: { lineStyle: { color: theme.line } }, axisLabel: { color: theme.soft } },
      yAxis: amounts(theme, { minInterval: 1 }),
      series: [bars(words.good, (each) => each.polls - each.failed, theme.good), bars(words.bad, (each) => each.failed, theme.bad)],
    });
  },

  tracks(tracks, words, theme) {
    return base(words, theme, {
      xAxis: { type: "value", name: words.minutes, nameLocation: "middle", nameGap: 26, nameTextStyle: { color: theme.soft }, axisLabel: { color: theme.soft }, splitLine: { show: false } },
      yAxis: amounts(theme),
      dataZoom: zoom(),
      series: tracks.map(({ name, minutes, coins }) => ({ name, type: "line", symbol: minutes.length > 1 ? "none" : "circle", symbolSize: 9, lineStyle: { width: 2 }, data: minutes.map((minute, place) => [minute, coins[place]]) })),
    });
  },
};
