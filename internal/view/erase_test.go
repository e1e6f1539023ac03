package view

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
)

func mkdir(t tb, dirs ...string) {
	t.Helper()
	for _, d := range dirs {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

// bytesOf is everything in the files of the views.
func bytesOf(t tb, dir string) []byte {
	t.Helper()
	var out []byte
	for _, suffix := range []string{"", "-wal", "-shm"} {
		b, err := os.ReadFile(filepath.Join(dir, fileName+suffix))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		out = append(out, b...)
	}
	return out
}

// crowd is facts about many people in no order, so that rows move between pages.
func crowd(s *tape, people []orrery.FragmentID, chunks int) {
	r := rand.New(rand.NewPCG(1, 2))
	for range chunks {
		var facts []orrery.Fact
		for i := range 60 {
			who := people[r.IntN(len(people))]
			text := fmt.Sprintf("secret-of-%d-%s", who, strings.Repeat("x", r.IntN(60)))
			switch r.IntN(6) {
			case 0:
				c := opened(s.next(i), who, 0)
				c.Case.Title = text
				facts = append(facts, c)
			case 1:
				facts = append(facts, &orrery.PushRequested{Fragment: who, Destination: "ads", Audience: "X", Push: orrery.PushAdd, Version: uint64(r.IntN(50) + 1)})
			case 2:
				facts = append(facts, &orrery.PushAnswered{Fragment: who, Destination: "ads", Audience: "X", Version: uint64(r.IntN(50) + 1), Outcome: orrery.RetryLater, Detail: text})
			case 3, 4:
				facts = append(facts, &orrery.AudienceChanged{Fragment: who, Audience: orrery.AudienceName(fmt.Sprint("a", r.IntN(20))), In: r.IntN(3) > 0})
			case 5:
				facts = append(facts, said(who, orrery.Signals{Confidence: 400, Abstained: []string{"polarity"}}))
			}
		}
		s.put(facts...)
	}
}

func TestAfterAnErasureNoByteOfThePersonIsInTheFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var people []orrery.FragmentID
	for range 400 {
		people = append(people, orrery.FragmentID(r.Uint64()|1<<62))
	}
	s := newTape("a")
	dir := t.TempDir()
	f := follow(t, dir, s)
	defer f.stop(t)
	crowd(s, people, 60)
	number := s.next(0)
	long := "letter from secret-of-" + strings.Repeat("the long one, ", 2000)
	s.put(&orrery.InputQuarantined{Number: number, Source: "shop", Code: "bad", Body: long})
	f.reach(t, s.Seq())
	gone := people[:40]
	for i, who := range gone {
		facts := []orrery.Fact{&orrery.PersonErased{Fragments: []orrery.FragmentID{who}}}
		if i == 0 {
			facts = append(facts, &orrery.QuarantineCleared{Number: number, How: howErased})
		}
		s.put(facts...)
	}
	f.reach(t, s.Seq()) // which waits for Erased
	files := bytesOf(t, dir)
	for _, who := range gone {
		if i := bytes.Index(files, fmt.Appendf(nil, "secret-of-%d", who)); i >= 0 {
			t.Errorf("a text of %s is still in the files: %q", who, files[i:i+40])
		}
		if bytes.Contains(files, binary.BigEndian.AppendUint64(nil, uint64(who))) {
			t.Errorf("the id %s is still in the files", who)
		}
	}
	if bytes.Contains(files, []byte("the long one")) {
		t.Error("the body of an erased event is still in the files")
	}
	others := 0
	for _, who := range people[len(gone):] {
		if bytes.Contains(files, fmt.Appendf(nil, "secret-of-%d", who)) {
			others++
		}
	}
	if others < 200 {
		t.Errorf("texts of %d of %d others are there: the test looks in the wrong place", others, len(people)-len(gone))
	}
	if diff := cmp.Diff(rebuilt(t, t.TempDir(), s), f.dump(t)); diff != "" {
		t.Errorf("after the erasure the lists are not what the log gives (-anew +followed):\n%s", diff)
	}
}

func TestWhatADeletionLeavesBehindIsFoundAndTakenOut(t *testing.T) {
	s := newTape("a")
	dir := t.TempDir()
	f := follow(t, dir, s)
	defer f.stop(t)
	who := orrery.FragmentID(1<<62 | 7)
	s.put(opened(s.next(0), who, 0), opened(s.next(1), 1<<62|8, 0))
	f.reach(t, 1)
	// As if SQLite had left a copy in the unused part of a page, which it does now and then.
	if _, err := f.db.write.ExecContext(context.Background(), "PRAGMA secure_delete = OFF"); err != nil {
		t.Fatal(err)
	}
	s.put(&orrery.PersonErased{Fragments: []orrery.FragmentID{who}})
	f.reach(t, 2)
	files := bytesOf(t, dir)
	if bytes.Contains(files, fmt.Appendf(nil, "Title of %d", who)) || bytes.Contains(files, binary.BigEndian.AppendUint64(nil, uint64(who))) {
		t.Error("what the deletion left behind is still in the file")
	}
}

func TestTracesAreFoundWhereverTheyStand(t *testing.T) {
	tr := &traces{}
	tr.fragment(1<<62 | 7)
	tr.text([]byte("the beginning of a long text" + strings.Repeat(".", 472) + "and its middle" + strings.Repeat("!", 600)))
	for _, at := range []int{0, 1, 70, 1<<20 - 40, 1 << 20, 1<<20 + 30, 2<<20 - 32} {
		for _, what := range []string{"the beginning of a long text....", "and its middle!!!!!!!!!!!!!!!!!!", "\x40\x00\x00\x00\x00\x00\x00\x07"} {
			text := make([]byte, 3<<20)
			for i := range text {
				text[i] = 't' // the first byte of a pattern, everywhere
			}
			copy(text[at:], what)
			if found, err := tr.find(bytes.NewReader(text)); err != nil || !slices.Equal(found, []int{at/pageBytes + 1}) {
				t.Errorf("%q at byte %d was found in pages %d (%v)", what, at, found, err)
			}
		}
	}
	if found, err := tr.find(strings.NewReader(strings.Repeat("the beginning of a long story", 1000))); err != nil || found != nil {
		t.Errorf("something else was taken for a trace (%v)", err)
	}
	for id, unsure := range map[orrery.FragmentID]bool{5: true, 1 << 40: false, 1<<64 - 1: true, 1 << 31: false} {
		tr := &traces{}
		if tr.fragment(id); tr.unsure != unsure {
			t.Errorf("%d: too short to look for is %v, should be %v", id, tr.unsure, unsure)
		}
	}
}

func TestAnErasureThatACrashInterruptedIsFinished(t *testing.T) {
	s := newTape("a")
	dir := t.TempDir()
	f := follow(t, dir, s)
	s.put(opened(s.next(0), 1<<62|7, 0), opened(s.next(1), 1<<62|8, 0))
	f.reach(t, 1)
	f.stop(t)
	// The rows are gone and the transaction stands; the crash came before the files were cleared.
	db, err := openDatabase(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	at, err := db.place(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	// SQLite may leave copies behind; here it leaves all of them.
	if _, err := db.write.ExecContext(context.Background(), "PRAGMA secure_delete = OFF"); err != nil {
		t.Fatal(err)
	}
	g := &gathering{at: at}
	s.put(&orrery.PersonErased{Fragments: []orrery.FragmentID{1<<62 | 7}})
	g.add(&s.chunks[1])
	if _, err := db.apply(context.Background(), g); err != nil {
		t.Fatal(err)
	}
	if err := db.close(); err != nil {
		t.Fatal(err)
	}
	f = follow(t, dir, s)
	defer f.stop(t)
	f.reach(t, 2)
	if at, err := f.db.place(context.Background()); err != nil || at.scrub != 0 {
		t.Errorf("the erasure should be finished: %+v, %v", at, err)
	}
	if bytes.Contains(bytesOf(t, dir), []byte("Title of 4611686018427387911")) {
		t.Error("the title is still in the files")
	}
}

func TestACaseOfTwoPeopleOutlivesTheErasureOfOne(t *testing.T) {
	s := newTape("a")
	f := follow(t, t.TempDir(), s)
	defer f.stop(t)
	ctx := context.Background()
	id := s.next(0)
	s.put(opened(id, 11, 22))
	s.put(&orrery.PersonErased{Fragments: []orrery.FragmentID{11}})
	changed := opened(id, 11, 22).Case
	changed.Status = orrery.CaseResolved
	s.put(&orrery.CaseChanged{Case: changed, Change: "resolved"})
	f.reach(t, s.Seq())
	got := must[List[orrery.Case]](t)(f.Cases(ctx, CaseFilter{})).Items
	if len(got) != 1 || got[0].Reporter != 0 || got[0].Title != "" || got[0].Affected != 22 || got[0].Status != orrery.CaseResolved {
		t.Fatalf("the case should go on for the affected person, without reporter and title: %+v", got)
	}
	if strings.Contains(f.dump(t), "=11 ") {
		t.Error("a later change of the case brought the erased reporter back")
	}
	s.put(&orrery.PersonErased{Fragments: []orrery.FragmentID{22}})
	f.reach(t, s.Seq())
	if got := must[List[orrery.Case]](t)(f.Cases(ctx, CaseFilter{})).Items; len(got) != 0 {
		t.Errorf("nobody of the case remains, but the case does: %+v", got)
	}
}

func TestQuarantinedEventsAreFoundByTheirIdentifiers(t *testing.T) {
	s := newTape("a")
	f := follow(t, t.TempDir(), s)
	defer f.stop(t)
	bodies := []string{`{"email":"Ann@Example.com"}`, `{"email":"bob@example.com"}`, `{"phone":"(020) 7946-0958"}`, `{"e":"ann\u0040example.com"`,
		`{"n":"0207946 0959"}`, `{"t":"+44 20 7946 0958"}`, ``}
	var facts []orrery.Fact
	for i, b := range bodies {
		facts = append(facts, &orrery.InputQuarantined{Number: uint64(i + 1), Source: "shop", Code: "bad", Body: b})
	}
	facts[6].(*orrery.InputQuarantined).Say = "ann@example.com is no number"
	s.put(facts...)
	f.reach(t, 1)
	got, seq, err := f.QuarantineContaining(context.Background(), []string{"ann@example.com", "+442079460958", " "})
	if err != nil {
		t.Fatal(err)
	}
	if want := []uint64{1, 3, 4, 6, 7}; !slices.Equal(got, want) || seq != 1 {
		t.Errorf("events %v name the person, found %v at %d", want, got, seq)
	}
	body, err := f.Body(context.Background(), 1)
	if err != nil || string(body) != bodies[0] {
		t.Errorf("the body should come back as it was: %q, %v", body, err)
	}
	s.put(&orrery.QuarantineCleared{Number: 1, How: howErased, By: orrery.Actor{Name: "eraser"}})
	f.reach(t, 2)
	if _, err := f.Body(context.Background(), 1); orrery.KindOf(err) != orrery.KindNotFound {
		t.Errorf("an erased event has no body, got %v", err)
	}
	cleared := must[List[Quarantined]](t)(f.Quarantine(context.Background(), QuarantineFilter{Cleared: true})).Items
	if len(cleared) != 1 || cleared[0].How != howErased || cleared[0].Bytes != 0 || cleared[0].By != "eraser" {
		t.Errorf("the cleared event should be listed without its body: %+v", cleared)
	}
}
