package engine

import (
	"testing"

	"github.com/orrery-cxm/orrery"
)

func pushItem(f orrery.FragmentID, list orrery.AudienceName, k orrery.PushKind, version uint64) Item {
	return Item{Destination: "ads", Kind: orrery.EffectPush, Fragment: f, List: list, Push: k, Version: version}
}

func messageItem(f orrery.FragmentID, e orrery.EffectID) Item {
	return Item{Destination: "ads", Kind: orrery.EffectMessage, Fragment: f, Effect: e}
}

func TestRemovalsGoFirstThenMessagesThenAdditionsEachByAge(t *testing.T) {
	o := newOutbox()
	o.set(1, []Item{pushItem(1, "a", orrery.PushAdd, 1)})
	o.set(2, []Item{messageItem(2, 21)})
	o.set(3, []Item{pushItem(3, "a", orrery.PushRemove, 1)})
	o.set(4, []Item{pushItem(4, "a", orrery.PushRemove, 1), messageItem(4, 41)})
	items, next := o.take("ads", 100, 10)
	var order []orrery.FragmentID
	for _, i := range items {
		order = append(order, i.Fragment)
	}
	want := []orrery.FragmentID{3, 4, 2, 4, 1}
	if len(order) != 5 || next != 0 {
		t.Fatalf("five items are due; there are %v, next %d", order, next)
	}
	for i := range want {
		if order[i] != want[i] {
			t.Fatalf("the order is %v, not %v", order, want)
		}
	}
	if items, _ := o.take("other", 100, 10); len(items) != 0 {
		t.Errorf("nothing waits for another destination: %v", items)
	}
}

func TestOneAttemptForEachKeyEvenWhenTheWishChangesMeanwhile(t *testing.T) {
	o := newOutbox()
	o.set(1, []Item{pushItem(1, "a", orrery.PushAdd, 1)})
	first, _ := o.take("ads", 100, 10)
	o.set(1, []Item{pushItem(1, "a", orrery.PushRemove, 2)})
	if again, _ := o.take("ads", 100, 10); len(again) != 0 {
		t.Fatalf("the key is in flight, and %v is handed out too", again)
	}
	o.done(&first[0])
	again, _ := o.take("ads", 100, 10)
	if len(again) != 1 || again[0].Version != 2 || again[0].Push != orrery.PushRemove {
		t.Fatalf("the renewed wish goes next: %v", again)
	}
	o.set(1, nil)
	o.done(&again[0])
	if o.depth("ads") != 0 || len(o.owners) != 0 {
		t.Errorf("nothing is left, but %d wait", o.depth("ads"))
	}
}

func TestWhatIsToBeTriedLaterWaitsForItsMoment(t *testing.T) {
	o := newOutbox()
	late, later := messageItem(1, 11), messageItem(2, 21)
	late.NotBefore, later.NotBefore = 200, 300
	o.set(2, []Item{later})
	o.set(1, []Item{late})
	items, next := o.take("ads", 199, 10)
	if len(items) != 0 || next != 200 {
		t.Fatalf("nothing is due before 200: %v, next %d", items, next)
	}
	items, next = o.take("ads", 200, 10)
	if len(items) != 1 || items[0].Effect != 11 || next != 300 {
		t.Fatalf("one is due at 200 and the next at 300: %v, next %d", items, next)
	}
	if items, _ := o.take("ads", 1000, 0); len(items) != 0 {
		t.Errorf("none were asked for: %v", items)
	}
}

func TestTheBellRingsForEachNewWish(t *testing.T) {
	o := newOutbox()
	bell := o.bellOf("ads")
	rung := func() bool {
		select {
		case <-bell:
			return true
		default:
			return false
		}
	}
	if rung() {
		t.Error("nothing happened yet")
	}
	o.set(1, []Item{messageItem(1, 11)})
	if !rung() {
		t.Error("something waits, and the bell did not ring")
	}
	items, _ := o.take("ads", 1, 1)
	o.done(&items[0])
	if !rung() {
		t.Error("what was given back is due again, and the bell did not ring")
	}
}
