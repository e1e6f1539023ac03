package engine

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

func TestEveryKindOfFactHasItsStructAndAnUnknownOneStopsTheReader(t *testing.T) {
	for kind := orrery.KindTouchRecorded; kind <= orrery.KindViewsRestored; kind++ {
		if f, err := newFact(kind); err != nil || f.Kind() != kind {
			t.Errorf("kind %d makes %T (%v)", kind, f, err)
		}
	}
	_, err := decodeFact(orrery.KindViewsRestored+1, nil)
	if err == nil || !strings.Contains(err.Error(), "written by a newer one") {
		t.Errorf("a fact of a kind from the future must be refused; the answer is %v", err)
	}
}

func TestATouchComesBackFromTheLogAsItWas(t *testing.T) {
	text := rapid.StringN(0, 8, 20)
	identifiers := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) orrery.Identifier {
		return orrery.Identifier{Namespace: orrery.Namespace(text.Draw(t, "namespace")), Value: text.Draw(t, "value"), Proven: rapid.Bool().Draw(t, "proven")}
	}), 0, 3)
	maybe := func(t *rapid.T, name string) bool { return rapid.Bool().Draw(t, name) }
	rapid.Check(t, func(t *rapid.T) {
		f := &orrery.TouchRecorded{Anchor: orrery.FragmentID(rapid.Uint64().Draw(t, "anchor")), Person: orrery.FragmentID(rapid.Uint64().Draw(t, "person"))}
		x := &f.Touch
		*x = orrery.Touch{Kind: orrery.TouchKind(rapid.IntRange(1, 13).Draw(t, "kind")), Name: text.Draw(t, "name"), MessageID: text.Draw(t, "id"),
			Source: orrery.SourceName(text.Draw(t, "source")), Trust: orrery.Trust(rapid.IntRange(1, 4).Draw(t, "trust")),
			At: orrery.Instant(rapid.Int64Range(-1<<50, 1<<50).Draw(t, "at")), Received: orrery.Instant(rapid.Int64Range(0, 1<<50).Draw(t, "received")),
			Historical: maybe(t, "historical"), Channel: orrery.Channel(text.Draw(t, "channel")), Identifiers: identifiers.Draw(t, "identifiers"),
			Alias: identifiers.Draw(t, "alias"), Properties: text.Draw(t, "properties"), Product: text.Draw(t, "product"), Locale: text.Draw(t, "locale"),
			Zone: text.Draw(t, "zone"), Account: orrery.AccountID(text.Draw(t, "account")), Campaign: text.Draw(t, "campaign")}
		if maybe(t, "traits") {
			x.Traits = []orrery.Trait{{Name: text.Draw(t, "trait"), Value: text.Draw(t, "value"), Origin: orrery.ZeroParty}}
		}
		if maybe(t, "consents") {
			x.Consents = []orrery.ConsentClaim{{Purpose: orrery.Marketing, Channel: "email", Answer: orrery.Refused, How: text.Draw(t, "how")}}
		}
		if maybe(t, "message") {
			x.Message = &orrery.Message{Text: text.Draw(t, "text"), Public: true, Affected: identifiers.Draw(t, "affected")}
		}
		if maybe(t, "survey") {
			x.Survey = &orrery.SurveyAnswer{Survey: text.Draw(t, "survey"), Score: -3, Scale: 5}
		}
		if maybe(t, "order") {
			x.Order = &orrery.Order{ID: text.Draw(t, "order"), Total: orrery.Money{Minor: rapid.Int64().Draw(t, "minor"), Currency: "EUR"},
				Lines: []orrery.OrderLine{{Product: text.Draw(t, "product"), Quantity: 2}}}
		}
		if maybe(t, "sent") {
			x.Sent = &orrery.SentMessage{Class: orrery.Commercial, Theme: text.Draw(t, "theme")}
		}
		if maybe(t, "signals") {
			x.Signals = &orrery.Signals{Engine: text.Draw(t, "engine"), Confidence: 900, Intents: []orrery.Label{{Name: "x", Confidence: 3}}}
		}
		var w wire.Writer
		if err := encodeFact(&w, f); err != nil {
			t.Fatal(err)
		}
		back, err := decodeFact(orrery.KindTouchRecorded, w.B)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(f, back.(*orrery.TouchRecorded), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("the touch comes back as another (-was +is):\n%s", diff)
		}
		for _, cut := range []int{0, len(w.B) / 2, len(w.B) - 1} {
			if _, err := decodeFact(orrery.KindTouchRecorded, w.B[:cut]); err == nil {
				t.Fatalf("a touch cut to %d of %d bytes is taken for a whole one", cut, len(w.B))
			}
		}
	})
}

// chunkOf makes the body of a chunk.
func chunkOf(t testing.TB, facts ...orrery.Fact) []byte {
	t.Helper()
	enc, err := newEncoder()
	if err != nil {
		t.Fatal(err)
	}
	var c chunkWriter
	for i, f := range facts {
		if _, _, err := c.add(orrery.Stamp{Seq: 9, Index: uint32(len(facts) - i)}, f); err != nil {
			t.Fatal(err)
		}
	}
	return c.seal(nil, enc, 12345)
}

func TestAChunkComesBackWithThePlacesOfItsFacts(t *testing.T) {
	body := chunkOf(t, &orrery.ApologyDue{Fragment: 5, Since: 3}, &orrery.PolicyApplied{Version: 2, Text: "x"})
	dec, err := newDecoder()
	if err != nil {
		t.Fatal(err)
	}
	at, facts, err := decodeChunk(dec, 9, 1, body)
	if err != nil || at != 12345 || len(facts) != 2 {
		t.Fatalf("chunk time %d, %d facts (%v)", at, len(facts), err)
	}
	if facts[0].at != (orrery.Stamp{Incarnation: 1, Seq: 9, Index: 2, Time: 12345}) || facts[1].at.Index != 1 {
		t.Errorf("places: %+v and %+v", facts[0].at, facts[1].at)
	}
	body[0] = chunkFormat + 1
	if _, _, err := decodeChunk(dec, 9, 1, body); err == nil || !strings.Contains(err.Error(), "unknown to this version") {
		t.Errorf("a chunk of another format must be refused; the answer is %v", err)
	}
}

func FuzzDecodeChunk(f *testing.F) {
	whole := chunkOf(f, &orrery.ApologyDue{Fragment: 5, Since: 3}, &orrery.TouchRecorded{Touch: orrery.Touch{Kind: orrery.Track, Name: "x", Order: &orrery.Order{ID: "o"}}})
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte{chunkFormat})
	dec, err := newDecoder()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, facts, err := decodeChunk(dec, 1, 1, b); err == nil {
			for i := range facts {
				if facts[i].fact == nil {
					t.Fatal("a chunk that decodes holds no empty places")
				}
			}
		}
	})
}

// FuzzDecodeFact leaves out the compression, so that the fuzzer reaches the facts.
func FuzzDecodeFact(f *testing.F) {
	var w wire.Writer
	_ = encodeFact(&w, &orrery.TouchRecorded{Touch: orrery.Touch{Kind: orrery.Track, Name: "x", Order: &orrery.Order{ID: "o"}, Alias: []orrery.Identifier{{Value: "v"}}}})
	f.Add(uint16(orrery.KindTouchRecorded), w.B)
	f.Add(uint16(orrery.KindHoldPlaced), []byte{0xa0})
	f.Fuzz(func(t *testing.T, kind uint16, b []byte) {
		fact, err := decodeFact(orrery.FactKind(kind), b)
		if err != nil {
			return
		}
		var w wire.Writer
		if err := encodeFact(&w, fact); err != nil {
			t.Fatalf("a %T that was read does not write: %v", fact, err)
		}
		again, err := decodeFact(orrery.FactKind(kind), w.B)
		if err != nil {
			t.Fatalf("a %T that was read and written does not read again: %v", fact, err)
		}
		if diff := cmp.Diff(fact, again, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("a %T reads as another: %s", fact, diff)
		}
	})
}

func TestWrongPoliciesAreRefusedWithLineAndField(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"audiences:\n  - name: runners\n    rule: count(\"x\") >= 1\n  - name: Runners\n    rule: known\n", `line 4: audiences[1].name: "Runners" is no name: use lower-case letters, digits, - and _`},
		{"audiences:\n  - name: a\n    rule: known\n  - name: a\n    rule: known\n", `line 4: audiences[1].name: "a" stands twice`},
		{"audiences:\n  - name: a\n    excludes: true\n    rule: known\n", "line 4: audiences[0].rule: an audience that excludes takes no rule: it holds everybody whom the gate bars"},
		{"# first\n\ndestinations:\n  - name: hook\n    kind: pigeon\n", `line 5: destinations[0].kind: "pigeon" is none of webhook, csv`},
		{"destinations:\n  - name: hook\n    kind: webhook\n    url: http://a.example\n    secrets: [S]\n", `line 4: destinations[0].url: "http://a.example": an https address is needed (http only with private: true)`},
		{"destinations:\n  - name: hook\n    kind: webhook\n    url: https://a.example\n", "line 2: destinations[0].secrets: missing: name the environment variable or file that holds the signing secret (whsec_...)"},
		{"destinations:\n  - name: f\n    kind: csv\n    platform: myspace\n", `line 4: destinations[0].platform: "myspace" is none of google, meta, x`},
		{"channels:\n  - channel: email\n    destination: nowhere\n", `line 3: channels[0].destination: there is no destination "nowhere"; the policy has []`},
	} {
		_, err := ParsePolicy(c.text)
		if err == nil || err.Error() != c.want || orrery.KindOf(err) != orrery.KindInvalid {
			t.Errorf("the policy\n%s\nis refused with\n  %v\nnot with\n  %s", c.text, err, c.want)
		}
	}
	for text, part := range map[string]string{
		"audiences:\n  - name: a\n    rule: count(\"x\" >= 1\n": "line 3: audiences[0].rule (a):",
		"audiences:\n  - name: a\n    colour: red\n":            `unknown field "colour"`,
		"audiences: [\n":                 "[1:",
		strings.Repeat("#", maxPolicy+1): fmt.Sprintf("the policy has %d bytes", maxPolicy+1),
	} {
		if _, err := ParsePolicy(text); err == nil || !strings.Contains(err.Error(), part) || orrery.KindOf(err) != orrery.KindInvalid {
			t.Errorf("the policy\n%.60s\nis refused with %v, which does not say %s", text, err, part)
		}
	}
}
