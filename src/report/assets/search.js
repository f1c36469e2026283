
// Charts of a search: points, parallel axes, a surface, a timeline.

const significant = (value) =>
  Number.isFinite(value) ? Number(value.toPrecision(5)).toLocaleString("en-US", {
    maximumSignificantDigits: 5,
  }) : "–";

function axisValue(axis, value) {
  return axis.categories.length > 0 ? axis.categories[value] : significant(value);
}

function scatterAxis(axis, extra) {
  if (axis.categories.length > 0) {
    return categoryAxis(axis.categories, {
      name: axis.label,
      nameTextStyle: { color: colour("soft"), fontSize: 12 },
      axisLabel: { color: colour("soft"), fontSize: 12 },
      ...extra,
    });
  }
  return valueAxis(axis.label, {
    type: axis.logarithmic ? "log" : "value",
    scale: true,
    splitNumber: 4,
    axisLabel: { color: colour("soft"), fontSize: 12, hideOverlap: true, formatter: significant },
    ...extra,
  });
}

function pointSeries(series, at, count) {
  const points = series.x.map((x, index) => [x, series.y[index], series.labels[index]]);
  const shared = { name: series.name, data: points, emphasis: { disabled: true } };
  if (series.stepped) {
    return { ...shared, type: "line", step: "end", showSymbol: false, lineStyle: { width: 2 } };
  }
  const faint = count > 1 && at === 0;
  return { ...shared, type: "scatter", symbolSize: 9, itemStyle: { opacity: faint ? 0.7 : 1 } };
}

function pointTooltip(data) {
  return (point) => {
    const [x, y, label] = point.value;
    const rows = tooltipRow(data.x.label, escapeHtml(axisValue(data.x, x)), point.color) +
      tooltipRow(data.y.label, escapeHtml(axisValue(data.y, y)), point.color);
    const lines = (label ?? "").split("\n").filter(Boolean).map(escapeHtml).join("<br>");
    return `${rows}<div style="margin-top:4px;color:${colour("soft")}">${lines}</div>`;
  };
}

function scatterOption(data) {
  const option = baseOption();
  const several = data.series.length > 1;
  return {
    ...option,
    tooltip: { ...option.tooltip, trigger: "item", formatter: pointTooltip(data) },
    legend: legend(several),
    grid: { left: 4, right: 18, top: several ? 60 : 34, bottom: 26, containLabel: true },
    xAxis: scatterAxis(data.x, {
      nameLocation: "middle",
      nameGap: 30,
      splitLine: { show: false },
      axisLine: { show: true, onZero: false, lineStyle: { color: colour("line") } },
    }),
    yAxis: scatterAxis(data.y, {
      nameTextStyle: { color: colour("soft"), fontSize: 12, align: "left" },
      nameGap: 12,
    }),
    series: data.series.map((series, at) => pointSeries(series, at, data.series.length)),
  };
}

function trialColours() {
  return [colour("series-1"), colour("line")];
}

function parallelAxis(axis, dim) {
  return {
    dim,
    name: axis.label,
    type: axis.categories.length > 0 ? "category" : axis.logarithmic ? "log" : "value",
    data: axis.categories.length > 0 ? axis.categories : undefined,
    scale: true,
    splitNumber: 4,
    nameTextStyle: { color: colour("ink"), fontSize: 12 },
    axisLine: { lineStyle: { color: colour("soft") } },
    axisTick: { lineStyle: { color: colour("soft") } },
    axisLabel: {
      color: colour("soft"),
      fontSize: 11,
      formatter: axis.categories.length > 0 ? undefined : significant,
    },
    areaSelectStyle: { color: colour("series-2"), borderColor: colour("series-2"), opacity: 0.25 },
  };
}

function parallelOption(data) {
  const option = baseOption();
  const last = data.axes.length - 1;
  const values = data.rows.map((row) => row[last]).filter(Number.isFinite);
  const toName = (row) => row.map((value, at) =>
    data.axes[at].categories.length > 0 ? data.axes[at].categories[value] : value);
  const [best, worst] = trialColours();
  return {
    ...option,
    tooltip: {
      ...option.tooltip,
      formatter: (line) => `<b>${escapeHtml(line.name)}</b>` + data.axes.map((axis, at) =>
        tooltipRow(axis.label, escapeHtml(axisValue(axis, data.rows[line.dataIndex][at])),
          line.color)).join(""),
    },
    parallel: { left: 48, right: 80, top: 44, bottom: 24, axisExpandable: false },
    parallelAxis: data.axes.map(parallelAxis),
    visualMap: {
      show: false,
      type: "continuous",
      dimension: last,
      min: Math.min(...values),
      max: Math.max(...values),
      inRange: { color: data.lowerIsBetter ? [best, worst] : [worst, best] },
    },
    series: {
      type: "parallel",
      smooth: 0.15,
      lineStyle: { width: 1.6, opacity: 0.85 },
      inactiveOpacity: 0.06,
      activeOpacity: 1,
      emphasis: { lineStyle: { width: 3 } },
      data: data.rows.map((row, at) => ({ name: data.names[at], value: toName(row) })),
    },
  };
}

// Ticks stand between the cells of the grid that they belong to.
function heatAxis(name, ticks, count, extra) {
  const byCell = new Map(ticks.map(([at, label]) => [
    Math.min(Math.floor(at * count), count - 1), label]));
  return categoryAxis(Array.from({ length: count }, (_, cell) => cell), {
    name,
    nameTextStyle: { color: colour("soft"), fontSize: 12 },
    axisLabel: {
      color: colour("soft"),
      fontSize: 12,
      interval: (cell) => byCell.has(cell),
      formatter: (cell) => byCell.get(Number(cell)) ?? "",
    },
    ...extra,
  });
}

function heatOption(data) {
  const option = baseOption();
  const rows = data.values.length / data.columns;
  const cells = data.values.map((value, at) =>
    [at % data.columns, Math.floor(at / data.columns), value]);
  const points = data.points.x.map((x, at) => [
    x * data.columns - 0.5, data.points.y[at] * rows - 0.5, data.points.labels[at]]);
  return {
    ...option,
    tooltip: {
      ...option.tooltip,
      formatter: (point) => point.seriesType === "scatter"
        ? escapeHtml(point.value[2]).replaceAll("\n", "<br>")
        : `expected ${significant(point.value[2])} deviations (lower is better)`,
    },
    grid: { left: 4, right: 12, top: 34, bottom: 26, containLabel: true },
    xAxis: [
      heatAxis(data.xLabel, data.xTicks, data.columns, { nameLocation: "middle", nameGap: 30 }),
      { type: "value", min: -0.5, max: data.columns - 0.5, show: false },
    ],
    yAxis: [
      heatAxis(data.yLabel, data.yTicks, rows, { nameGap: 12 }),
      { type: "value", min: -0.5, max: rows - 0.5, show: false },
    ],
    visualMap: {
      show: false,
      seriesIndex: 0,
      min: Math.min(...data.values),
      max: Math.max(...data.values),
      inRange: { color: [colour("series-1"), colour("panel")] },
    },
    series: [
      { type: "heatmap", data: cells, emphasis: { disabled: true }, progressive: 0 },
      {
        type: "scatter",
        xAxisIndex: 1,
        yAxisIndex: 1,
        data: points,
        symbolSize: 7,
        itemStyle: { color: colour("ink"), borderColor: colour("panel"), borderWidth: 1 },
      },
    ],
  };
}

function timelineOption(data) {
  const option = baseOption();
  const kinds = [...new Set(data.spans.map((span) => span.kind))];
  const colours = seriesColours();
  const bar = (kind, at) => ({
    type: "custom",
    name: kind,
    itemStyle: { color: colours[at % colours.length] },
    encode: { x: [1, 2], y: 0 },
    data: data.spans.map((span, line) => [line, span.begin, span.end, span.kind])
      .filter((span) => span[3] === kind),
    renderItem: (params, api) => {
      const begin = api.coord([api.value(1), api.value(0)]);
      const end = api.coord([api.value(2), api.value(0)]);
      const height = Math.max(api.size([0, 1])[1] * 0.6, 2);
      const shape = { x: begin[0], y: begin[1] - height / 2, height,
        width: Math.max(end[0] - begin[0], 2) };
      return { type: "rect", shape, style: { fill: api.visual("color") } };
    },
  });
  return {
    ...option,
    tooltip: {
      ...option.tooltip,
      formatter: (span) => tooltipRow(`${data.spans[span.value[0]].label}, ${span.value[3]}`,
        `${significant(span.value[2] - span.value[1])} s`, span.color),
    },
    legend: legend(true),
    grid: { left: 4, right: 18, top: 40, bottom: 26, containLabel: true },
    xAxis: valueAxis("seconds", { nameLocation: "middle", nameGap: 30, min: 0 }),
    yAxis: categoryAxis(data.spans.map((span) => span.label), {
      inverse: true,
      axisLabel: { color: colour("soft"), fontSize: 11, hideOverlap: true },
    }),
    series: kinds.map(bar),
  };
}

const searchCharts = {
  scatter: [scatterOption, () => 300],
  parallel: [parallelOption, () => 340],
  heat: [heatOption, () => 340],
  timeline: [timelineOption, (data) => 80 + Math.min(14 * data.spans.length + 20, 520)],
};

for (const [kind, [option, height]] of Object.entries(searchCharts)) {
  for (const figure of document.querySelectorAll(`figure.chart.${kind}`)) {
    const data = readData(figure);
    addChart(figure.querySelector(".canvas"), height(data), (chart) =>
      chart.setOption(option(data), true));
  }
}
