// The confusion matrix: rows are the truth, columns the prediction. Right answers are blue, mistakes
// orange, so that a few mistakes still show among many right answers. Every class of a large matrix
// can be reached: the pointer names both classes, and zooming in brings out labels and counts.

// Cells are squares of at most CELL_MAX pixels; from CELL_WITH_COUNT_MIN on they hold their count.
const CELL_MAX = 52;
const CELL_WITH_COUNT_MIN = 24;
const CLASSES_AFTER_CLICK = 20;
const CLASSES_MIN = 5;
const LABELS_WIDTH_MAX = 150;
const SHARE = { decimals: 1, scale: 100, unit: "%" };

function prepareMatrix({ classes, cells }) {
  const rowTotals = new Array(classes.length).fill(0);
  for (const [truth, , count] of cells) rowTotals[truth] += count;
  const all = [0, classes.length - 1];
  // What is being looked at: the first and last class across (x) and down (y).
  return { classes, cells, rowTotals, x: all, y: all, show: "all", scale: "share" };
}

function isWholeMatrix({ x, y, classes }) {
  return [x, y].every(([first, last]) => first === 0 && last === classes.length - 1);
}

// Roots and logarithms give the small values, the interesting ones, more of the ramp.
function shade(matrix, [truth, , count], countMax) {
  return matrix.scale === "share"
    ? Math.sqrt(count / matrix.rowTotals[truth])
    : Math.log1p(count) / Math.log1p(countMax);
}

function shadedCells(matrix, right) {
  const chosen = matrix.cells.filter(([truth, predicted]) => (truth === predicted) === right);
  const countMax = chosen.reduce((most, cell) => Math.max(most, cell[2]), 1);
  return chosen.map((cell) => {
    const depth = shade(matrix, cell, countMax);
    const color = colour(depth > 0.6 ? "panel" : "ink");
    return { value: [cell[1], cell[0], depth, cell[2]], label: { color } };
  });
}

function matrixTooltip(matrix) {
  return ({ value: [predicted, truth, , count] }) => {
    const total = matrix.rowTotals[truth];
    const line = (label, text) =>
      `<span style="display:inline-block;width:5.5em;color:${colour("soft")}">${label}</span>${text}`;
    const name = (at) => `<b style="font-weight:600">${escapeHtml(matrix.classes[at])}</b>`;
    const photos = `${count} of ${total}, ${formatNumber(count / total, SHARE)}`;
    return [line("True", name(truth)), line("Predicted", name(predicted)), line("Count", photos)]
      .join("<br>");
  };
}

function textWidth(texts) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return texts.reduce((widest, text) => Math.max(widest, context.measureText(text).width), 0);
}

// The plot is a square as wide as there is room for, but the cells of small matrices stay small.
function matrixLayout(matrix, width) {
  const labels = Math.min(LABELS_WIDTH_MAX, width / 5, Math.ceil(textWidth(matrix.classes)) + 2);
  const left = labels + 36;
  const plot = Math.max(120, Math.min(width - left - 4, matrix.classes.length * CELL_MAX));
  return { labels, left, plot, height: plot + labels + 44 };
}

function cellSize(matrix, layout) {
  return layout.plot / (matrix.x[1] - matrix.x[0] + 1);
}

function matrixAxis(matrix, layout, name, extra) {
  const label = { color: colour("soft"), fontSize: 12, width: layout.labels, overflow: "truncate" };
  return categoryAxis(matrix.classes, {
    name,
    nameLocation: "middle",
    nameTextStyle: { color: colour("ink"), fontSize: 13, fontWeight: 600 },
    nameGap: layout.labels + 18,
    axisLine: { show: false },
    axisLabel: { ...label, rotate: extra.rotateLabels ?? 0 },
    axisPointer: {
      show: true,
      type: "shadow",
      triggerTooltip: false,
      shadowStyle: { color: colour("soft"), opacity: 0.14 },
      label: { backgroundColor: colour("ink"), color: colour("panel"), fontSize: 12 },
    },
    inverse: extra.inverse ?? false,
  });
}

function matrixSeries(matrix, layout, right) {
  const cell = cellSize(matrix, layout);
  const holdsCount = cell >= CELL_WITH_COUNT_MIN;
  const isHidden = right && matrix.show === "errors";
  return {
    type: "heatmap",
    data: isHidden ? [] : shadedCells(matrix, right),
    itemStyle: { borderColor: colour("panel"), borderWidth: cell > 16 ? 2 : cell > 8 ? 1 : 0 },
    label: {
      show: holdsCount,
      fontSize: 12,
      formatter: ({ value }) => value[3],
    },
    emphasis: { itemStyle: { borderColor: colour("ink"), borderWidth: 1 } },
  };
}

function matrixRamp(seriesIndex, name) {
  const color = [colour(`${name}-low`), colour(`${name}-high`)];
  return { show: false, seriesIndex, dimension: 2, min: 0, max: 1, inRange: { color } };
}

function matrixZoom(axis, [startValue, endValue], classCount) {
  return {
    type: "inside",
    [`${axis}AxisIndex`]: 0,
    startValue,
    endValue,
    minValueSpan: Math.min(CLASSES_MIN, classCount) - 1,
    // The page's own scrolling keeps the wheel; pinching arrives as wheel with ctrl.
    zoomOnMouseWheel: "ctrl",
    moveOnMouseMove: true,
    moveOnMouseWheel: false,
  };
}

function matrixOption(matrix, layout) {
  const option = baseOption();
  const { left, plot } = layout;
  const count = matrix.classes.length;
  return {
    ...option,
    tooltip: { ...option.tooltip, trigger: "item", formatter: matrixTooltip(matrix) },
    grid: { left, top: 4, width: plot, height: plot, show: true, borderColor: colour("line") },
    xAxis: matrixAxis(matrix, layout, "Predicted", { rotateLabels: 90 }),
    yAxis: matrixAxis(matrix, layout, "True", { inverse: true }),
    visualMap: [matrixRamp(0, "right"), matrixRamp(1, "wrong")],
    dataZoom: [matrixZoom("x", matrix.x, count), matrixZoom("y", matrix.y, count)],
    series: [matrixSeries(matrix, layout, true), matrixSeries(matrix, layout, false)],
  };
}

function windowAround(centre, size, count) {
  const first = Math.max(0, Math.min(count - size, Math.round(centre - (size - 1) / 2)));
  return [first, Math.min(count, first + size) - 1];
}

// A group of buttons of which one is pressed.
function choice(label, options, chosen, choose) {
  const group = document.createElement("div");
  group.className = "choice";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", label);
  for (const [value, text] of Object.entries(options)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.dataset.value = value;
    button.setAttribute("aria-pressed", value === chosen);
    button.addEventListener("click", () => {
      for (const other of group.children) other.setAttribute("aria-pressed", other === button);
      choose(value);
    });
    group.append(button);
  }
  return group;
}

function matrixLegend() {
  const legend = document.createElement("span");
  legend.className = "legend";
  for (const name of ["right", "wrong"]) {
    const ramp = document.createElement("i");
    ramp.className = name;
    legend.append(ramp, name);
  }
  return legend;
}

function wholeButton(matrix, redraw) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "whole";
  button.textContent = "All classes";
  button.addEventListener("click", () => {
    const all = [0, matrix.classes.length - 1];
    Object.assign(matrix, { x: all, y: all });
    redraw();
  });
  return button;
}

function addMatrixControls(figure, matrix, redraw) {
  const controls = document.createElement("div");
  controls.className = "controls";
  const chooseFor = (key) => (value) => {
    matrix[key] = value;
    redraw();
  };
  const shown = { all: "All answers", errors: "Errors only" };
  const scales = { share: "Share of true class", count: "Count" };
  controls.append(
    choice("Which answers", shown, matrix.show, chooseFor("show")),
    choice("Colour by", scales, matrix.scale, chooseFor("scale")),
    wholeButton(matrix, redraw),
    matrixLegend(),
  );
  const hint = document.createElement("p");
  hint.className = "remark hint";
  hint.textContent = "Click into the matrix to look closer; drag to move, pinch or Ctrl + wheel to zoom.";
  figure.querySelector(".canvas").before(controls, hint);
}

function lookCloser(chart, matrix, event, redraw) {
  const at = [event.offsetX, event.offsetY];
  const count = matrix.classes.length;
  if (!isWholeMatrix(matrix) || !chart.containPixel("grid", at)) return;
  const [predicted, truth] = chart.convertFromPixel("grid", at);
  matrix.x = windowAround(predicted, CLASSES_AFTER_CLICK, count);
  matrix.y = windowAround(truth, CLASSES_AFTER_CLICK, count);
  redraw();
}

// Labels and borders depend on the size of a cell: after a zoom everything is drawn anew, in the
// next frame because ECharts is still busy with the old one.
function followZoom(chart, matrix, redraw) {
  const [x, y] = chart.getOption().dataZoom;
  const before = cellSpans(matrix);
  matrix.x = [x.startValue, x.endValue];
  matrix.y = [y.startValue, y.endValue];
  if (cellSpans(matrix) !== before) requestAnimationFrame(redraw);
}

function cellSpans({ x, y }) {
  return `${x[1] - x[0]} ${y[1] - y[0]}`;
}

function addMatrix(figure) {
  const matrix = prepareMatrix(readData(figure));
  const canvas = figure.querySelector(".canvas");
  const { chart, redraw } = addChart(canvas, 400, (drawn) => {
    const layout = matrixLayout(matrix, canvas.clientWidth);
    canvas.style.height = `${layout.height}px`;
    drawn.resize();
    drawn.setOption(matrixOption(matrix, layout), true);
    figure.dataset.whole = isWholeMatrix(matrix);
  });
  figure.dataset.large = matrix.classes.length > CLASSES_AFTER_CLICK;
  addMatrixControls(figure, matrix, redraw);
  if (matrix.classes.length <= CLASSES_AFTER_CLICK) return;
  chart.getZr().on("click", (event) => lookCloser(chart, matrix, event, redraw));
  chart.on("datazoom", () => followZoom(chart, matrix, redraw));
}

for (const figure of document.querySelectorAll("figure.chart.confusion")) addMatrix(figure);
