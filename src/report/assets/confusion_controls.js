
// What a reader can do with a confusion matrix: choose what is shown and how it is coloured, look
// closer, move, and come back.

const CLASSES_AFTER_CLICK = 20;

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
