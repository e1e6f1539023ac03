package engine_test

import (
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/engine"
)

func TestAClockJumpFreezesTimersUntilAPersonResumesThem(t *testing.T) {
	h := newHouse(t)
	staff := orrery.Actor{Name: "agent", Trust: orrery.Staff}
	h.touch(complaint("ann"))
	c := h.person("ann").Desk.Open()[0].Case
	h.do(engine.Care{Command: desk.ResolveCase{Case: c.ID, By: staff}})
	h.do(engine.Care{Command: desk.ConfirmSatisfied{Case: c.ID, By: staff}})
	rests := func() bool { return len(h.person("ann").Experience.Holds) > 0 }
	h.jump.Store(int64(60 * 24 * time.Hour)) // the wall clock alone
	h.touch(view("bob", "shoe"))
	h.touch(view("bob", "shoe"))
	if !rests() {
		t.Fatal("the clock jumped by 60 days: ann's rest must not end by that")
	}
	if alarms := h.w.Alarms(); len(alarms) == 0 || alarms[0].Code != "clock.jumped" {
		t.Errorf("the operators should be alarmed; the alarms are %v", alarms)
	}
	h.do(engine.ResumeTimers{By: staff})
	h.touch(view("bob", "shoe"))
	h.touch(view("bob", "shoe"))
	if rests() {
		t.Errorf("a person said that the clock is right: ann's rest has passed; holds: %+v", h.person("ann").Experience.Holds)
	}
}

func TestATimerThatRingsTooEarlyIsSetAnew(t *testing.T) {
	h := newHouse(t)
	staff := orrery.Actor{Name: "agent", Trust: orrery.Staff}
	h.touch(complaint("ann"))
	c := h.person("ann").Desk.Open()[0].Case
	h.do(engine.Care{Command: desk.ResolveCase{Case: c.ID, By: staff}})
	h.do(engine.Care{Command: desk.ConfirmSatisfied{Case: c.ID, By: staff}})
	for range 31 {
		h.pass(24 * time.Hour)
		h.touch(view("bob", "shoe")) // wakes the loop, leaves ann alone
	}
	if holds := h.person("ann").Experience.Holds; len(holds) > 0 {
		t.Errorf("ann's rest of at most 30 days has passed, and nothing but timers could end it; holds: %+v", holds)
	}
}
