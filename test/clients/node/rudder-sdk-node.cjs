// Sends the six calls by @rudderstack/rudder-sdk-node.
const Rudder = require("@rudderstack/rudder-sdk-node");
const { URL: dataPlaneUrl, KEY: writeKey, WHO: userId, AT } = process.env;
const Client = Rudder.default ?? Rudder;

async function main() {
  let failed;
  const client = new Client(writeKey, { dataPlaneUrl, flushAt: 1, flushInterval: 100, errorHandler: (e) => (failed = e) });
  const timestamp = new Date(AT);
  const send = (call, message) => new Promise((done, fail) => client[call]({ userId, timestamp, ...message }, (e) => (e ? fail(e) : done())));
  await send("identify", { traits: { city: "Lyon" } });
  await send("track", { event: "Signed Up", properties: { plan: "pro", seats: 3 } });
  await send("page", { name: "Home", properties: { url: "https://shop.example/" } });
  await send("screen", { name: "Start" });
  await send("group", { groupId: "acme", traits: { name: "Acme" } });
  await send("alias", { previousId: userId + "-before" });
  await client.flush();
  if (failed) throw failed;
  process.exit(0);
}
main().catch((e) => { console.error(e); process.exit(1); });
