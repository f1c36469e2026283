// Headless Chromium, and what every page of ours is asked.
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

// A page with a record of every complaint and of every request it made.
export async function openPage(browser, pagePath, options) {
  const address = pathToFileURL(path.resolve(pagePath)).href;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const record = { complaints: [], requests: [] };
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) record.complaints.push(message.text());
  });
  page.on("pageerror", (error) => record.complaints.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (url !== address && !url.startsWith("data:")) record.requests.push(url);
  });
  await page.goto(address);
  return { page, record };
}

// How many different colours a drawing holds, coarsely: an empty one holds one or two.
export function drawings(page) {
  return page.$$eval("figure.chart", (figures) => figures.map((figure) => {
    const canvas = figure.querySelector("canvas");
    if (!canvas) return { width: 0, height: 0, colours: 0 };
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const seen = new Set();
    for (let at = 0; at < data.length; at += 4) {
      seen.add(`${data[at] >> 4} ${data[at + 1] >> 4} ${data[at + 2] >> 4} ${data[at + 3] >> 4}`);
    }
    const title = figure.querySelector("h3").textContent;
    return { title, width, height, colours: seen.size };
  }));
}

// Writes what `observe` saw as JSON to the output.
export async function inBrowser(observe) {
  const browser = await chromium.launch({
    executablePath: process.env.KENNEL_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
  });
  try {
    console.log(JSON.stringify(await observe(browser)));
  } finally {
    await browser.close();
  }
}
