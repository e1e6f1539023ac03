package identify

import (
	"cmp"
	"maps"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// Names of breakers, as they stand in [orrery.EvidenceQuarantined].
const (
	BySource  = "source"  // the source's right to link is suspended
	ByGrowth  = "growth"  // the person grew too often today
	BySize    = "size"    // too many identifiers would be connected
	ByEdges   = "edges"   // one identifier has too much evidence
	ByWaiting = "waiting" // it waits already; now an earlier sight of it came
)

// Breakers remembers, for one workspace, which sources link suspiciously fast. It depends on chunk time only. The engine
// folds every SourceBroken fact into it; the counts of the current minute need not outlive a restart.
type Breakers struct {
	sources map[orrery.SourceName]*breaker
}

type breaker struct {
	minute int64
	joins  int
	broken bool
}

// Broken says whether the source's right to link is suspended.
func (b *Breakers) Broken(s orrery.SourceName) bool {
	k := b.sources[s]
	return k != nil && k.broken
}

// Evolve folds a SourceBroken fact; any other is ignored.
func (b *Breakers) Evolve(f orrery.Fact) {
	if f, ok := f.(*orrery.SourceBroken); ok {
		k := b.of(f.Source)
		k.broken = f.Broken
		if !f.Broken {
			k.joins = 0
		}
	}
}

func (b *Breakers) of(s orrery.SourceName) *breaker {
	if b.sources == nil {
		b.sources = map[orrery.SourceName]*breaker{}
	}
	k := b.sources[s]
	if k == nil {
		k = &breaker{}
		b.sources[s] = k
	}
	return k
}

// suspect counts a suspicious join and gives the number in this minute.
func (b *Breakers) suspect(s orrery.SourceName, now orrery.Instant) int {
	k := b.of(s)
	if m := int64(now) / int64(orrery.Minute); k.minute != m {
		k.minute, k.joins = m, 0
	}
	k.joins++
	return k.joins
}

// AppendTo writes which sources are broken, for the checkpoint.
func (b *Breakers) AppendTo(w *wire.Writer) {
	for _, s := range slices.SortedFunc(maps.Keys(b.sources), cmp.Compare[orrery.SourceName]) {
		if b.sources[s].broken {
			w.String(string(s))
		}
	}
}

// Read reads what AppendTo wrote.
func (b *Breakers) Read(r *wire.Reader) error {
	*b = Breakers{}
	for r.Len() > 0 {
		if s := r.String(); r.Err() == nil {
			b.of(orrery.SourceName(s)).broken = true
		}
	}
	return r.Err()
}
