package demo

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/orrery-cxm/orrery"
)

// Seed of everything that chance decides in the demo.
const Seed = 20251

// traffic is the life of the shop beside the stories: simulated people with simulated money.
type traffic struct {
	api    *client
	chance *rand.Rand
	next   int
}

// crowd is how many simulated people there are.
const crowd = 300

var shelf = []string{"phone-nova-9", "phone-nova-10", "phone-lumen", "tablet-aria", "watch-tide", "router-hill", "headphones-fern", "dress-spring"}

var languages = []struct {
	locale, zone, country string
	names                 []string
}{
	{"en-GB", "Europe/London", "GB", []string{"Alice", "Ben", "Chloe", "Dev", "Emma", "Finn"}},
	{"zh-CN", "Asia/Shanghai", "CN", []string{"静怡", "浩然", "欣妍", "子轩"}},
	{"zh-TW", "Asia/Taipei", "TW", []string{"怡君", "志豪", "佩珊", "冠廷"}},
	{"ar-EG", "Africa/Cairo", "EG", []string{"مريم", "يوسف", "سارة", "عمر"}},
}

func newTraffic(c *client) *traffic {
	return &traffic{api: c, chance: rand.New(rand.NewPCG(Seed, 1))}
}

// opening makes the crowd known, and gives everybody something to do.
func (t *traffic) opening(ctx context.Context) (seq orrery.Seq, err error) {
	const size = 100
	var batch []object
	for i := range crowd {
		batch = append(batch, t.arrive(i), t.look(i), t.look(i))
		if i%3 == 0 {
			batch = append(batch, t.buy(i))
		}
		if len(batch) >= size || i == crowd-1 {
			if seq, err = t.send(ctx, batch); err != nil {
				return 0, err
			}
			batch = nil
		}
	}
	return seq, nil
}

// run goes on until the context ends: about ten events a second.
func (t *traffic) run(ctx context.Context) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		batch := []object{t.look(t.anybody()), t.look(t.anybody())}
		if t.chance.IntN(5) == 0 {
			batch = append(batch, t.buy(t.anybody()))
		}
		if _, err := t.send(ctx, batch); err != nil && ctx.Err() == nil {
			slog.Warn("simulated traffic was not taken", "error", err)
		}
	}
}

// anybody is somebody of the crowd, some of them more often than others.
func (t *traffic) anybody() int { return t.chance.IntN(1 + t.chance.IntN(crowd)) }

func (t *traffic) send(ctx context.Context, batch []object) (orrery.Seq, error) {
	return t.api.track(ctx, t.api.keys.Shop, "batch", object{"batch": batch})
}

func (t *traffic) id() string {
	t.next++
	return fmt.Sprintf("sim-%d", t.next)
}

func user(i int) string { return fmt.Sprintf("sim-%03d", i) }

func (t *traffic) arrive(i int) object {
	l := languages[i%len(languages)]
	return object{"type": "identify", "messageId": t.id(), "userId": user(i),
		"traits": object{"firstName": l.names[t.chance.IntN(len(l.names))], "email": user(i) + "@example.com", "country": l.country, "simulated": true},
		"context": object{"locale": l.locale, "timezone": l.zone,
			"consent": object{"categoryPreferences": object{"marketing": t.chance.IntN(10) < 7, "advertising": t.chance.IntN(10) < 6}}}}
}

func (t *traffic) look(i int) object {
	return object{"type": "track", "messageId": t.id(), "userId": user(i), "event": "Product Viewed", "properties": object{"product_id": shelf[t.chance.IntN(len(shelf))]}}
}

// buy is an order in XTS, the currency code that ISO 4217 keeps for tests: nobody can take it for real money.
func (t *traffic) buy(i int) object {
	return object{"type": "track", "messageId": t.id(), "userId": user(i), "event": "order", "properties": object{
		"order_id": fmt.Sprintf("sim-order-%d", t.next), "status": "paid", "currency": "XTS", "simulated": true,
		"total": 20 + t.chance.IntN(180), "products": []object{{"product_id": shelf[t.chance.IntN(len(shelf))], "quantity": 1}}}}
}
