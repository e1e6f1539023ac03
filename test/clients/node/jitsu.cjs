// Sends by @jitsu/js, from a server.
const { jitsuAnalytics } = require("@jitsu/js");
const { URL: host, KEY, WHO: userId } = process.env;
const writeKey = KEY + ":-"; // the library insists on "key:secret"; the part after the colon is not looked at

async function main() {
  const under = [];
  const watched = (address, options) => {
    const answer = fetch(address, options);
    under.push(answer.then(async (r) => { if (!r.ok) throw new Error(`${address}: ${r.status} ${await r.clone().text()}`); }));
    return answer;
  };
  const jitsu = jitsuAnalytics({ host, writeKey, fetch: watched, s2s: true });
  await jitsu.identify(userId, { city: "Lyon" });
  await jitsu.track("Signed Up", { plan: "pro", seats: 3 });
  await jitsu.page({ name: "Home", url: "https://shop.example/" });
  await jitsu.group("acme", { name: "Acme" });
  await Promise.all(under);
  if (under.length < 4) throw new Error(`only ${under.length} requests were made`);
  process.exit(0);
}
main().catch((e) => { console.error(e); process.exit(1); });
