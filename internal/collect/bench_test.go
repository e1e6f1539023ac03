package collect_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
)

// mix writes batches of 100 events: 85 % track and page, 8 % identify, 3 % order, 3 % messages of 140 characters, ids
// that do not compress, about 508 bytes an event.
func mix(r *rand.Rand, count int) []byte {
	var b strings.Builder
	b.WriteString(`{"batch":[`)
	for i := range count {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(mixed(r, i))
	}
	b.WriteString(`],"writeKey":"k","sentAt":"2026-11-24T15:04:05.123Z"}`)
	return []byte(b.String())
}

func uuid(r *rand.Rand) string {
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", r.Uint32(), r.Uint32()&0xffff, r.Uint32()&0xfff, r.Uint32()&0xfff, r.Uint64()&0xffffffffffff)
}

const mixContext = `"context":{"library":{"name":"@segment/analytics-node","version":"2.1.3"},"locale":"de-DE","timezone":"Europe/Berlin","userAgent":"Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0"}`

func mixed(r *rand.Rand, i int) string {
	who := fmt.Sprintf(`"userId":"u%09d","anonymousId":%q`, r.IntN(1e6), uuid(r))
	if r.IntN(10) < 3 {
		who = fmt.Sprintf(`"anonymousId":%q`, uuid(r))
	}
	rest := fmt.Sprintf(`%s,"messageId":"node-next-1764000000000-%s","timestamp":"2026-11-24T15:04:%02d.%03dZ",%s`, who, uuid(r), r.IntN(60), r.IntN(1000), mixContext)
	switch k := r.IntN(100); {
	case k < 45:
		return fmt.Sprintf(`{"type":"track","event":"Product Viewed","properties":{"product_id":"p%06d","category":"shoes","price":%d.99,"currency":"EUR","position":%d},%s}`, r.IntN(1e6), r.IntN(200), r.IntN(10), rest)
	case k < 86:
		return fmt.Sprintf(`{"type":"page","name":"Home","properties":{"url":"https://shop.example.com/p/%d?from=mail","path":"/p/%d","title":"Shoes and more","referrer":""},%s}`, r.IntN(1e6), r.IntN(1e6), rest)
	case k < 94:
		return fmt.Sprintf(`{"type":"identify","traits":{"email":"person%d@example.com","firstName":"Ada","plan":"gold","visits":%d,"phone":"+4917%08d"},%s}`, r.IntN(1e6), r.IntN(100), r.IntN(1e8), rest)
	case k < 97:
		return fmt.Sprintf(`{"type":"track","event":"order","properties":{"order_id":"o%09d","total":%d.50,"currency":"EUR","products":[{"product_id":"p1","quantity":2,"price":19.99},{"sku":"s2","quantity":1,"price":5}]},%s}`, r.IntN(1e9), r.IntN(300), rest)
	default:
		return fmt.Sprintf(`{"type":"track","event":"message","properties":{"text":%q,"channel":"chat"},%s}`, strings.Repeat("I am waiting for my parcel. ", 5), rest)
	}
}

var server = collect.Source{Name: "shop", Trust: orrery.Server, DefaultChannel: "web", Region: "DE"}

func BenchmarkDecodeBatchesOf100(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	d := collect.New(collect.DefaultPolicy(), nil)
	var bodies [][]byte
	size := 0
	for range 32 {
		bodies = append(bodies, mix(r, 100))
		size += len(bodies[len(bodies)-1])
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		touches, rejected, err := d.Decode(&collect.Request{Call: collect.Batch, Body: bodies[i%32], Source: server, Received: 1764000000000})
		if err != nil || len(rejected) > 0 || len(touches) != 100 {
			b.Fatal(len(touches), rejected, err)
		}
	}
	b.ReportMetric(float64(size)/3200, "bytes/event")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/event")
}
