package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/identify"
)

// lifeOfTwo is what two people do, each under names of their own: one knows the other only by the link that is tested.
func lifeOfTwo(r *rand.Rand, n int) []orrery.Touch {
	var out []orrery.Touch
	for i := range n {
		who := r.IntN(2)
		ids := names([]string{fmt.Sprintf("user_id:u%d", who), fmt.Sprintf("email:u%d@example.org", who), fmt.Sprintf("anonymous_id:b%d", who)}[r.IntN(3)])
		if r.IntN(3) == 0 {
			ids = names(fmt.Sprintf("user_id:u%d", who), fmt.Sprintf("email:u%d@example.org", who), fmt.Sprintf("anonymous_id:b%d", who))
		}
		t := orrery.Touch{Kind: orrery.Track, Name: "Product Viewed", Source: "shop", Trust: orrery.Server, Channel: "web", Identifiers: ids, MessageID: fmt.Sprint(i)}
		switch r.IntN(6) {
		case 0:
			t.Kind, t.Message = orrery.MessageTouch, &orrery.Message{Text: "sim", Order: fmt.Sprintf("u%d-%d", who, r.IntN(2))}
			t.Signals = &orrery.Signals{Engine: "sim", Intents: []orrery.Label{{Name: orrery.IntentComplaint, Confidence: 900}}}
		case 1, 2:
			t.Kind, t.Name = orrery.Identify, ""
			t.Consents = []orrery.ConsentClaim{{Purpose: []orrery.Purpose{orrery.Marketing, orrery.Advertising}[r.IntN(2)], Channel: orrery.AnyChannel,
				Answer: []orrery.ConsentAnswer{orrery.Granted, orrery.Refused}[r.IntN(2)], How: "form"}}
		}
		out = append(out, t)
	}
	return out
}

// distinctMatters tells each matter of a person once. A link that takes a name away from somebody makes two people of
// them while it holds, so a matter that both report has a case each; cases are what was decided then, and both stay.
func distinctMatters(told []string) []string {
	var out []string
	for _, line := range told {
		head, rest, _ := strings.Cut(line, "cases [")
		list, tail, _ := strings.Cut(rest, "]")
		words := strings.Fields(list) // matter, state, matter, state
		var kept []string
		for i := 0; i+1 < len(words); i += 2 {
			if matter := words[i] + " " + words[i+1]; !slices.Contains(kept, matter) {
				kept = append(kept, matter)
			}
		}
		out = append(out, head+"cases ["+strings.Join(kept, " ")+"]"+tail)
	}
	return out
}

func TestATakenBackLinkLeavesEverythingAsIfItHadNeverBeen(t *testing.T) {
	for seed := range uint64(rounds(40)) {
		seed += firstSeed()
		r := rand.New(rand.NewPCG(seed, 3))
		touches := lifeOfTwo(r, 40)
		touches[0].Identifiers, touches[1].Identifiers = names("user_id:u0"), names("user_id:u1", "email:u1@example.org") // both are known
		from, to := 3+r.IntN(12), 18+r.IntN(20)
		resolve := r.IntN(2) == 0
		var want []string
		for _, linked := range []bool{false, true} {
			h := newHouse(t)
			for i, x := range touches {
				h.now = time.Duration(i) * time.Hour
				x.At, x.Received = h.w.Clock(), h.w.Clock()
				if linked && i == from {
					h.drive(engine.Input{Command: identity(identify.Join{A: h.w.Find(orrery.UserID, "u0"), B: h.w.Find(orrery.Email, "u1@example.org"), By: mei})})
				}
				h.touch(x)
				if linked && i == to {
					j := h.judge()
					link := j.decisions[len(j.decisions)-1]
					h.drive(engine.Input{Command: identity(identify.Undo{Of: link.of, Link: link.link, By: mei})})
				}
				if resolve && i == 35 {
					for _, c := range h.judge().caseList {
						if h.judge().cases[c].Status == orrery.CaseOpen {
							h.drive(engine.Input{Command: engine.Care{Command: desk.ResolveCase{Case: c, By: mei}}})
						}
					}
				}
			}
			got := distinctMatters(told(h, h.judge()))
			if !linked {
				want = got
			} else if !slices.Equal(got, want) {
				t.Fatalf("seed %d: linked before touch %d, taken back after %d; with the link:\n%s\nwithout:\n%s", seed, from, to, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			h.end()
		}
	}
}

func identity(c identify.Command) engine.Command { return engine.Identity{Command: c} }
