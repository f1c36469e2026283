// Opens a report in headless Chromium, uses it as a reader would, and writes what it saw as JSON to
// its output: report_test.py says what should have been seen.
//
//   node observe_report.mjs PAGE.html [FOLDER_FOR_SCREENSHOTS]
import path from "node:path";
import { drawings, inBrowser, openPage } from "./browser.mjs";

const [pagePath, screenshots] = process.argv.slice(2);
const open = (browser, options) => openPage(browser, pagePath, options);

async function photograph(page, name) {
  if (!screenshots) return;
  await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });
}

const matrixState = (page) => page.$eval("figure.confusion", (figure) => {
  const option = echarts.getInstanceByDom(figure.querySelector(".canvas")).getOption();
  const [right, wrong] = option.series;
  const [x, y] = option.dataZoom;
  return {
    right: right.data.length,
    wrong: wrong.data.length,
    columns: x.endValue - x.startValue + 1,
    rows: y.endValue - y.startValue + 1,
    counted: wrong.label.show,
  };
});

async function useMatrix(page) {
  const figure = page.locator("figure.confusion").first();
  const seen = { overview: await matrixState(page) };
  await figure.getByRole("button", { name: "Errors only" }).click();
  seen.errorsOnly = await matrixState(page);
  await figure.getByRole("button", { name: "All answers" }).click();
  await figure.locator(".canvas").click({ position: { x: 600, y: 300 } });
  seen.closer = await matrixState(page);
  await photograph(page, "closer");
  await figure.getByRole("button", { name: "All classes" }).click();
  seen.back = await matrixState(page);
  return seen;
}

// The number cells of a column, as far as they are to be seen.
const shownNumbers = (page, column) => page.$eval(".blocks > .table table", (table, at) =>
  [...table.tBodies[0].rows].filter((row) => row.offsetHeight > 0)
    .map((row) => row.cells[at].dataset.value ?? null)
    .map((value) => (value === null ? null : Number(value))), column);

async function useTable(page) {
  const table = page.locator(".blocks > .table").first();
  const precision = table.getByRole("button", { name: "Precision" });
  const heading = table.locator("th[aria-sort]");
  const seen = { folded: await shownNumbers(page, 3) };
  await precision.click();
  seen.descending = await shownNumbers(page, 3);
  seen.announced = [await heading.getAttribute("aria-sort")];
  await precision.click();
  seen.announced.push(await heading.getAttribute("aria-sort"));
  await table.getByRole("button", { name: "Show all 133 rows" }).click();
  seen.ascending = await shownNumbers(page, 3);
  return seen;
}

// The words of a tooltip, once the pointer rests on a place in a chart.
async function tooltipAt(page, selector, fraction) {
  const canvas = page.locator(`${selector} .canvas`).first();
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  await page.mouse.move(box.x + box.width * fraction.x, box.y + box.height * fraction.y);
  const tooltip = canvas.locator("> div").nth(1);
  await tooltip.waitFor({ state: "visible" });
  return tooltip.innerText();
}

// Does what a class name would do that had slipped through: add a script, load a picture, call home.
// Three reports of a broken policy are waited for, no longer than the driver's own deadline.
async function attack(page) {
  await page.evaluate(() => {
    globalThis.blocked = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      globalThis.blocked.push(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "document.title = 'broken'";
    document.body.append(script);
    new Image().src = "http://127.0.0.1:9/picture.png";
    fetch("http://127.0.0.1:9/").catch(() => {});
  });
  await page.waitForFunction(() => globalThis.blocked.length >= 3, null, { timeout: 10_000 })
    .catch(() => {});
  return page.evaluate(() => ({ blocked: globalThis.blocked, title: document.title }));
}

async function observeScreen(browser, colorScheme) {
  const { page, record } = await open(browser, { colorScheme });
  const seen = {
    ...record,
    title: await page.title(),
    ground: await page.$eval("body", (body) => getComputedStyle(body).backgroundColor),
    drawings: await drawings(page),
  };
  await photograph(page, colorScheme);
  return { page, seen };
}

async function observe(browser) {
  const { page, seen: light } = await observeScreen(browser, "light");
  light.lineTooltip = await tooltipAt(page, "figure.line", { x: 0.5, y: 0.5 });
  light.matrix = await useMatrix(page);
  light.table = await useTable(page);
  light.attack = await attack(await open(browser, {}).then((opened) => opened.page));
  const { seen: dark } = await observeScreen(browser, "dark");
  const phone = await open(browser, { viewport: { width: 390, height: 800 } });
  const phoneWidth = await phone.page.evaluate(() => document.documentElement.scrollWidth);
  await photograph(phone.page, "phone");
  const plain = await open(browser, { javaScriptEnabled: false });
  const rows = await plain.page.locator(".blocks > .table tbody tr:visible").count();
  const photos = await plain.page.locator(".photos img:visible").count();
  const facts = await plain.page.locator(".facts dd:visible").count();
  return { light, dark, phoneWidth, withoutScript: { rows, photos, facts } };
}

await inBrowser(observe);
