package bench

import (
	"fmt"
	"strings"
)

// Policy is the policy that benchmarks run under: 50 audiences, 40 of fields and counts, 8 with windows and 2 sequences,
// of which every fifth is for advertising, one list of files and one webhook.
func Policy(webhookURL string) string {
	var b strings.Builder
	b.WriteString("audiences:\n")
	add := func(i int, rule string) {
		fmt.Fprintf(&b, "  - name: a%02d\n    rule: '%s'\n", i, rule)
		if i%5 == 0 {
			b.WriteString("    advertising: true\n")
		}
	}
	for i := range 40 {
		switch i % 5 {
		case 0:
			add(i, fmt.Sprintf(`traits.plan == "%s" && traits.age > %d`, plans[i/5%len(plans)], 20+i))
		case 1:
			add(i, fmt.Sprintf(`count("Product Viewed") >= %d`, 2+i))
		case 2:
			add(i, fmt.Sprintf(`traits.country in ["%s", "%s"] && count("Signed In") > %d`, countries[i/5%len(countries)], countries[(i/5+1)%len(countries)], i/10))
		case 3:
			add(i, fmt.Sprintf(`orders.count >= %d && orders.total > %d.00`, 1+i/10, 10*i))
		case 4:
			add(i, fmt.Sprintf(`count("Video Played") >= %d && !(traits.plan == "free")`, 1+i/5))
		}
	}
	for i := range 8 {
		names := []string{"Product Viewed", "Cart Viewed", "Product Added", "page"}
		add(40+i, fmt.Sprintf(`count("%s", "%dd") >= %d`, names[i%4], 1+i*4, 3+i))
	}
	add(48, `sequence("Cart Viewed", "order", "2h")`)
	add(49, `abandoned("Product Added", "order", "2h")`)
	b.WriteString("destinations:\n  - {name: ads, kind: csv, platform: meta}\n")
	if webhookURL != "" {
		fmt.Fprintf(&b, "  - {name: hook, kind: webhook, url: '%s', private: true, secrets: [ORRERY_BENCH_SECRET]}\n", webhookURL)
	}
	b.WriteString("lists:\n  - {code: X-01, destination: ads, audience: a05}\n")
	if webhookURL != "" {
		b.WriteString("  - {code: W-01, destination: hook, audience: a40}\nsubscriptions:\n  - {destination: hook, events: [hold.placed]}\n")
	}
	return b.String()
}
