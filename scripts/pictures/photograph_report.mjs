// Photographs parts of a report, light and dark, for the README.
//
//   node photograph_report.mjs REPORT.html FOLDER
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [report, folder] = process.argv.slice(2);
const WIDTH = 1120;
const MARGIN = 20;

// From the top of one element to the bottom of another, over the whole width.
async function clip(first, last) {
  const start = await first.boundingBox();
  const end = await last.boundingBox();
  const y = Math.max(0, start.y - MARGIN);
  return { x: 0, y, width: WIDTH, height: end.y + end.height + MARGIN - y };
}

async function photograph(page, name, first, last) {
  const quality = name.endsWith(".jpg") ? { quality: 85 } : {};
  const picture = { path: path.join(folder, name), ...quality };
  await page.screenshot({ ...picture, fullPage: true, clip: await clip(first, last) });
}

const browser = await chromium.launch({
  executablePath: process.env.KENNEL_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  for (const colorScheme of ["light", "dark"]) {
    const page = await browser.newPage({ colorScheme, viewport: { width: WIDTH, height: 900 } });
    await page.goto(pathToFileURL(path.resolve(report)).href);
    await page.waitForSelector("figure.chart canvas");
    const curves = page.locator("figure.chart").first();
    await photograph(page, `report-${colorScheme}.png`, page.locator("h1"), curves);
    const photos = page.locator(".photos figure");
    const title = page.getByRole("heading", { name: "Highest loss" });
    await photograph(page, `losses-${colorScheme}.jpg`, title, photos.nth(5));
  }
} finally {
  await browser.close();
}
