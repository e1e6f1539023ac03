package govern

import (
	"sync"
	"testing"

	"github.com/orrery-cxm/orrery"
)

func TestAKeyIsStoredOnceADayHoweverOftenItIsUsed(t *testing.T) {
	var u Uses
	noon := orrery.Instant(20_000*orrery.Day + 12*orrery.Hour)
	stored := 0
	for hour := range 48 {
		var many sync.WaitGroup
		for range 4 {
			many.Go(func() { u.Note("key_shop_1", noon.Add(orrery.Span(hour)*orrery.Hour)) })
		}
		many.Wait()
		if days := u.Changed(); days != nil {
			stored++
			if days["key_shop_1"] != u.Last("key_shop_1") {
				t.Errorf("%v is stored, %v is known", days["key_shop_1"], u.Last("key_shop_1"))
			}
		}
	}
	if stored != 3 {
		t.Errorf("48 hours from noon touch three days; it was stored %d times", stored)
	}
	if got := u.Last("key_shop_1"); got != orrery.Instant(20_002*orrery.Day) {
		t.Errorf("the last use was on the third day, not on %v", got)
	}
	if u.Last("key_care_2") != 0 {
		t.Error("a key that nobody used has no last use")
	}
}

func TestWhatWasStoredNeverTakesALaterUseBack(t *testing.T) {
	var u Uses
	u.Note("a", orrery.Instant(10*orrery.Day))
	u.Take(map[string]orrery.Instant{"a": orrery.Instant(3 * orrery.Day), "b": orrery.Instant(4 * orrery.Day)})
	if u.Last("a") != orrery.Instant(10*orrery.Day) || u.Last("b") != orrery.Instant(4*orrery.Day) {
		t.Errorf("a was used on day 10 and b on day 4: %v, %v", u.Last("a"), u.Last("b"))
	}
	u.Note("b", orrery.Instant(2*orrery.Day)) // a clock that went back
	if u.Last("b") != orrery.Instant(4*orrery.Day) {
		t.Errorf("the later use counts: %v", u.Last("b"))
	}
}
