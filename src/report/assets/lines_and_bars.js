
// Line charts and bar charts.

function lineTooltip(data) {
  return (points) => {
    const title = `${escapeHtml(data.xLabel)} ${escapeHtml(points[0].axisValue)}`;
    const rows = points.map((point) =>
      tooltipRow(point.seriesName, formatNumber(point.value[1], data.format), point.color));
    return `<div style="margin-bottom:4px;color:${colour("soft")}">${title}</div>${rows.join("")}`;
  };
}

function pointOfLine(data) {
  return (point) => {
    const title = `${escapeHtml(data.xLabel)} ${escapeHtml(point.value[0])}`;
    return `<div style="margin-bottom:4px;color:${colour("soft")}">${title}</div>` +
      tooltipRow(point.seriesName, formatNumber(point.value[1], data.format), point.color);
  };
}

function markLines(marks) {
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: colour("soft"), type: [4, 4], width: 1 },
    label: {
      color: colour("soft"),
      fontSize: 12,
      position: "end",
      formatter: (mark) => mark.data.text,
    },
    data: marks.map((mark) => ({ xAxis: mark.x, text: mark.label })),
  };
}

function lineSeries(series, at, marks) {
  const points = series.x.map((x, index) => [x, series.y[index]]);
  return {
    type: "line",
    name: series.name,
    data: points,
    showSymbol: points.length <= 40,
    symbol: "circle",
    symbolSize: 5,
    lineStyle: { width: 2 },
    emphasis: { disabled: true },
    markLine: at === 0 && marks.length > 0 ? markLines(marks) : undefined,
  };
}

function lineOption(data) {
  const allX = data.series.flatMap((series) => series.x);
  const countsX = allX.every(Number.isInteger);
  // So many can be told apart by pointing at them only.
  const many = data.series.length > 12;
  const option = baseOption();
  return {
    ...option,
    tooltip: {
      ...option.tooltip,
      trigger: many ? "item" : "axis",
      formatter: many ? pointOfLine(data) : lineTooltip(data),
      axisPointer: { lineStyle: { color: colour("soft"), type: "solid" } },
    },
    legend: legend(!many),
    grid: { left: 4, right: 18, top: many ? 34 : 60, bottom: 22, containLabel: true },
    xAxis: valueAxis(data.xLabel, {
      nameLocation: "middle",
      nameGap: 30,
      min: "dataMin",
      max: "dataMax",
      minInterval: countsX ? 1 : 0,
      splitLine: { show: false },
      axisLine: { show: true, onZero: false, lineStyle: { color: colour("line") } },
    }),
    yAxis: valueAxis(data.yLabel, {
      scale: true,
      nameTextStyle: { color: colour("soft"), fontSize: 12, align: "left" },
      nameGap: 12,
      splitNumber: 4,
      axisLabel: {
        color: colour("soft"),
        fontSize: 12,
        formatter: (value) => formatTick(value, data.format),
      },
    }),
    series: data.series.map((series, at) => lineSeries(series, at, data.marks)),
  };
}

function barSeries(data) {
  return {
    type: "bar",
    data: data.bars.map((bar) => bar.value),
    barMaxWidth: data.horizontal ? 16 : undefined,
    barCategoryGap: data.horizontal ? "40%" : "12%",
    itemStyle: { color: colour("series-1"), borderRadius: data.horizontal ? [0, 3, 3, 0] : 2 },
    emphasis: { disabled: true },
    label: {
      show: data.horizontal,
      position: "right",
      color: colour("ink"),
      fontSize: 13,
      formatter: (bar) => formatNumber(bar.value, data.format),
    },
  };
}

function barOption(data) {
  const option = baseOption();
  const labels = data.bars.map((bar) => bar.label);
  const tooltip = (bar) =>
    tooltipRow(bar.name, formatNumber(bar.value, data.format), colour("series-1"));
  const values = valueAxis(data.horizontal ? "" : data.valueLabel, {
    show: !data.horizontal,
    max: data.horizontal ? "dataMax" : null,
    splitNumber: 4,
    nameTextStyle: { color: colour("soft"), fontSize: 12, align: "left" },
    axisLabel: {
      color: colour("soft"),
      fontSize: 12,
      formatter: (value) => formatTick(value, data.format),
    },
  });
  const names = data.horizontal
    ? categoryAxis(labels, { inverse: true, axisLine: { show: false } })
    : categoryAxis(labels, { axisLabel: { color: colour("soft"), fontSize: 12 } });
  return {
    ...option,
    tooltip: { ...option.tooltip, trigger: "item", formatter: tooltip },
    grid: data.horizontal
      ? { left: 0, right: 84, top: 4, bottom: 0, containLabel: true }
      : { left: 4, right: 8, top: 34, bottom: 0, containLabel: true },
    xAxis: data.horizontal ? values : names,
    yAxis: data.horizontal ? names : values,
    series: [barSeries(data)],
  };
}

function chartHeight(data) {
  return data.kind === "bar" && data.horizontal ? 28 * data.bars.length + 12 : 300;
}

for (const figure of document.querySelectorAll("figure.chart.line, figure.chart.bar")) {
  const data = readData(figure);
  const option = data.kind === "line" ? lineOption : barOption;
  addChart(figure.querySelector(".canvas"), chartHeight(data), (chart) =>
    chart.setOption(option(data), true));
}
