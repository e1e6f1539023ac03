package sim

// policies are the policies between which the brand changes its mind.
var policies = []string{`
audiences:
  - {name: runners, rule: 'count("Product Viewed", "14d") >= 2', advertising: true}
  - {name: everyone, rule: 'touches >= 1', advertising: true}
  - {name: vip, rule: 'orders.total >= 100.00'}
  - {name: sorry, excludes: true}
destinations:
  - {name: ads, kind: csv, platform: meta}
  - {name: hook, kind: webhook, url: 'https://hook.example/x', secrets: [X]}
  - {name: mailer, kind: webhook, url: 'https://mail.example/x', secrets: [X]}
lists:
  - {code: X-01, destination: ads, audience: runners}
  - {code: X-02, destination: ads, audience: everyone}
  - {code: E-01, destination: ads, audience: sorry}
  - {code: Y-01, destination: hook, audience: runners}
channels:
  - {channel: email, destination: mailer}
  - {channel: chat, destination: hook}
subscriptions:
  - {destination: hook, events: [case.*, hold.placed, audience.left]}
satisfaction: {send: true, channel: email, content: 'Are you happy with {case}?'}
`, `
audiences:
  - {name: runners, rule: 'count("Product Viewed", "7d") >= 1', advertising: true}
  - {name: everyone, rule: 'touches >= 1', advertising: true}
  - {name: loyal, rule: 'orders.count >= 2 && known', advertising: true}
  - {name: sorry, excludes: true}
destinations:
  - {name: ads, kind: csv, platform: meta}
  - {name: hook, kind: webhook, url: 'https://hook.example/x', secrets: [X]}
  - {name: mailer, kind: webhook, url: 'https://mail.example/x', secrets: [X]}
lists:
  - {code: X-01, destination: ads, audience: runners}
  - {code: X-03, destination: ads, audience: everyone}
  - {code: X-04, destination: ads, audience: loyal}
  - {code: Y-01, destination: hook, audience: runners}
channels:
  - {channel: email, destination: mailer}
  - {channel: chat, destination: hook}
subscriptions:
  - {destination: hook, events: [case.opened, consent.changed]}
satisfaction: {send: true, channel: email, content: 'Are you happy with {case}?'}
apology: {send: true, channel: email, content: 'We are sorry about {case}.'}
`, `
audiences:
  - {name: runners, rule: 'count("Product Viewed", "14d") >= 3', advertising: true}
  - {name: calm, rule: '!state.held && orders.count >= 1', advertising: true}
destinations:
  - {name: ads, kind: csv, platform: meta}
  - {name: hook, kind: webhook, url: 'https://hook.example/x', secrets: [X]}
  - {name: mailer, kind: webhook, url: 'https://mail.example/x', secrets: [X]}
lists:
  - {code: X-01, destination: ads, audience: calm}
  - {code: Y-02, destination: hook, audience: runners}
channels:
  - {channel: email, destination: mailer}
  - {channel: chat, destination: hook}
protection:
  rest: {low: 8d, medium: 15d, high: 31d}
`}
