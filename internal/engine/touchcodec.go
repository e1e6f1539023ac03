package engine

import (
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// touchFormat is the version of the touch encoding; readers take every version up to their own.
const touchFormat = 1

// Parts of a touch that most touches lack stand behind one bit each.
const (
	hasTraits = 1 << iota
	hasConsents
	hasMessage
	hasSurvey
	hasOrder
	hasSent
	hasSignals
	hasAlias
	hasAccount
	hasCampaign
	hasProduct
	hasPlace // locale or zone
	isHistorical
	hasReach
)

func touchParts(t *orrery.Touch) (parts uint64) {
	set := func(bit uint64, on bool) {
		if on {
			parts |= bit
		}
	}
	set(hasTraits, len(t.Traits) > 0)
	set(hasConsents, len(t.Consents) > 0)
	set(hasMessage, t.Message != nil)
	set(hasSurvey, t.Survey != nil)
	set(hasOrder, t.Order != nil)
	set(hasSent, t.Sent != nil)
	set(hasSignals, t.Signals != nil)
	set(hasAlias, len(t.Alias) > 0)
	set(hasAccount, t.Account != "")
	set(hasCampaign, t.Campaign != "")
	set(hasProduct, t.Product != "")
	set(hasPlace, t.Locale != "" || t.Zone != "")
	set(isHistorical, t.Historical)
	set(hasReach, t.Reach != nil)
	return parts
}

func encodeTouchRecorded(w *wire.Writer, f *orrery.TouchRecorded) {
	t := &f.Touch
	parts := touchParts(t)
	w.Uint(touchFormat)
	w.Fixed(uint64(f.Anchor))
	w.Fixed(uint64(f.Person))
	w.Uint(parts)
	w.Uint(uint64(t.Kind))
	w.String(t.Name)
	w.String(t.MessageID)
	w.String(string(t.Source))
	w.Uint(uint64(t.Trust))
	w.Int(int64(t.Received))
	w.Int(int64(t.Received - t.At))
	w.String(string(t.Channel))
	encodeIdentifiers(w, t.Identifiers)
	w.String(t.Properties)
	if parts&hasAlias != 0 {
		encodeIdentifiers(w, t.Alias)
	}
	if parts&hasTraits != 0 {
		w.Uint(uint64(len(t.Traits)))
		for i := range t.Traits {
			w.String(t.Traits[i].Name)
			w.String(t.Traits[i].Value)
			w.Uint(uint64(t.Traits[i].Origin))
		}
	}
	if parts&hasAccount != 0 {
		w.String(string(t.Account))
	}
	if parts&hasCampaign != 0 {
		w.String(t.Campaign)
	}
	if parts&hasProduct != 0 {
		w.String(t.Product)
	}
	if parts&hasPlace != 0 {
		w.String(t.Locale)
		w.String(t.Zone)
	}
	// The parts that are rare beside these are CBOR: they may grow.
	if rare := rareOf(t, parts); rare != nil {
		b, err := encodeRare.Marshal(rare)
		if err != nil {
			panic("engine: encoding a touch: " + err.Error()) // plain structs of strings and integers always marshal
		}
		w.Bytes(b)
	}
}

// rareParts are the parts of a touch that carry their own structure.
type rareParts struct {
	Consents []orrery.ConsentClaim `cbor:"1,keyasint,omitempty"`
	Message  *orrery.Message       `cbor:"2,keyasint,omitempty"`
	Survey   *orrery.SurveyAnswer  `cbor:"3,keyasint,omitempty"`
	Order    *orrery.Order         `cbor:"4,keyasint,omitempty"`
	Sent     *orrery.SentMessage   `cbor:"5,keyasint,omitempty"`
	Signals  *orrery.Signals       `cbor:"6,keyasint,omitempty"`
	Reach    *orrery.Reach         `cbor:"7,keyasint,omitempty"`
}

const anyRare = hasConsents | hasMessage | hasSurvey | hasOrder | hasSent | hasSignals | hasReach

func rareOf(t *orrery.Touch, parts uint64) *rareParts {
	if parts&anyRare == 0 {
		return nil
	}
	return &rareParts{Consents: t.Consents, Message: t.Message, Survey: t.Survey, Order: t.Order, Sent: t.Sent, Signals: t.Signals, Reach: t.Reach}
}

func encodeIdentifiers(w *wire.Writer, list []orrery.Identifier) {
	w.Uint(uint64(len(list)))
	for i := range list {
		w.String(string(list[i].Namespace))
		w.String(list[i].Value)
		w.Bool(list[i].Proven)
	}
}

func decodeIdentifiers(r *wire.Reader) []orrery.Identifier {
	n := r.Count()
	if n == 0 {
		return nil
	}
	list := make([]orrery.Identifier, n)
	for i := range list {
		list[i] = orrery.Identifier{Namespace: orrery.Namespace(r.String()), Value: r.String(), Proven: r.Bool()}
	}
	return list
}

func decodeTouchRecorded(r *wire.Reader) (*orrery.TouchRecorded, error) {
	if v := r.Uint(); v != touchFormat && r.Err() == nil {
		return nil, fmt.Errorf("touch format %d is unknown to this version", v)
	}
	f := &orrery.TouchRecorded{Anchor: orrery.FragmentID(r.Fixed()), Person: orrery.FragmentID(r.Fixed())}
	t := &f.Touch
	parts := r.Uint()
	t.Kind = orrery.TouchKind(r.Uint())
	t.Name, t.MessageID, t.Source = r.String(), r.String(), orrery.SourceName(r.String())
	t.Trust = orrery.Trust(r.Uint())
	t.Received = orrery.Instant(r.Int())
	t.At = t.Received - orrery.Instant(r.Int())
	t.Channel = orrery.Channel(r.String())
	t.Identifiers = decodeIdentifiers(r)
	t.Properties = r.String()
	if parts&hasAlias != 0 {
		t.Alias = decodeIdentifiers(r)
	}
	if parts&hasTraits != 0 {
		t.Traits = make([]orrery.Trait, r.Count())
		for i := range t.Traits {
			t.Traits[i] = orrery.Trait{Name: r.String(), Value: r.String(), Origin: orrery.TraitOrigin(r.Uint())}
		}
	}
	if parts&hasAccount != 0 {
		t.Account = orrery.AccountID(r.String())
	}
	if parts&hasCampaign != 0 {
		t.Campaign = r.String()
	}
	if parts&hasProduct != 0 {
		t.Product = r.String()
	}
	if parts&hasPlace != 0 {
		t.Locale, t.Zone = r.String(), r.String()
	}
	t.Historical = parts&isHistorical != 0
	if parts&anyRare != 0 {
		var rare rareParts
		b := r.Bytes()
		if r.Err() == nil {
			if err := decodeRare.Unmarshal(b, &rare); err != nil {
				return nil, fmt.Errorf("decoding a touch: %w", err)
			}
		}
		t.Consents, t.Message, t.Survey, t.Order, t.Sent, t.Signals = rare.Consents, rare.Message, rare.Survey, rare.Order, rare.Sent, rare.Signals
		t.Reach = rare.Reach
	}
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("decoding a touch: %w", err)
	}
	return f, nil
}
