package app

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen"
)

func TestAnExportMasksThePersonalDataOfWhoeverAMessageIsAbout(t *testing.T) {
	ears, err := listen.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	touch := func(affected ...orrery.Identifier) *orrery.TouchRecorded {
		return &orrery.TouchRecorded{Anchor: 1, Touch: orrery.Touch{Message: &orrery.Message{Text: "call my mother at +49 170 1234567", Subject: "about mum@example.com", Affected: affected}}}
	}
	mine := map[orrery.FragmentID]bool{1: true}
	about := touch(orrery.Identifier{Namespace: orrery.Email, Value: "mum@example.com"})
	got := ownFact(about, mine, ears.Mask).(*orrery.TouchRecorded).Touch.Message
	if got.Text != "call my mother at [phone]" || got.Subject != "about [email]" || got.Affected != nil {
		t.Errorf("the message reads %+v", got)
	}
	if about.Touch.Message.Text != "call my mother at +49 170 1234567" {
		t.Error("the fact itself was changed")
	}
	if got := ownFact(touch(), mine, ears.Mask).(*orrery.TouchRecorded).Touch.Message; got.Text != "call my mother at +49 170 1234567" {
		t.Errorf("a message about nobody else is the person's own: %q", got.Text)
	}
}
