package kill

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

const policy = `
audiences:
  - {name: everyone, rule: 'touches >= 1', advertising: true}
destinations:
  - {name: hook, kind: webhook, url: '%s', private: true, secrets: [ORRERY_KILL_SECRET]}
lists:
  - {code: K-01, destination: hook, audience: everyone}
subscriptions:
  - {destination: hook, events: [case.opened]}
`

// client sends batches and keeps those that were not acknowledged, to send them again with the same message ids.
type client struct {
	key     string
	number  int
	rand    *rand.Rand
	sent    int
	waiting []string
	acked   []string // message ids
}

// batch is some events of a few people, one in ten of them a complaint.
func (c *client) batch() string {
	var b strings.Builder
	b.WriteString(`{"batch":[`)
	for i := range 20 {
		if i > 0 {
			b.WriteByte(',')
		}
		c.sent++
		id, user := fmt.Sprintf("c%d-%d", c.number, c.sent), fmt.Sprintf("u%d-%d", c.number, c.rand.IntN(40))
		switch c.rand.IntN(10) {
		case 0:
			fmt.Fprintf(&b, `{"type":"track","event":"message","messageId":"%s","userId":"%s","properties":{"channel":"email","text":"It broke again and nobody answers. This is terrible service, I want my money back!"}}`, id, user)
		case 1, 2, 3:
			fmt.Fprintf(&b, `{"type":"identify","messageId":"%s","userId":"%s","traits":{"email":"%s@example.com"},"context":{"consent":{"categoryPreferences":{"advertising":true}}}}`, id, user, user)
		default:
			fmt.Fprintf(&b, `{"type":"track","event":"Product Viewed","messageId":"%s","userId":"%s","properties":{"product_id":"p%d"}}`, id, user, i)
		}
	}
	b.WriteString(`]}`)
	return b.String()
}

// send sends the batch that waits, or a new one. It fails when the server broke off in the middle: then the batch waits to
// be sent again.
func (c *client) send(ctx context.Context, address string) (acknowledged bool, err error) {
	if len(c.waiting) == 0 {
		c.waiting = append(c.waiting, c.batch())
	}
	body := c.waiting[0]
	status, _, err := post(ctx, address, c.key, body)
	if err != nil || status != 200 {
		return false, err
	}
	c.waiting = c.waiting[1:]
	for _, part := range strings.Split(body, `"messageId":"`)[1:] {
		c.acked = append(c.acked, part[:strings.IndexByte(part, '"')])
	}
	return true, nil
}

// run sends until the server breaks off.
func (c *client) run(address string, acknowledged *atomic.Int64) {
	for {
		ok, err := c.send(context.Background(), address)
		if err != nil {
			return
		}
		if ok {
			acknowledged.Add(1)
		}
	}
}

func kills() int {
	if n, err := strconv.Atoi(os.Getenv("ORRERY_KILLS")); err == nil {
		return n
	}
	if testing.Short() {
		return 2
	}
	return 5
}

func TestKilledAtAnyMomentItLosesNothingAndCountsNothingTwice(t *testing.T) {
	hook := newReceiver()
	receiver := httptest.NewServer(hook)
	defer receiver.Close()
	data := t.TempDir()
	policyFile := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(policyFile, []byte(fmt.Sprintf(policy, receiver.URL)), 0o600); err != nil {
		t.Fatal(err)
	}
	key := newKey(t, data)
	seed := uint64(time.Now().UnixNano())
	chance := rand.New(rand.NewPCG(seed, 0))
	var clients []*client
	for i := range 4 {
		clients = append(clients, &client{key: key, number: i, rand: rand.New(rand.NewPCG(seed, uint64(i+1)))})
	}
	for range kills() {
		s := start(t, data, "--policy", policyFile)
		s.ready()
		var acknowledged atomic.Int64
		var wait sync.WaitGroup
		for _, c := range clients {
			wait.Go(func() { c.run(s.address, &acknowledged) })
		}
		wanted := 5 + chance.Int64N(40)
		until(t, fmt.Sprintf("%d acknowledged batches", wanted), func() bool { return acknowledged.Load() >= wanted })
		hook.agree()
		time.AfterFunc(time.Duration(chance.IntN(50_000))*time.Microsecond, func() { _ = s.cmd.Process.Kill() })
		<-s.ended
		wait.Wait()
	}

	// What was not acknowledged is sent again; then everything that waits goes out.
	s := start(t, data, "--policy", policyFile)
	s.ready()
	for _, c := range clients {
		for len(c.waiting) > 0 {
			if _, err := c.send(context.Background(), s.address); err != nil {
				t.Fatalf("sending again what was not acknowledged: %v\n%s", err, &s.said)
			}
		}
	}
	until(t, "everything that waits for the receiver is delivered", func() bool { return waits(t, s.address) == 0 })
	s.stop()

	if out, ok := command(t, data, "verify"); !ok || !strings.Contains(out, "0 differences") {
		t.Errorf("after %d kills the state is not what the log says: %s", kills(), out)
	}
	judge(t, data, hook, clients)
	t.Logf("%d kills, %d events acknowledged, %d deliveries, %d of them came again", kills(), count(clients), len(hook.seen), hook.again)
}

func count(clients []*client) (n int) {
	for _, c := range clients {
		n += len(c.acked)
	}
	return n
}

// judge reads the log and compares it with what was acknowledged and with what the receiver got.
func judge(t *testing.T, data string, hook *receiver, clients []*client) {
	t.Helper()
	w, err := engine.Open(context.Background(), engine.Options{Dir: filepath.Join(data, "main"), Workspace: "main"})
	if err != nil {
		t.Fatalf("opening what was left: %v", err)
	}
	defer w.Kill()
	times, effects, desired := map[string]int{}, map[string]string{}, map[string]member{}
	err = w.ReadLog(context.Background(), 0, func(b engine.Batch) error {
		for _, x := range b.Facts {
			switch f := x.Fact.(type) {
			case *orrery.TouchRecorded:
				times[f.Touch.MessageID]++
			case *orrery.EffectRequested:
				effects["main_"+f.Effect.ID.String()] = f.Effect.Type
			case *orrery.PushRequested:
				desired[string(f.Audience)+" "+f.Fragment.String()] = member{f.Push.String(), f.Version}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("reading the log: %v", err)
	}
	for _, c := range clients {
		for _, id := range c.acked {
			if times[id] != 1 {
				t.Errorf("event %s was acknowledged and stands %d times in the log", id, times[id])
			}
		}
	}
	for id, n := range times {
		if n > 1 {
			t.Errorf("event %s counts %d times", id, n)
		}
	}
	hook.mu.Lock()
	defer hook.mu.Unlock()
	for _, say := range hook.wrong {
		t.Error(say)
	}
	for id, kind := range effects {
		if hook.seen[id] != kind {
			t.Errorf("effect %s (%s) never arrived", id, kind)
		}
	}
	for id, kind := range hook.seen {
		if kind != "audience.changes" && effects[id] == "" {
			t.Errorf("the receiver got %s (%s), which nobody asked for", id, kind)
		}
	}
	removals := 0
	for key, want := range desired {
		if want.op == "remove" {
			removals++
		}
		if got := hook.members[key]; got != want {
			t.Errorf("the receiver has %+v of %s; it should have %+v", got, key, want)
		}
	}
	if removals == 0 || len(effects) == 0 {
		t.Errorf("nothing was put to the test: %d removals, %d effects", removals, len(effects))
	}
}
