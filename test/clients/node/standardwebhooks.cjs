// Verifies one webhook, given as JSON on standard input, by the standardwebhooks package; an altered one must fail.
const { Webhook } = require("standardwebhooks");
const { headers, body } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const hook = new Webhook(process.env.SECRET);
const payload = hook.verify(body, headers);
let altered = false;
try {
  hook.verify(body + " ", headers);
  altered = true;
} catch {
  // as it should be
}
if (altered) throw new Error("an altered body was accepted");
console.log(JSON.stringify(payload));
