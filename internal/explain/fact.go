package explain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// args are the arguments of a line; an empty value is no argument.
type args map[string]string

func (a args) set(name string, value fmt.Stringer) {
	if s := value.String(); s != "" {
		a[name] = s
	}
}

func (a args) text(name, value string) {
	if value != "" {
		a[name] = value
	}
}

// lineOf says what a fact of the log is about, as far as it concerns the person of the scene.
func (s *scene) lineOf(e engine.Fact) Line {
	a := args{}
	var ids []string
	switch f := e.Fact.(type) {
	case *orrery.CaseOpened, *orrery.CaseChanged, *orrery.HoldPlaced, *orrery.HoldChanged, *orrery.HoldReleased, *orrery.ApologyDue,
		*orrery.ApologyPaid, *orrery.ReviewOpened, *orrery.ReviewClosed:
		ids = s.care(a, f)
	case *orrery.LifeNoted, *orrery.LifeChanged, *orrery.SignalRaised, *orrery.SignalActed, *orrery.ConsentChanged, *orrery.SignalsRevised,
		*orrery.ViewsWithdrawn, *orrery.ViewsRestored, *orrery.ConflictFound:
		ids = s.life(a, f)
	case *orrery.IntentOffered, *orrery.IntentChanged, *orrery.EffectRequested, *orrery.EffectReleased, *orrery.EffectAnswered,
		*orrery.AudienceChanged, *orrery.PushRequested, *orrery.PushAnswered:
		ids = outward(a, f)
	default:
		ids = s.identity(a, f, e.At)
	}
	if s.whileJoined(e.At) {
		a["joined"] = "joined"
	}
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return len(id) != idLength }) // a name is no id
	return Line{At: e.At.Time, Code: engine.FactName(e.Fact), Args: a, Facts: ids, Cursor: cursorOf(e.At)}
}

// idLength is the length of every id as people see it.
const idLength = len("tch_0000000000000")

func cursorOf(at orrery.Stamp) string { return fmt.Sprintf("%d.%d", at.Seq, at.Index) }

func idOf[T ~uint64](id T) string {
	if id == 0 {
		return ""
	}
	return fmt.Sprint(id)
}

func (s *scene) care(a args, f orrery.Fact) []string {
	switch f := f.(type) {
	case *orrery.CaseOpened:
		s.ofCase(a, &f.Case)
		a.text("by", f.By.Name)
		if !f.Case.Verified {
			a["mark"] = "unverified"
		}
		return []string{idOf(f.Case.ID), s.ownTouch(f.Case.Reporter, f.Case.Touch)}
	case *orrery.CaseChanged:
		a.text("change", f.Change)
		a.text("by", f.By.Name)
		a.set("severity", f.Case.Severity)
		return []string{idOf(f.Case.ID)}
	case *orrery.HoldPlaced:
		ofHold(a, &f.Hold)
		return s.holdIDs(&f.Hold)
	case *orrery.HoldChanged:
		ofHold(a, &f.Hold)
		a.text("change", f.Change)
		a["by"] = f.By
		if f.Change == "shared" {
			delete(a, "by") // it names the other person
		}
		return s.holdIDs(&f.Hold)
	case *orrery.HoldReleased:
		a.text("holding", string(f.Was))
		a.text("release", f.Reason)
		a.text("by", f.By)
		return []string{idOf(f.Hold)}
	case *orrery.ApologyDue:
		if f.Again {
			a["mark"] = "again"
		}
		return []string{idOf(f.Case)}
	case *orrery.ApologyPaid:
		a.text("by", f.By.Name)
		return []string{idOf(f.Case), idOf(f.Intent)}
	case *orrery.ReviewOpened:
		ofReview(a, f.About)
		return []string{idOf(f.Review), idOf(f.Case), idOf(f.Life), s.ownTouch(f.Fragment, f.Touch)}
	case *orrery.ReviewClosed:
		a.text("answer", f.Answer)
		a.text("by", f.By.Name)
		return []string{idOf(f.Review)}
	}
	return nil
}

// ofCase says of a case what both the reporter and the affected person may know. Who wrote what stays with the reporter.
func (s *scene) ofCase(a args, c *orrery.Case) {
	a.set("severity", c.Severity)
	a.text("product", c.Product)
	if s.mine(c.Reporter) {
		a.text("channel", string(c.Channel))
	}
}

func ofHold(a args, h *orrery.Hold) {
	a.text("holding", string(h.Kind))
	a.text("reason", h.Reason)
	a.text("product", h.Product)
	switch h.By {
	case "split":
		a["mark"] = "copied"
	default:
		a.text("by", h.By)
	}
	if a.set("until", h.Until); h.Until == 0 {
		a["open_end"] = "1"
	}
}

func ofReview(a args, about string) {
	if kind, ok := strings.CutPrefix(about, "life."); ok {
		a["life"] = kind
		return
	}
	a.text("about", about)
}

func (s *scene) holdIDs(h *orrery.Hold) []string {
	return []string{idOf(h.ID), idOf(h.Case), idOf(h.Life), s.ownTouch(h.Fragment, h.Touch)}
}

func (s *scene) life(a args, f orrery.Fact) []string {
	switch f := f.(type) {
	case *orrery.LifeNoted:
		ofLife(a, &f.Event)
		return []string{idOf(f.Event.ID), s.ownTouch(f.Event.Fragment, f.Event.Touch)}
	case *orrery.LifeChanged:
		ofLife(a, &f.Event)
		a.text("change", f.Change)
		a.text("by", f.By.Name)
		return []string{idOf(f.Event.ID)}
	case *orrery.SignalRaised:
		ofSignal(a, f.Signal)
		a.set("due", f.Due)
		return []string{s.ownTouch(f.Fragment, f.Touch)}
	case *orrery.SignalActed:
		ofSignal(a, f.Signal)
		a["mark"] = "acted"
		if f.Missed {
			a["mark"] = "missed"
		}
		return []string{s.ownTouch(f.Fragment, f.Touch), f.By}
	case *orrery.ConsentChanged:
		a.text("purpose", string(f.Purpose))
		a.text("channel", string(f.Channel))
		a.set("consent", f.Answer)
		a.text("source", string(f.Source))
		a.text("by", f.By)
		return []string{s.ownTouch(f.Fragment, f.Touch)}
	case *orrery.SignalsRevised:
		ofSignals(a, &f.Signals)
		a.text("by", f.By.Name)
		return []string{s.ownTouch(f.Fragment, f.Touch)}
	case *orrery.ViewsWithdrawn:
		a.text("product", f.Product)
		a.set("since", f.From)
		return []string{idOf(f.Case)}
	case *orrery.ViewsRestored:
		a.text("product", f.Product)
		return []string{idOf(f.Case)}
	case *orrery.ConflictFound:
		a.text("theme", f.Theme)
		a.text("teams", strings.Join(f.Teams, ", "))
		a["mark"] = "repeats"
		if f.Contra {
			a["mark"] = "contradicts"
		}
		return []string{f.First, f.Second}
	}
	return nil
}

func ofLife(a args, l *orrery.LifeEvent) {
	a.text("life", string(l.Kind))
	a["certainty"] = certainty(l.Certainty)
	a.set("until", l.Expires)
}

func certainty(c orrery.Certainty) string {
	switch c {
	case orrery.Declared:
		return "declared"
	case orrery.Verified:
		return "verified"
	}
	return "inferred"
}

func ofSignal(a args, signal string) {
	if kind, ok := strings.CutPrefix(signal, "life."); ok {
		a["life"] = kind
		return
	}
	a.text("signal", signal)
}

func ofSignals(a args, s *orrery.Signals) {
	a.set("polarity", s.Polarity)
	a.text("language", s.Language)
	a.text("confidence", percent(s.Confidence))
	a.text("words", strings.Join(s.Evidence, ", "))
}

// percent writes a confidence in thousandths as a percentage.
func percent(c orrery.Confidence) string {
	if c == 0 {
		return ""
	}
	return strings.TrimSuffix(fmt.Sprintf("%d.%d", c/10, c%10), ".0")
}

func ofAnswer(a args, g orrery.Answer) {
	a.set("gate", g.Verdict)
	a.text("reason", g.Reason)
	a.text("replace", string(g.Replace))
	a.set("until", g.Until)
}

func count(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}
