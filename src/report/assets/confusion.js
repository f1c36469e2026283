
// The confusion matrix: rows are the truth, columns the prediction. Right answers are blue, mistakes
// orange, so that a few mistakes still show among many right answers. Every class of a large matrix
// can be reached: the pointer names both classes, and zooming in brings out labels and counts.

// Cells are squares of at most CELL_MAX pixels; from CELL_WITH_COUNT_MIN on they hold their count.
const CELL_MAX = 52;
const CELL_WITH_COUNT_MIN = 24;
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
function depth(matrix, [truth, , count]) {
  return matrix.scale === "share" ? Math.sqrt(count / matrix.rowTotals[truth]) : Math.log1p(count);
}

function ramp(name) {
  return ["low", "middle", "high"].map((step) => colour(`${name}-${step}`));
}

// Whichever of the two text colours stands out more.
function textColourOn(background) {
  const distance = (text) => Math.abs(echarts.color.lum(text, 1) - echarts.color.lum(background, 1));
  const [ink, panel] = [colour("ink"), colour("panel")];
  return distance(ink) > distance(panel) ? ink : panel;
}

function shadedCells(matrix, right) {
  const chosen = matrix.cells.filter(([truth, predicted]) => (truth === predicted) === right);
  const deepest = chosen.reduce((most, cell) => Math.max(most, depth(matrix, cell)), 0);
  const colours = ramp(right ? "right" : "wrong");
  const countColours = Array.from({ length: 11 }, (_, tenth) =>
    textColourOn(echarts.color.lerp(tenth / 10, colours)));
  return chosen.map((cell) => {
    const shade = depth(matrix, cell) / deepest;
    const color = countColours[Math.round(10 * shade)];
    return { value: [cell[1], cell[0], shade, cell[2]], label: { color } };
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
      triggerEmphasis: false,
      z: 1,
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
    progressive: 0,
    data: isHidden ? [] : shadedCells(matrix, right),
    itemStyle: { borderColor: colour("panel"), borderWidth: cell > 16 ? 2 : cell > 8 ? 1 : 0 },
    label: {
      show: holdsCount,
      fontSize: 12,
      textBorderWidth: 0,
      formatter: ({ value }) => value[3],
    },
    emphasis: { itemStyle: { borderColor: colour("ink"), borderWidth: 1 } },
  };
}

function matrixRamp(seriesIndex, name) {
  const inRange = { color: ramp(name) };
  return { show: false, seriesIndex, dimension: 2, min: 0, max: 1, inRange };
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
