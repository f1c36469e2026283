// Opens a model server's page in headless Chromium, drops a photo on it, and writes what it saw as
// JSON: serve_test.py says what should have been seen.
//
//   node drop_photo.mjs URL PHOTO [FOLDER_FOR_SCREENSHOTS]
import fs from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";

const [address, photo, screenshots] = process.argv.slice(2);
const bytes = fs.readFileSync(photo).toString("base64");

// As a hand does it: a file is let go over the page.
async function drop(page, name, base64) {
  const transfer = await page.evaluateHandle(([fileName, text]) => {
    const data = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([data], fileName));
    return carried;
  }, [name, base64]);
  await page.dispatchEvent("#drop", "drop", { dataTransfer: transfer });
}

const browser = await chromium.launch({
  executablePath: process.env.KENNEL_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const seen = { complaints: [], foreign: [] };
for (const scheme of ["light", "dark"]) {
  const context = await browser.newContext({
    viewport: { width: 1000, height: 560 },
    colorScheme: scheme,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    const text = message.text();
    if (["error", "warning"].includes(message.type()) && !text.includes("400")) seen.complaints.push(text);
  });
  page.on("pageerror", (error) => seen.complaints.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !url.startsWith("blob:")) seen.foreign.push(url);
  });
  await page.goto(address);
  await drop(page, path.basename(photo), bytes);
  await page.waitForSelector("#predictions li");
  await page.waitForFunction(() => document.querySelector(".fill").offsetWidth > 0);
  seen[scheme] = {
    labels: await page.$$eval(".name b", (names) => names.map((name) => name.textContent)),
    widths: await page.$$eval(".fill", (bars) => bars.map((bar) => bar.getBoundingClientRect().width)),
    status: await page.textContent("#status"),
    preview: await page.$eval("#drop img", (image) => image.naturalWidth > 0),
  };
  if (screenshots) await page.screenshot({ path: path.join(screenshots, `serve-${scheme}.png`) });
  if (scheme === "dark") {
    await drop(page, "notes.txt", Buffer.from("no photo").toString("base64"));
    await page.waitForSelector("#status.error");
    seen.mistake = await page.textContent("#status");
  }
  await context.close();
}
await browser.close();
process.stdout.write(JSON.stringify(seen));
