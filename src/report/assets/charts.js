// What all charts share: colours from the style sheet, numbers written as in the tables, axes, and
// redrawing when the width, the colour scheme or the medium changes.

const charts = [];
const escapeHtml = (text) => echarts.format.encodeHTML(String(text));

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function seriesColours() {
  return [1, 2, 3, 4, 5, 6].map((number) => colour(`series-${number}`));
}

function formatNumber(value, { decimals, scale, unit }) {
  if (value === null || !Number.isFinite(value)) return "–";
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  const text = (value * scale).toLocaleString("en-US", digits).replace("-", "−");
  return unit ? `${text}\u00a0${unit}` : text;
}

// Axis ticks are round by themselves: no more decimals than they need.
function formatTick(value, { decimals, scale, unit }) {
  const digits = { maximumFractionDigits: Math.max(decimals, 2) };
  const text = (value * scale).toLocaleString("en-US", digits).replace("-", "−");
  return unit ? `${text}\u00a0${unit}` : text;
}

function baseOption() {
  return {
    animation: false,
    color: seriesColours(),
    textStyle: {
      fontFamily: getComputedStyle(document.body).fontFamily,
      color: colour("ink"),
    },
    tooltip: {
      confine: true,
      backgroundColor: colour("panel"),
      borderColor: colour("line"),
      padding: [8, 12],
      textStyle: { color: colour("ink"), fontSize: 13 },
      extraCssText: "font-variant-numeric:tabular-nums;box-shadow:0 4px 16px rgb(0 0 0 / 14%)",
    },
  };
}

function legend(show) {
  return {
    show,
    left: 0,
    top: 4,
    padding: 0,
    itemGap: 18,
    icon: "circle",
    itemWidth: 8,
    itemHeight: 8,
    textStyle: { color: colour("ink"), fontSize: 13 },
  };
}

function valueAxis(name, extra) {
  return {
    type: "value",
    name,
    nameTextStyle: { color: colour("soft"), fontSize: 12 },
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: colour("soft"), fontSize: 12 },
    splitLine: { lineStyle: { color: colour("line") } },
    ...extra,
  };
}

function categoryAxis(labels, extra) {
  return {
    type: "category",
    data: labels,
    axisLine: { lineStyle: { color: colour("line") } },
    axisTick: { show: false },
    axisLabel: { color: colour("ink"), fontSize: 13, width: 200, overflow: "truncate" },
    ...extra,
  };
}

function tooltipRow(name, value, dot) {
  const mark = `<span style="display:inline-block;width:8px;height:8px;margin-right:8px;` +
    `border-radius:50%;background:${dot}"></span>`;
  return `<div style="display:flex;gap:24px;justify-content:space-between">` +
    `<span>${mark}${escapeHtml(name)}</span><b style="font-weight:600">${value}</b></div>`;
}

function readData(figure) {
  return JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
}

// `draw` sets the whole option anew: colours may have changed since the last time.
function addChart(canvas, height, draw) {
  canvas.style.height = `${height}px`;
  const chart = echarts.init(canvas, null, { renderer: "canvas" });
  const redraw = () => draw(chart);
  charts.push({ chart, redraw });
  redraw();
  let width = canvas.clientWidth;
  new ResizeObserver(() => {
    if (canvas.clientWidth === width || canvas.clientWidth === 0) return;
    width = canvas.clientWidth;
    chart.resize();
    redraw();
  }).observe(canvas);
  return { chart, redraw };
}

function redrawAll() {
  for (const { chart, redraw } of charts) {
    chart.resize();
    redraw();
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);

// Paper is white, whatever the screen shows, and of another width: still copies of the drawings take
// their place, which the browser scales to what the paper holds.
function putOnPaper({ chart }) {
  const copy = chart.renderToCanvas({ pixelRatio: 2 });
  copy.className = "on-paper";
  // ECharts places its canvases absolutely.
  copy.style.cssText = `width: ${chart.getWidth()}px`;
  chart.getDom().after(copy);
}

function takeOffPaper() {
  for (const copy of document.querySelectorAll(".on-paper")) copy.remove();
}

addEventListener("beforeprint", () => {
  takeOffPaper();
  document.documentElement.dataset.theme = "light";
  redrawAll();
  charts.forEach(putOnPaper);
});
addEventListener("afterprint", () => {
  takeOffPaper();
  delete document.documentElement.dataset.theme;
  redrawAll();
});
