package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

func TestAPublicSourceThatFloodsComplaintsIsSetAsideForTheHour(t *testing.T) {
	h := newHouse(t)
	h.do(engine.ApplyPolicy{Text: strings.Replace(testPolicy, "audiences:", "cases:\n  source_limit: 3\naudiences:", 1), By: orrery.Actor{Name: "mei", Trust: orrery.Staff}})
	send := func(source orrery.SourceName, trust orrery.Trust, who string, touch orrery.Touch) *orrery.Error {
		t.Helper()
		h.next++
		touch.MessageID, touch.Source, touch.Trust, touch.Received = fmt.Sprint("m", h.next), source, trust, orrery.InstantOf(h.wall())
		touch.At = touch.Received
		results, err := h.w.Submit(context.Background(), []engine.Input{{Touch: &touch}})
		if err != nil {
			t.Fatal(err)
		}
		refused, _ := results[0].Err.(*orrery.Error)
		return refused
	}
	held := func(who string) bool {
		p, err := h.w.Person(context.Background(), h.w.Find(orrery.UserID, who), 0)
		return err == nil && len(p.Experience.Holds) > 0
	}
	for i := range 6 {
		who := fmt.Sprint("victim", i)
		err := send("website", orrery.Public, who, complaint(who))
		if flooded := i >= 3; (err != nil) != flooded || held(who) == flooded {
			t.Errorf("complaint %d of three that are allowed: refused with %v, held %v", i+1, err, held(who))
		} else if flooded && (err.Code != "cases.source_flood" || err.Kind != orrery.KindLimited) {
			t.Errorf("the refusal is %s (%s)", err.Code, err.Kind)
		}
	}
	if err := send("website", orrery.Public, "ann", view("ann", "shoe")); err != nil {
		t.Errorf("what is no complaint goes on from the same source: %v", err)
	}
	if err := send("forum", orrery.Public, "bob", complaint("bob")); err != nil || !held("bob") {
		t.Errorf("another source has a count of its own: %v", err)
	}
	for i := range 5 {
		who := fmt.Sprint("customer", i)
		if err := send("care", orrery.Server, who, complaint(who)); err != nil || !held(who) {
			t.Errorf("a source that may be trusted brings as many complaints as there are: %v", err)
		}
	}
	set := 0
	err := h.w.ReadLog(context.Background(), 0, func(b engine.Batch) error {
		for _, f := range b.Facts {
			if q, ok := f.Fact.(*orrery.InputQuarantined); ok && q.Code == "cases.source_flood" && q.Source == "website" && q.Body != "" {
				set++
			}
		}
		return nil
	})
	if err != nil || set != 3 {
		t.Errorf("three complaints should stand in the quarantine, %d do (%v)", set, err)
	}
	h.pass(time.Hour)
	if err := send("website", orrery.Public, "late", complaint("late")); err != nil || !held("late") {
		t.Errorf("an hour later the source may complain again: %v", err)
	}
}
