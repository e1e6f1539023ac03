package api_test

import (
	"context"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
	"github.com/orrery-cxm/orrery/internal/second"
)

// writer writes what it was asked, for the test to see.
type writer struct{ got provider.Writing }

func (w *writer) Ask(context.Context, provider.Question) (*provider.Opinion, provider.Usage, error) {
	return nil, provider.Usage{}, &provider.Failure{Say: "not asked here"}
}

func (w *writer) Write(_ context.Context, x provider.Writing) (string, provider.Usage, error) {
	w.got = x
	return "Hallo [email]", provider.Usage{Tokens: 10}, nil
}
func (w *writer) Close() error { return nil }

func TestAnAgentReadsAMessageInTheirLanguageAndGetsADraft(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", server, `{"userId":"ann","event":"message","messageId":"m1","properties":{"text":"hello, I am ann@example.com","channel":"chat"}}`)
	message := s.message("ann")
	address := "/v1/messages/" + message + "/"
	s.wants(404, "POST", address+"translation", staff, `{"to":"de"}`) // nobody writes
	w := &writer{}
	panel, err := second.Start(second.Options{House: s.house.Workspace, Dir: t.TempDir(), Mask: s.house.Listen.Mask, Now: func() time.Time { return s.house.Workspace.Clock().Time() },
		Build: func(provider.Provider) (second.Provider, error) { return w, nil }})
	must(t, err)
	t.Cleanup(func() { _ = panel.Close() })
	s.house.Second = panel
	s.wants(404, "POST", address+"translation", staff, `{"to":"de"}`) // the policy names no writer
	_, _, err = s.house.Workspace.Do(context.Background(), engine.ApplyPolicy{By: orrery.Actor{Name: "kim", Trust: orrery.Staff}, Text: testPolicy + `
second_opinion:
  providers: [{name: mind, kind: openai, url: "https://models.example/v1", model: small}]
  writer: mind
`})
	must(t, err)
	panel.Set(&s.house.Workspace.Policy().Second)

	a := s.wants(200, "POST", address+"translation", staff, `{"to":"de"}`)
	if a.text("text") != "Hallo [email]" || a.text("engine") != "mind/small" || a.text("language") != "de" || a.field("machine_made") != true {
		t.Errorf("the translation is marked as made by a machine: %s", a.body)
	}
	if w.got.Text != "hello, I am [email]" || w.got.To != "de" || w.got.Draft {
		t.Errorf("the writer got %+v", w.got)
	}
	s.wants(200, "POST", address+"draft", staff, `{"to":"en","note":"tell bob@example.com too"}`)
	if !w.got.Draft || w.got.Note != "tell [email] too" || w.got.Language != "en" {
		t.Errorf("the writer got %+v", w.got)
	}
	before := s.house.Workspace.Seq()
	s.wants(403, "POST", address+"draft", reader, `{"to":"en"}`)
	s.wants(404, "POST", "/v1/messages/tch_0000000000001/draft", staff, `{"to":"en"}`)
	s.wants(422, "POST", address+"draft", staff, `{"to":"en\nand more"}`)
	s.wants(422, "POST", "/v1/messages/per_1/draft", staff, `{"to":"en"}`)
	for seq := before + 1; seq <= s.house.Workspace.Seq(); seq++ {
		facts, err := s.house.Workspace.Chunk(context.Background(), seq)
		must(t, err)
		for _, f := range facts {
			if _, walk := f.Fact.(*orrery.BackfillMoved); !walk { // of the new policy, in its own time
				t.Errorf("nothing of what is written is recorded or sent, but chunk %d has %T", seq, f.Fact)
			}
		}
	}
}

func TestAMessageOfARestrictedPersonIsShownToNoProvider(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", server, `{"userId":"ann","event":"message","messageId":"m1","properties":{"text":"hello","channel":"chat"}}`)
	w := &writer{}
	panel, err := second.Start(second.Options{House: s.house.Workspace, Dir: t.TempDir(), Mask: s.house.Listen.Mask,
		Build: func(provider.Provider) (second.Provider, error) { return w, nil }})
	must(t, err)
	t.Cleanup(func() { _ = panel.Close() })
	s.house.Second = panel
	s.wants(200, "POST", "/v1/persons/user_id:ann/restriction", staff, "")
	s.wants(409, "POST", "/v1/messages/"+s.message("ann")+"/translation", staff, `{"to":"de"}`)
	if w.got.Text != "" {
		t.Errorf("the writer saw %q", w.got.Text)
	}
}

// message is the touch of the latest message of a user.
func (s *site) message(user string) string {
	s.Helper()
	entries, _, err := s.house.Workspace.Timeline(s.house.Workspace.Find(orrery.UserID, user), engine.Cursor{}, 50)
	must(s.T, err)
	for _, e := range entries {
		if f, ok := e.Fact.(*orrery.TouchRecorded); ok && f.Touch.Message != nil {
			return orrery.TouchID(e.At.ID()).String()
		}
	}
	s.Fatalf("%s wrote nothing", user)
	return ""
}
