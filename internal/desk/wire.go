package desk

import (
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// AppendTo writes d canonically: equal states give equal bytes, an empty one none.
func (d *Desk) AppendTo(w *wire.Writer) {
	if d.Empty() {
		return
	}
	w.Uint(uint64(len(d.Cases)))
	for i := range d.Cases {
		appendLine(w, &d.Cases[i])
	}
	w.Uint(uint64(len(d.Reviews)))
	for i := range d.Reviews {
		appendReview(w, &d.Reviews[i])
	}
	w.Uint(uint64(len(d.Recent)))
	for i := range d.Recent {
		appendMessage(w, &d.Recent[i])
	}
}

// Read replaces d by what AppendTo wrote. Strings share the memory of the bytes. On an error d is empty.
func (d *Desk) Read(r *wire.Reader) error {
	*d = Desk{}
	if r.Len() == 0 {
		return r.Err()
	}
	d.Cases = read(r, readLine)
	d.Reviews = read(r, readReview)
	d.Recent = read(r, readMessage)
	if err := r.Err(); err != nil {
		*d = Desk{}
		return fmt.Errorf("read desk: %w", err)
	}
	return nil
}

func read[T any](r *wire.Reader, one func(*wire.Reader, *T)) []T {
	n := r.Count()
	if n == 0 {
		return nil
	}
	items := make([]T, 0, min(n, 256))
	for range n {
		var v T
		one(r, &v)
		if r.Err() != nil {
			return nil
		}
		items = append(items, v)
	}
	return items
}

func appendLine(w *wire.Writer, l *Line) {
	appendCase(w, &l.Case)
	w.String(l.Thread)
	w.Int(int64(l.Resolved))
	w.Int(int64(l.AskedAt))
	w.Uint(uint64(l.Reports))
}

func readLine(r *wire.Reader, l *Line) {
	readCase(r, &l.Case)
	l.Thread, l.Resolved, l.AskedAt = r.String(), orrery.Instant(r.Int()), orrery.Instant(r.Int())
	l.Reports = int(r.Uint())
}

func appendCase(w *wire.Writer, c *orrery.Case) {
	w.Uint(uint64(c.ID))
	w.Fixed(uint64(c.Reporter))
	w.Uint(uint64(c.Affected)) // mostly none
	w.Uint(uint64(c.Touch))
	w.Uint(uint64(c.Status))
	w.Uint(uint64(c.Severity))
	w.String(c.Product)
	w.String(c.Order)
	w.String(string(c.Channel))
	w.String(c.Title)
	w.Bool(c.Verified)
	w.Int(int64(c.OpenedAt))
	w.Int(int64(c.ChangedAt))
	w.Uint(uint64(c.Asked))
	w.Bool(c.Escalated)
	w.String(c.Theme)
}

func readCase(r *wire.Reader, c *orrery.Case) {
	c.ID, c.Reporter, c.Affected = orrery.CaseID(r.Uint()), orrery.FragmentID(r.Fixed()), orrery.FragmentID(r.Uint())
	c.Touch, c.Status, c.Severity = orrery.TouchID(r.Uint()), orrery.CaseStatus(r.Uint()), orrery.Severity(r.Uint())
	c.Product, c.Order, c.Channel, c.Title = r.String(), r.String(), orrery.Channel(r.String()), r.String()
	c.Verified, c.OpenedAt, c.ChangedAt = r.Bool(), orrery.Instant(r.Int()), orrery.Instant(r.Int())
	c.Asked, c.Escalated, c.Theme = uint8(r.Uint()), r.Bool(), r.String()
}

func appendReview(w *wire.Writer, v *Review) {
	w.Uint(uint64(v.ID))
	w.String(v.About)
	w.Int(int64(v.At))
	w.Uint(uint64(v.Life))
	w.Uint(uint64(v.Case))
	w.String(v.Answer)
	appendMessage(w, &v.Message)
}

func readReview(r *wire.Reader, v *Review) {
	v.ID, v.About, v.At = orrery.ReviewID(r.Uint()), r.String(), orrery.Instant(r.Int())
	v.Life, v.Case, v.Answer = orrery.LifeID(r.Uint()), orrery.CaseID(r.Uint()), r.String()
	readMessage(r, &v.Message)
}

func appendMessage(w *wire.Writer, m *Message) {
	w.Uint(uint64(m.Touch))
	w.String(m.Thread)
	w.String(m.Order)
	w.String(m.Product)
	w.String(string(m.Channel))
	w.String(m.Title)
	w.Bool(m.Verified)
	w.Bool(m.Public)
}

func readMessage(r *wire.Reader, m *Message) {
	m.Touch, m.Thread, m.Order, m.Product = orrery.TouchID(r.Uint()), r.String(), r.String(), r.String()
	m.Channel, m.Title, m.Verified, m.Public = orrery.Channel(r.String()), r.String(), r.Bool(), r.Bool()
}
