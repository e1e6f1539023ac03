package bench

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// Workload makes batches of the tracking API as a busy brand sends them. The mix: 85 % track and page calls, 8 %
// identify, 3 % orders, 3 % messages of 140 characters, 1 % duplicates of which half are over an hour old (they come
// from the preload), 0.5 % of events that join two people, 30 % by people who are not known. Ids do not compress.
// Equal seeds make equal batches.
type Workload struct {
	People   int     // known people, who each have a user id and an e-mail address
	Skew     float64 // of how often people come back: the exponent of a Zipf law, 0 for uniform
	Seed     uint64
	Messages float64 // share of messages; 0.03 when zero
	Start    time.Time

	rng    *rand.Rand
	zipf   *zipf
	number uint64
	recent [][16]byte
}

// Open makes the workload ready. Several generators of one workload take different seeds.
func (w *Workload) Open() {
	w.rng = rand.New(rand.NewPCG(w.Seed, 0x0bbe))
	if w.Messages == 0 {
		w.Messages = 0.03
	}
	if w.Skew > 0 {
		w.zipf = newZipf(w.Skew, w.People)
	}
}

// PreloadBatch is the batch that makes n people known, from the first-th on: an identify call each.
func (w *Workload) PreloadBatch(b []byte, first, n int) []byte {
	b = append(b, `{"batch":[`...)
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		who := first + i
		b = append(b, `{"type":"identify","messageId":"`...)
		b = appendUUID(b, preloadID(uint64(who)))
		b = append(b, `","userId":"`...)
		b = appendUser(b, who)
		b = append(b, `","traits":{"email":"`...)
		b = appendUser(b, who)
		b = append(b, `@example.com","firstName":"Name`...)
		b = strconv.AppendInt(b, int64(who%5000), 10)
		b = append(b, `","plan":"`...)
		b = append(b, plans[who%len(plans)]...)
		b = append(b, `","country":"`...)
		b = append(b, countries[who%len(countries)]...)
		b = append(b, `","age":`...)
		b = strconv.AppendInt(b, int64(18+who%60), 10)
		b = append(b, '}')
		if who%3 == 0 {
			b = append(b, `,"context":{"consent":{"categoryPreferences":{"Advertising":true,"Marketing":true}}}`...)
		}
		b = append(b, '}')
	}
	return w.close(b)
}

// close ends a batch with the context and the moment that client libraries send.
func (w *Workload) close(b []byte) []byte {
	b = append(b, `],"context":{"library":{"name":"analytics.js","version":"4.2.0"}},"sentAt":"`...)
	b = w.now().AppendFormat(b, time.RFC3339Nano)
	return append(b, `"}`...)
}

func (w *Workload) now() time.Time {
	if w.Start.IsZero() {
		return time.Now().UTC()
	}
	return w.Start
}

// Batch is the next batch of n events.
func (w *Workload) Batch(b []byte, n int) []byte {
	b = append(b, `{"batch":[`...)
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = w.Event(b)
	}
	return w.close(b)
}

var (
	plans     = []string{"free", "basic", "pro", "enterprise"}
	countries = []string{"DE", "FR", "US", "CN", "SA", "JP", "BR"}
	events    = []string{"Product Viewed", "Product Viewed", "Product Viewed", "Product List Viewed", "Cart Viewed", "Product Added", "Signed In", "Video Played"}
	pages     = []string{"Home", "Pricing", "Product", "Support", "Checkout"}
	messages  = []string{
		"My order is two weeks late and nobody answers my emails. I have called four times and been put on hold for an hour each. This is unacceptable",
		"Hello, could you please tell me whether the blue jacket will be back in stock in size M before the end of the month? Thank you very much in advance",
		"Thank you so much for the quick help yesterday, the agent was patient and kind and everything works perfectly now. I will happily order again",
		"我的订单已经两个星期了还没有到，客服电话一直没人接，发了好几封邮件也没有回复，真的非常失望，请尽快处理并且退款，谢谢，否则我要投诉到底了，再也不会来买了",
	}
)

// Event appends the next event.
func (w *Workload) Event(b []byte) []byte {
	w.number++
	id := w.newID()
	if w.rng.Float64() < 0.01 {
		id = w.duplicateID()
	}
	r := w.rng.Float64()
	switch {
	case r < 0.08:
		return w.identify(b, id)
	case r < 0.11:
		return w.order(b, id)
	case r < 0.11+w.Messages:
		return w.message(b, id)
	case r < 0.40:
		return w.page(b, id)
	}
	return w.track(b, id)
}

func (w *Workload) newID() [16]byte {
	var id [16]byte
	binary.LittleEndian.PutUint64(id[:8], w.rng.Uint64())
	binary.LittleEndian.PutUint64(id[8:], w.rng.Uint64())
	if len(w.recent) < 4096 {
		w.recent = append(w.recent, id)
	} else {
		w.recent[w.rng.IntN(len(w.recent))] = id
	}
	return id
}

// duplicateID is an id that was sent before: lately, or in the preload.
func (w *Workload) duplicateID() [16]byte {
	if w.rng.IntN(2) == 0 && len(w.recent) > 1 {
		return w.recent[w.rng.IntN(len(w.recent)-1)]
	}
	return preloadID(uint64(w.rng.IntN(w.People)))
}

// preloadID is the message id of a person's preload: it looks random and is known.
func preloadID(who uint64) [16]byte {
	r := rand.New(rand.NewPCG(who, 0xd0b1e))
	var id [16]byte
	binary.LittleEndian.PutUint64(id[:8], r.Uint64())
	binary.LittleEndian.PutUint64(id[8:], r.Uint64())
	return id
}

// person draws who comes back.
func (w *Workload) person() int {
	if w.zipf == nil {
		return w.rng.IntN(w.People)
	}
	// Ranks are spread over the people, so that the frequent ones do not lie side by side.
	return int(uint64(w.zipf.draw(w.rng)) * 2654435761 % uint64(w.People))
}

// who appends the identifiers: 30 % are people who are not known; known people also show the browser they use.
func (w *Workload) who(b []byte) []byte {
	if w.rng.Float64() < 0.30 {
		b = append(b, `"anonymousId":"`...)
		b = appendUUID(b, anonymousID(uint64(w.person()), 1+uint64(w.rng.IntN(2))))
		return append(b, '"')
	}
	p := w.person()
	b = append(b, `"userId":"`...)
	b = appendUser(b, p)
	b = append(b, `","anonymousId":"`...)
	b = appendUUID(b, anonymousID(uint64(p), 0))
	return append(b, '"')
}

// anonymousID is a browser of a person: 0 is the one in which they are signed in.
func anonymousID(who, browser uint64) [16]byte {
	r := rand.New(rand.NewPCG(who, 0xa0000+browser))
	var id [16]byte
	binary.LittleEndian.PutUint64(id[:8], r.Uint64())
	binary.LittleEndian.PutUint64(id[8:], r.Uint64())
	return id
}

func (w *Workload) open(b []byte, kind string, id [16]byte) []byte {
	b = append(b, `{"type":"`...)
	b = append(b, kind...)
	b = append(b, `","messageId":"`...)
	b = appendUUID(b, id)
	b = append(b, `","timestamp":"`...)
	b = w.now().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `",`...)
	return b
}

const browserContext = `,"context":{"userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36","locale":"de-DE","timezone":"Europe/Berlin","page":{"path":"/p","url":"https://shop.example/p"}}`

func (w *Workload) track(b []byte, id [16]byte) []byte {
	b = w.open(b, "track", id)
	b = w.who(b)
	b = append(b, `,"event":"`...)
	b = append(b, events[w.rng.IntN(len(events))]...)
	b = append(b, `","properties":{"product_id":"sku-`...)
	b = strconv.AppendInt(b, int64(w.rng.IntN(20000)), 10)
	b = append(b, `","price":`...)
	b = strconv.AppendInt(b, int64(5+w.rng.IntN(400)), 10)
	b = append(b, `,"session":"`...)
	b = appendUUID(b, w.random())
	b = append(b, `"}`...)
	return append(append(b, browserContext...), '}')
}

func (w *Workload) page(b []byte, id [16]byte) []byte {
	b = w.open(b, "page", id)
	b = w.who(b)
	b = append(b, `,"name":"`...)
	b = append(b, pages[w.rng.IntN(len(pages))]...)
	b = append(b, `","properties":{"url":"https://shop.example/?ref=`...)
	b = appendUUID(b, w.random())
	b = append(b, `","title":"A page of the shop"}`...)
	return append(append(b, browserContext...), '}')
}

// identify tells traits. One in sixteen (0.5 % of all events) joins two people: somebody signs in, in a browser in which
// they were not known before.
func (w *Workload) identify(b []byte, id [16]byte) []byte {
	b = w.open(b, "identify", id)
	p := w.person()
	b = append(b, `"userId":"`...)
	b = appendUser(b, p)
	b = append(b, `","anonymousId":"`...)
	browser := uint64(0)
	if w.rng.IntN(16) == 0 {
		browser = 1 + uint64(w.rng.IntN(2))
	}
	b = appendUUID(b, anonymousID(uint64(p), browser))
	plan := plans[p%len(plans)]
	if w.rng.IntN(50) == 0 { // people change their plan now and then, not at each call
		plan = plans[w.rng.IntN(len(plans))]
	}
	b = append(b, `","traits":{"plan":"`...)
	b = append(b, plan...)
	b = append(b, `","logins":`...)
	b = strconv.AppendInt(b, int64(w.rng.IntN(1000)), 10)
	b = append(b, `}`...)
	return append(append(b, browserContext...), '}')
}

func (w *Workload) order(b []byte, id [16]byte) []byte {
	b = w.open(b, "track", id)
	b = append(b, `"userId":"`...)
	b = appendUser(b, w.person())
	b = append(b, `","event":"Order Completed","properties":{"order_id":"`...)
	b = appendUUID(b, w.random())
	b = append(b, `","total":`...)
	b = strconv.AppendInt(b, int64(10+w.rng.IntN(300)), 10)
	b = append(b, `.50,"currency":"EUR","products":[{"product_id":"sku-`...)
	b = strconv.AppendInt(b, int64(w.rng.IntN(20000)), 10)
	b = append(b, `","quantity":1,"price":19.90}]}`...)
	return append(append(b, browserContext...), '}')
}

func (w *Workload) message(b []byte, id [16]byte) []byte {
	b = w.open(b, "track", id)
	b = append(b, `"userId":"`...)
	b = appendUser(b, w.person())
	b = append(b, `","event":"message","properties":{"channel":"email","text":"`...)
	// One message in ten complains, as in a brand's mailbox on an ordinary day.
	text := messages[1+w.rng.IntN(2)]
	if w.rng.IntN(10) == 0 {
		text = messages[3*w.rng.IntN(2)]
	}
	b = append(b, text...)
	b = append(b, `"}`...)
	return append(append(b, browserContext...), '}')
}

func (w *Workload) random() [16]byte {
	var id [16]byte
	binary.LittleEndian.PutUint64(id[:8], w.rng.Uint64())
	binary.LittleEndian.PutUint64(id[8:], w.rng.Uint64())
	return id
}

func appendUser(b []byte, who int) []byte {
	// A user id as brands have them: it does not compress much.
	return fmt.Appendf(b, "u%016x", uint64(who)*0x9e3779b97f4a7c15)
}

const hexDigits = "0123456789abcdef"

func appendUUID(b []byte, id [16]byte) []byte {
	for i, x := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b = append(b, '-')
		}
		b = append(b, hexDigits[x>>4], hexDigits[x&15])
	}
	return b
}

// zipf draws ranks by a Zipf law with any exponent above 0, by the rejection-inversion of Hörmann and Derflinger (1996).
type zipf struct {
	n            float64
	exponent     float64
	hx1, hn, hxs float64
}

func newZipf(exponent float64, n int) *zipf {
	z := &zipf{n: float64(n), exponent: exponent}
	z.hx1 = z.h(1.5) - 1
	z.hn = z.h(z.n + 0.5)
	z.hxs = 2 - z.hInverse(z.h(2.5)-math.Pow(2, -exponent))
	return z
}

func (z *zipf) h(x float64) float64 {
	if z.exponent == 1 {
		return math.Log(x)
	}
	return (math.Pow(x, 1-z.exponent) - 1) / (1 - z.exponent)
}

func (z *zipf) hInverse(x float64) float64 {
	if z.exponent == 1 {
		return math.Exp(x)
	}
	return math.Pow(1+x*(1-z.exponent), 1/(1-z.exponent))
}

// draw is a rank from 0.
func (z *zipf) draw(r *rand.Rand) int {
	for {
		u := z.hn + r.Float64()*(z.hx1-z.hn)
		x := z.hInverse(u)
		k := math.Max(1, math.Min(z.n, math.Floor(x+0.5)))
		if k-x <= z.hxs || u >= z.h(k+0.5)-math.Pow(k, -z.exponent) {
			return int(k) - 1
		}
	}
}
