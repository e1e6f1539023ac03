package act

import (
	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

func (x *Waiting) appendTo(w *wire.Writer) {
	in := &x.Intent
	w.Uint(uint64(in.ID))
	w.String(in.Key)
	w.Fixed(uint64(in.Fragment))
	for _, s := range []string{string(in.Class), string(in.Channel), in.Destination, in.Theme, in.Stance, in.Team, in.Market,
		in.Product, string(in.Life), in.By.Name} {
		w.String(s)
	}
	w.Uint(uint64(in.Case))
	w.Int(int64(in.UsefulUntil))
	w.Int(int64(in.At))
	w.Uint(uint64(in.By.Trust))
	w.Int(int64(in.Priority))
	w.Uint(uint64(x.State))
	appendAnswer(w, &x.Answer)
	w.Uint(uint64(x.Effect))
	w.Uint(uint64(x.Attempts))
	w.Int(int64(x.NotBefore))
	w.Bool(x.Dead)
}

func (x *Waiting) read(r *wire.Reader) {
	in := &x.Intent
	in.ID, in.Key, in.Fragment = orrery.IntentID(r.Uint()), r.String(), orrery.FragmentID(r.Fixed())
	in.Class, in.Channel, in.Destination = orrery.Class(r.String()), orrery.Channel(r.String()), r.String()
	in.Theme, in.Stance, in.Team, in.Market, in.Product = r.String(), r.String(), r.String(), r.String(), r.String()
	in.Life, in.By.Name = orrery.LifeKind(r.String()), r.String()
	in.Case, in.UsefulUntil, in.At = orrery.CaseID(r.Uint()), orrery.Instant(r.Int()), orrery.Instant(r.Int())
	in.By.Trust, in.Priority = orrery.Trust(r.Uint()), int(r.Int())
	x.State = orrery.IntentState(r.Uint())
	x.Answer = readAnswer(r)
	x.Effect, x.Attempts, x.NotBefore, x.Dead = orrery.EffectID(r.Uint()), int(r.Uint()), orrery.Instant(r.Int()), r.Bool()
}

func appendAnswer(w *wire.Writer, a *orrery.Answer) {
	w.Uint(uint64(a.Verdict))
	w.String(a.Reason)
	w.Int(int64(a.Until))
	w.Uint(uint64(len(a.Evidence)))
	for _, e := range a.Evidence {
		w.String(e)
	}
	w.String(string(a.Replace))
	w.Uint(uint64(a.Policy))
}

func readAnswer(r *wire.Reader) orrery.Answer {
	a := orrery.Answer{Verdict: orrery.Verdict(r.Uint()), Reason: r.String(), Until: orrery.Instant(r.Int())}
	if n := r.Count(); n > 0 {
		a.Evidence = make([]string, n)
		for i := range a.Evidence {
			a.Evidence[i] = r.String()
		}
	}
	a.Replace, a.Policy = orrery.Class(r.String()), int(r.Uint())
	return a
}

func (p *Push) appendTo(w *wire.Writer) {
	w.String(string(p.Destination))
	w.String(string(p.List))
	w.Uint(uint64(p.Desired))
	w.Uint(p.Version)
	w.Int(int64(p.RequestedAt))
	w.String(p.Reason)
	w.String(p.Cause)
	w.Uint(p.Acked)
	w.Uint(uint64(p.AckedKind))
	w.Int(int64(p.AckedAt))
	w.Uint(uint64(p.Outcome))
	w.String(p.Detail)
	w.Uint(uint64(p.Attempts))
	w.Int(int64(p.NotBefore))
}

func (p *Push) read(r *wire.Reader) {
	*p = Push{Destination: orrery.DestinationName(r.String()), List: orrery.AudienceName(r.String()), Desired: orrery.PushKind(r.Uint()),
		Version: r.Uint(), RequestedAt: orrery.Instant(r.Int()), Reason: r.String(), Cause: r.String(), Acked: r.Uint(),
		AckedKind: orrery.PushKind(r.Uint()), AckedAt: orrery.Instant(r.Int()), Outcome: orrery.Outcome(r.Uint()),
		Detail: r.String(), Attempts: int(r.Uint()), NotBefore: orrery.Instant(r.Int())}
}

func appendEffect(w *wire.Writer, e *orrery.Effect) {
	w.Uint(uint64(e.ID))
	w.Uint(uint64(e.Kind))
	w.String(string(e.Destination))
	w.Fixed(uint64(e.Person))
	w.String(e.Type)
	w.Uint(uint64(e.Intent))
	w.String(e.Reason)
	w.String(e.Data)
	w.Int(int64(e.RequestedAt))
	w.Uint(uint64(e.Attempts))
}

func readEffect(r *wire.Reader) orrery.Effect {
	return orrery.Effect{ID: orrery.EffectID(r.Uint()), Kind: orrery.EffectKind(r.Uint()), Destination: orrery.DestinationName(r.String()),
		Person: orrery.FragmentID(r.Fixed()), Type: r.String(), Intent: orrery.IntentID(r.Uint()), Reason: r.String(), Data: r.String(),
		RequestedAt: orrery.Instant(r.Int()), Attempts: int(r.Uint())}
}
