// Measures pages as Lighthouse sees them on a slow phone. Input on stdin: {chromium, pages: [{name, url, cookie}]}; output: one JSON line a page.
import lighthouse from "lighthouse";
import * as chromeLauncher from "chrome-launcher";

const input = JSON.parse(await new Response(process.stdin).text());
for (const page of input.pages) {
  const chrome = await chromeLauncher.launch({ // one for each page, so that no cookie is carried on
    chromePath: input.chromium,
    chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  const result = await lighthouse(page.url, {
    port: chrome.port,
    output: "json",
    logLevel: "error",
    onlyCategories: ["performance", "accessibility"],
    formFactor: "mobile",
    extraHeaders: page.cookie ? { Cookie: page.cookie } : {},
  });
  const { categories, audits, runtimeError } = result.lhr;
  const failed = Object.values(audits).filter((one) => one.score !== null && one.score < 0.9).map((one) => `${one.id} (${one.displayValue ?? one.score})`);
  console.log(JSON.stringify({
    name: page.name,
    performance: Math.round(100 * categories.performance.score),
    accessibility: Math.round(100 * categories.accessibility.score),
    bytes: audits["total-byte-weight"].numericValue ?? 0,
    lcp: Math.round(audits["largest-contentful-paint"].numericValue),
    failed,
    error: runtimeError?.message ?? "",
  }));
  await chrome.kill();
}
