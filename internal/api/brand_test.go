package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

func TestTheRadarIsReadInTheLanguageAskedForAndOnlyWithTheScope(t *testing.T) {
	s := newSite(t)
	a := s.wants(http.StatusOK, "GET", "/v1/radar?day=2026-11-23", reader, "", "Accept-Language", "zh-TW")
	if got := a.header.Get("Content-Language"); got != "zh-Hant" || a.field("sentences.0") != "2026-11-23：沒有人留言。" {
		t.Errorf("the page should be in traditional Chinese: %s, %s", got, a.body)
	}
	bad := s.wants(http.StatusBadRequest, "GET", "/v1/radar?day=yesterday", reader, "")
	if !strings.Contains(bad.body, "write it as 2026-11-24") {
		t.Errorf("a day that is none should be refused with how to write one: %s", bad.body)
	}
	for _, path := range []string{"/v1/radar", "/v1/alerts", "/v1/topics"} {
		s.wants(http.StatusForbidden, "GET", path, public, "")
		if a := s.wants(http.StatusOK, "GET", path, reader, ""); a.field("seq") == nil {
			t.Errorf("%s should say up to where it is true: %s", path, a.body)
		}
	}
}

func TestATopicIsToldInTheWordsOfItsExamplesAndOnlyOfPeopleWhoAreKnown(t *testing.T) {
	s := newSite(t)
	s.wants(http.StatusOK, "POST", "/v1/track", server, `{"type":"track","event":"message","userId":"ann","messageId":"1",
		"properties":{"text":"The checkout page fails, write to ann@example.com","channel":"email"}}`)
	ann := s.house.Workspace.Find(orrery.UserID, "ann")
	list, _, err := s.house.Workspace.Timeline(ann, engine.Cursor{}, 100)
	must(t, err)
	var touch orrery.TouchID
	for _, f := range list {
		if _, ok := f.Fact.(*orrery.TouchRecorded); ok {
			touch = orrery.TouchID(f.At.ID())
		}
	}
	topic := orrery.Topic{Term: "checkout page", Language: "en", People: 6, Examples: []orrery.Example{{Touch: touch, Fragment: ann}, {Touch: 77, Fragment: 77}}}
	_, seq, err := s.house.Workspace.Do(context.Background(), engine.Noticed{Facts: []orrery.Fact{&orrery.TopicEmerged{Topic: topic}}})
	must(t, err)
	facts, err := s.house.Workspace.Chunk(context.Background(), seq)
	must(t, err)
	said := facts[0].Fact.(*orrery.TopicEmerged)
	if len(said.Topic.Examples) != 1 || uint64(said.Topic.ID) != facts[0].At.ID() || said.Told == 0 {
		t.Fatalf("the fact should have an id, somebody nobody is to be told under, and no example of a stranger: %+v", said)
	}
	data, err := json.Marshal(said)
	must(t, err)
	told, err := s.house.Tell(context.Background(), "topic.emerged", string(data))
	must(t, err)
	if text := string(told); !strings.Contains(text, "The checkout page fails, write to [email]") || strings.Contains(text, "ann@example.com") {
		t.Errorf("the notice should hold the message with its address masked: %s", text)
	}
	a := s.wants(http.StatusOK, "GET", "/v1/topics?language=en", reader, "")
	if a.field("items.0.topic.term") != "checkout page" || a.field("items.0.examples.0.person") != ann.String() {
		t.Errorf("the topic is listed with its example: %s", a.body)
	}
	if plain, err := s.house.Tell(context.Background(), "hold.placed", `{"hold":1}`); err != nil || string(plain) != `{"hold":1}` {
		t.Errorf("other notices go as they are: %s (%v)", plain, err)
	}
	if _, _, err := s.house.Workspace.Do(context.Background(), engine.Noticed{Facts: []orrery.Fact{&orrery.PersonErased{}}}); err == nil {
		t.Error("the radar notices nothing but alerts and topics")
	}
}
