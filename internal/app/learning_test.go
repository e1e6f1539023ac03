package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/app"
	"github.com/orrery-cxm/orrery/internal/govern"
)

// classroom is a served workspace with an agent who corrects.
type classroom struct {
	*testing.T
	data, shop, care string
	house            *app.House
	url              string
	end              func()
	next             int
}

func newClassroom(t *testing.T) *classroom {
	c := &classroom{T: t, data: t.TempDir()}
	c.end = func() {}
	dir := filepath.Join(c.data, "main")
	for _, k := range []struct {
		secret *string
		key    govern.Key
	}{
		{&c.shop, govern.Key{Source: "shop", Trust: orrery.Server, Scopes: []govern.Scope{govern.Write}, Channel: "web"}},
		{&c.care, govern.Key{Source: "care-desk", Trust: orrery.Staff, Scopes: []govern.Scope{govern.Read, govern.Care, govern.Govern}}},
	} {
		secret, _, err := app.CreateKey(dir, k.key, orrery.InstantOf(time.Now()))
		if err != nil {
			t.Fatal(err)
		}
		*k.secret = secret.Reveal()
	}
	c.open()
	t.Cleanup(func() { c.end() })
	return c
}

// open opens the workspace and serves it.
func (c *classroom) open() {
	c.Helper()
	h, err := app.OpenHouse(context.Background(), app.Settings{Dir: c.data, Name: "main"})
	if err != nil {
		c.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- app.Serve(ctx, l, h) }()
	c.house, c.url = h, "http://"+l.Addr().String()
	c.end = func() {
		stop()
		if err := <-served; err != nil {
			c.Error(err)
		}
		if err := h.Close(); err != nil {
			c.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
		c.end = func() {}
	}
}

// ask calls the server and decodes the answer.
func (c *classroom) ask(method, path, key string, body any, into any) {
	c.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		c.Fatal(err)
	}
	r, err := http.NewRequest(method, c.url+path, bytes.NewReader(b))
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		c.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		c.Fatalf("%s %s answers %d: %s", method, path, resp.StatusCode, answer)
	}
	switch into := into.(type) {
	case nil:
	case *string:
		*into = string(answer)
	default:
		if err := json.Unmarshal(answer, into); err != nil {
			c.Fatalf("%s %s answers %s: %v", method, path, answer, err)
		}
	}
}

type object = map[string]any

// says sends a message and returns its touch with what was understood.
func (c *classroom) says(user, text string) (orrery.TouchID, *orrery.Signals) {
	c.Helper()
	var a struct {
		Seq orrery.Seq `json:"seq"`
	}
	c.next++
	c.ask("POST", "/v1/track", c.shop, object{"userId": user, "event": "message", "messageId": fmt.Sprint("m", c.next),
		"properties": object{"text": text, "channel": "email"}}, &a)
	facts, err := c.house.Engine.Chunk(context.Background(), a.Seq)
	if err != nil {
		c.Fatal(err)
	}
	for _, f := range facts {
		if t, ok := f.Fact.(*orrery.TouchRecorded); ok && t.Touch.Signals != nil {
			return orrery.TouchID(f.At.ID()), t.Touch.Signals
		}
	}
	c.Fatalf("chunk %d holds no message with signals", a.Seq)
	return 0, nil
}

// corrects answers what a touch means, and waits until that is learned.
func (c *classroom) corrects(touch orrery.TouchID, user string, answer object) {
	c.Helper()
	id, err := touch.MarshalText()
	if err != nil {
		c.Fatal(err)
	}
	answer["person"] = "user_id:" + user
	var a struct {
		Seq orrery.Seq `json:"seq"`
	}
	c.ask("POST", "/v1/touches/"+string(id)+"/signals", c.care, answer, &a)
	c.learned(a.Seq)
}

func (c *classroom) learned(seq orrery.Seq) {
	c.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := c.house.API.Teacher.Wait(ctx, seq); err != nil {
		c.Fatalf("chunk %d was not learned from: %v", seq, err)
	}
}

var complaint = object{"revision": 0, "engine": "", "language": "en", "polarity": "negative", "confidence": 1000,
	"intents": []object{{"name": "complaint", "confidence": 1000}}}

// lessons are corrections of three people about something of which nobody else has heard.
var lessons = [...][2]string{{"ann", "my flobber is zinging"}, {"ben", "zinging on the flobber today"}, {"cleo", "it zings, this flobber"}, {"ann", "flobber zinging, flobber zinging"}}

const examText = "the flobber is zinging loudly"

func (c *classroom) listening() (l struct {
	Engine      string `json:"engine"`
	Enabled     bool   `json:"enabled"`
	Corrections int    `json:"corrections"`
	Accepted    int    `json:"lessons_accepted"`
	Ignored     int    `json:"ignored"`
	Accuracy    []struct {
		Head   string  `json:"head"`
		Random bool    `json:"random"`
		Right  int     `json:"right"`
		Of     int     `json:"of"`
		Low    float64 `json:"low"`
		High   float64 `json:"high"`
	} `json:"accuracy"`
}) {
	c.Helper()
	c.ask("GET", "/v1/listening", c.care, nil, &l)
	return l
}

func (c *classroom) understands(when string, learned bool, engine string) {
	c.Helper()
	_, s := c.says("dora", examText)
	if is := s.Polarity == orrery.Negative && s.Intent(orrery.IntentComplaint) != nil; is != learned || s.Engine != engine {
		c.Errorf("%s %q is %s with %+v by %s: learned is %v, want %v by %s", when, examText, s.Polarity, s.Intents, s.Engine, is, learned, engine)
	}
}

func TestAServerLearnsFromCorrectionsKeepsThemAndUnlearnsTheErased(t *testing.T) {
	c := newClassroom(t)
	shipped := c.house.API.Listen.Revision()
	c.understands("before any correction", false, shipped)
	for _, l := range lessons {
		touch, _ := c.says(l[0], l[1])
		c.corrects(touch, l[0], object{"signals": complaint})
	}
	c.understands("after four corrections", true, shipped+"+4")
	if l := c.listening(); l.Engine != shipped+"+4" || !l.Enabled || l.Corrections != 4 || l.Accepted == 0 {
		t.Errorf("the status after four corrections: %+v", l)
	}
	c.end()
	c.open()
	c.understands("after a restart", true, shipped+"+4")

	var policy struct {
		Seq orrery.Seq `json:"seq"`
	}
	c.ask("PUT", "/v1/policy", c.care, object{"text": "learning:\n  enabled: false\n"}, &policy)
	c.learned(policy.Seq)
	c.understands("with learning switched off", false, shipped)
	c.ask("PUT", "/v1/policy", c.care, object{"text": "learning:\n  ignore: [care-desk]\n"}, &policy)
	c.learned(policy.Seq)
	c.understands("when nobody's corrections count", false, shipped)
	if l := c.listening(); l.Ignored != 4 {
		t.Errorf("four corrections are ignored; the status says %+v", l)
	}
	c.ask("PUT", "/v1/policy", c.care, object{"text": "learning:\n  enabled: true\n"}, &policy)
	c.learned(policy.Seq)
	c.understands("with learning switched on again", true, shipped+"+4")

	for _, who := range []string{"ann", "ben", "cleo"} {
		if _, err := c.house.Erase(context.Background(), "user_id:"+who, ""); err != nil {
			t.Fatal(err)
		}
		if who == "ann" {
			if got := c.house.API.Listen.Revision(); got != shipped+"+2" {
				t.Errorf("after the erasure of whoever wrote two of four lessons the engine is %s", got)
			}
		}
	}
	c.understands("after everybody who taught it was erased", false, shipped)
	c.end()
	c.open()
	c.understands("after the erasure and a restart", false, shipped)
}

func TestTextsToBeJudgedAreListedAndAConfirmationCounts(t *testing.T) {
	c := newClassroom(t)
	type review struct {
		Touch   orrery.TouchID    `json:"touch"`
		Person  orrery.FragmentID `json:"fragment"`
		Reasons []string          `json:"reasons"`
		Text    string            `json:"text"`
		Signals orrery.Signals    `json:"signals"`
	}
	var all []review
	for i := range 150 {
		c.says(fmt.Sprint("u", i), fmt.Sprintf("Thank you so much, wonderful service number %d", i))
	}
	for cursor := ""; ; {
		var page struct {
			Items []review `json:"items"`
			Next  string   `json:"next"`
		}
		c.ask("GET", "/v1/listening/reviews?reason=random&limit=1&cursor="+cursor, c.care, nil, &page)
		all = append(all, page.Items...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if len(all) == 0 || len(all) > 15 {
		t.Fatalf("of 150 texts about 3 are asked about at random, not %d", len(all))
	}
	for _, r := range all {
		if r.Reasons[0] != "random" || !strings.HasPrefix(r.Text, "Thank you so much") || r.Signals.Polarity != orrery.Positive {
			t.Errorf("a text to be judged is shown as %+v", r)
		}
		user := "u" + r.Text[strings.LastIndexByte(r.Text, ' ')+1:]
		c.corrects(r.Touch, user, object{"right": true})
	}
	touch, _ := c.says("eve", "the flobber is on the shelf")
	c.corrects(touch, "eve", object{"signals": complaint})
	var random, other bool
	for _, a := range c.listening().Accuracy {
		if a.Head != "polarity" {
			continue
		}
		if a.Random {
			random = a.Right == len(all) && a.Of == len(all) && a.Low > 0 && a.Low < 1 && a.High == 1
		} else {
			other = a.Right == 0 && a.Of == 1
		}
	}
	if !random || !other {
		t.Errorf("%d random texts were confirmed and another was corrected; the accuracy is %+v", len(all), c.listening().Accuracy)
	}
	var left struct {
		Items []review `json:"items"`
	}
	if c.ask("GET", "/v1/listening/reviews?reason=random", c.care, nil, &left); len(left.Items) != 0 {
		t.Errorf("answered texts still wait: %+v", left.Items)
	}
	var metrics string
	c.ask("GET", "/metrics", "", nil, &metrics)
	for _, want := range []string{fmt.Sprintf("orrery_listening_answers{workspace=\"main\",head=\"polarity\",language=\"en\"} %d\n", len(all)),
		"orrery_listening_accuracy{workspace=\"main\",head=\"polarity\",language=\"en\"} 1\n", "orrery_lessons_total{workspace=\"main\",outcome=\"refused\"} 0\n"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}
