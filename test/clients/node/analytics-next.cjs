// Loads the browser build of @segment/analytics-next in a page, lets it fetch its settings, and sends as a visitor does.
const fs = require("node:fs");
const path = require("node:path");
const { JSDOM, VirtualConsole } = require("jsdom");
const { URL: host, KEY: writeKey, WHO: userId } = process.env;

async function main() {
  const page = new JSDOM("<!doctype html><title>Kettles</title><p>Kettles</p>", {
    url: "http://shop.example/kettles?utm_source=mail&utm_campaign=spring",
    runScripts: "outside-only",
    pretendToBeVisual: true,
    virtualConsole: new VirtualConsole(),
  });
  const { window } = page;
  const under = []; // requests under way
  window.fetch = (address, options) => {
    const answer = fetch(address, { ...options, headers: { ...options?.headers, Origin: "http://shop.example" } });
    under.push(answer.then(async (r) => { if (!r.ok) throw new Error(`${address}: ${r.status} ${await r.clone().text()}`); }));
    return answer;
  };
  const script = path.join(path.dirname(require.resolve("@segment/analytics-next/package.json")), "dist/umd/index.js");
  window.eval(fs.readFileSync(script, "utf8"));
  const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load(
    { writeKey, cdnURL: host },
    { integrations: { "Segment.io": { protocol: "http" } } },
  );
  await analytics.page("Kettles");
  await analytics.track("Product Viewed", { product_id: "kettle-1" });
  await analytics.identify(userId, { city: "Lyon" });
  await analytics.track("Cart Opened", { items: 2 });
  await analytics.group("acme", { name: "Acme" });
  await new Promise((done) => setTimeout(done, 300));
  await Promise.all(under);
  console.log(JSON.stringify({ anonymousId: analytics.user().anonymousId(), requests: under.length }));
  window.close();
  process.exit(0);
}
main().catch((e) => { console.error(e); process.exit(1); });
