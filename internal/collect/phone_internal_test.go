package collect

import (
	"testing"

	"pgregory.net/rapid"
)

func TestAPlainNumberIsWhatTheFullReadingWouldMakeOfIt(t *testing.T) {
	codes := append(sortedKeys(plainCodes), "1", "7", "39", "52", "54", "55", "36", "370", "375", "225", "377", "998")
	rapid.Check(t, func(t *rapid.T) {
		v := "+" + rapid.SampledFrom(codes).Draw(t, "code") + rapid.StringMatching(`[0-9]{7,12}`).Draw(t, "rest")
		if !isPlain(v) {
			return
		}
		if full, ok := parsePhone(v, ""); ok && full != v {
			t.Fatalf("%s counts as plain, but read in full it is %s: one person would be two", v, full)
		}
	})
}

func BenchmarkPhone(b *testing.B) {
	d := New(DefaultPolicy(), nil)
	b.Run("plain", func(b *testing.B) {
		for range b.N {
			d.normalPhone("+491712345678", "")
		}
	})
	b.Run("remembered", func(b *testing.B) {
		for range b.N {
			d.normalPhone("0171 2345678", "DE")
		}
	})
	b.Run("read in full", func(b *testing.B) {
		for range b.N {
			parsePhone("01712345678", "DE")
		}
	})
}

func TestForgottenPhoneNumbersAreNowhereInTheDecoder(t *testing.T) {
	d := New(DefaultPolicy(), nil)
	d.normalPhone("0171 2345678", "DE")
	d.normalPhone("030 901820", "DE")
	if n := d.ForgetPhones(); n != 2 {
		t.Errorf("two numbers were written in words of their own, %d were remembered", n)
	}
	for i := range d.phones.slots {
		if p := d.phones.slots[i].Load(); p != nil {
			t.Errorf("%s is still remembered", p.written)
		}
	}
	if got, ok := d.normalPhone("0171 2345678", "DE"); !ok || got != "+491712345678" {
		t.Errorf("a number that was forgotten is read as %q", got)
	}
}
