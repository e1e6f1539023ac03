package engine

import (
	"fmt"
	"reflect"

	"github.com/fxamacker/cbor/v2"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// Facts are stored behind their kind and length: touches by hand, since they are nearly all of the log, the rest as
// CBOR in its deterministic form with numbered fields, which can gain fields and never lose them.

var (
	encodeRare = mustEncMode()
	decodeRare = mustDecMode()
)

func mustEncMode() cbor.EncMode {
	m, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic("engine: " + err.Error())
	}
	return m
}

func mustDecMode() cbor.DecMode {
	m, err := cbor.DecOptions{MaxNestedLevels: 16}.DecMode()
	if err != nil {
		panic("engine: " + err.Error())
	}
	return m
}

// factTypes holds the struct behind each kind; a kind that is missing here stops the reader.
var factTypes = tableOf(

	&orrery.TouchRecorded{}, &orrery.FragmentSeen{}, &orrery.EvidenceAccepted{}, &orrery.EvidenceQuarantined{}, &orrery.LinkDecided{},
	&orrery.FragmentAssigned{}, &orrery.FragmentShared{}, &orrery.SignalsRevised{}, &orrery.ConsentChanged{}, &orrery.CaseOpened{},
	&orrery.CaseChanged{}, &orrery.HoldPlaced{}, &orrery.HoldChanged{}, &orrery.HoldReleased{}, &orrery.ApologyDue{}, &orrery.ApologyPaid{},
	&orrery.LifeNoted{}, &orrery.LifeChanged{}, &orrery.ViewsWithdrawn{}, &orrery.AudienceChanged{}, &orrery.PushRequested{},
	&orrery.PushAnswered{}, &orrery.IntentOffered{}, &orrery.IntentChanged{}, &orrery.EffectRequested{}, &orrery.EffectReleased{},
	&orrery.EffectAnswered{}, &orrery.ConflictFound{}, &orrery.SignalRaised{}, &orrery.SignalActed{}, &orrery.ReviewOpened{},
	&orrery.ReviewClosed{}, &orrery.PolicyApplied{}, &orrery.InputQuarantined{}, &orrery.QuarantineCleared{}, &orrery.PersonErased{},
	&orrery.AccountChanged{}, &orrery.ClockJumped{}, &orrery.IncarnationBegan{}, &orrery.SourceBroken{}, &orrery.BackfillMoved{},
	&orrery.AlertRaised{}, &orrery.AlertChanged{}, &orrery.TopicEmerged{},
	&orrery.ViewsRestored{},
)

func tableOf(facts ...orrery.Fact) map[orrery.FactKind]reflect.Type {
	table := make(map[orrery.FactKind]reflect.Type, len(facts))
	for _, f := range facts {
		table[f.Kind()] = reflect.TypeOf(f).Elem()
	}
	return table
}

// newFact makes an empty fact of a kind.
func newFact(k orrery.FactKind) (orrery.Fact, error) {
	if t, ok := factTypes[k]; ok {
		return reflect.New(t).Interface().(orrery.Fact), nil
	}
	return nil, fmt.Errorf("fact kind %d is unknown to this version: it was written by a newer one", k)
}

// encodeFact appends the body of a fact.
func encodeFact(w *wire.Writer, f orrery.Fact) error {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		encodeTouchRecorded(w, f)
		return nil
	case *orrery.FragmentAssigned:
		w.Fixed(uint64(f.Fragment))
		w.Fixed(uint64(f.Person))
		w.Fixed(uint64(f.Before))
		w.String(f.Reason)
		w.Uint(uint64(f.Cause))
		return nil
	case *orrery.FragmentSeen:
		w.Fixed(uint64(f.Fragment))
		w.String(string(f.Identifier.Namespace))
		w.String(f.Identifier.Value)
		w.Bool(f.Identifier.Proven)
		w.Int(int64(f.At))
		w.String(string(f.Source))
		w.Fixed(uint64(f.Owner))
		w.Fixed(uint64(f.Device))
		return nil
	case *orrery.AudienceChanged:
		w.Fixed(uint64(f.Fragment))
		w.String(string(f.Audience))
		w.Bool(f.In)
		w.String(f.Reason)
		w.String(f.Evidence)
		return nil
	}
	b, err := encodeRare.Marshal(f)
	if err != nil {
		return fmt.Errorf("encoding a fact of kind %d: %w", f.Kind(), err)
	}
	w.B = append(w.B, b...)
	return nil
}

// decodeFact reads the body of a fact. Strings may share memory with b, which must never change afterwards.
func decodeFact(k orrery.FactKind, b []byte) (orrery.Fact, error) {
	r := wire.NewReader(b)
	switch k {
	case orrery.KindTouchRecorded:
		return decodeTouchRecorded(r)
	case orrery.KindFragmentAssigned:
		f := &orrery.FragmentAssigned{Fragment: orrery.FragmentID(r.Fixed()), Person: orrery.FragmentID(r.Fixed()),
			Before: orrery.FragmentID(r.Fixed()), Reason: r.String(), Cause: orrery.TouchID(r.Uint())}
		return f, r.Err()
	case orrery.KindFragmentSeen:
		f := &orrery.FragmentSeen{Fragment: orrery.FragmentID(r.Fixed())}
		f.Identifier = orrery.Identifier{Namespace: orrery.Namespace(r.String()), Value: r.String(), Proven: r.Bool()}
		f.At, f.Source = orrery.Instant(r.Int()), orrery.SourceName(r.String())
		f.Owner, f.Device = orrery.FragmentID(r.Fixed()), orrery.FragmentID(r.Fixed())
		return f, r.Err()
	case orrery.KindAudienceChanged:
		f := &orrery.AudienceChanged{Fragment: orrery.FragmentID(r.Fixed()), Audience: orrery.AudienceName(r.String()),
			In: r.Bool(), Reason: r.String(), Evidence: r.String()}
		return f, r.Err()
	}
	f, err := newFact(k)
	if err != nil {
		return nil, err
	}
	if err := decodeRare.Unmarshal(b, f); err != nil {
		return nil, fmt.Errorf("decoding a fact of kind %d: %w", k, err)
	}
	return f, nil
}
