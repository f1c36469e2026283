// Opens a page in headless Chromium and writes what is to be seen at once as JSON to its output.
//
//   node open_page.mjs PAGE.html
import { drawings, inBrowser, openPage } from "./browser.mjs";

await inBrowser(async (browser) => {
  const { page, record } = await openPage(browser, process.argv[2], {});
  return { ...record, text: await page.innerText("body"), drawings: await drawings(page) };
});
