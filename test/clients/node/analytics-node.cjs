// Sends the six calls by @segment/analytics-node.
const { Analytics } = require("@segment/analytics-node");
const { URL: host, KEY: writeKey, WHO: userId, AT } = process.env;

async function main() {
  const analytics = new Analytics({ writeKey, host, flushAt: 5 });
  let failed;
  analytics.on("error", (e) => (failed = e));
  const timestamp = new Date(AT);
  analytics.identify({ userId, traits: { city: "Lyon" }, timestamp });
  analytics.track({ userId, event: "Signed Up", properties: { plan: "pro", seats: 3 }, timestamp });
  analytics.page({ userId, name: "Home", properties: { url: "https://shop.example/" }, timestamp });
  analytics.screen({ userId, name: "Start", timestamp });
  analytics.group({ userId, groupId: "acme", traits: { name: "Acme" }, timestamp });
  analytics.alias({ userId, previousId: userId + "-before", timestamp });
  await analytics.closeAndFlush({ timeout: 10000 });
  if (failed) throw new Error(JSON.stringify(failed));
}
main().catch((e) => { console.error(e); process.exit(1); });
