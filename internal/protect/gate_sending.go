package protect

import (
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Lines 7 to 10: the clock, what was sent before, the channel.

func askQuiet(p *Policy, q *Question) (orrery.Answer, bool) {
	if slices.Contains(p.Quiet.Except, q.Channel) {
		return pass()
	}
	at := p.Quiet.next(q.Now, q.Channel, q.Zones)
	if at <= q.Now {
		return pass()
	}
	if p.Quiet.holiday(q.Now, q.Channel, q.Zones) {
		return hold(GateHoliday, at)
	}
	return hold(GateQuietHours, at)
}

// capped says that a class fills caps and is bounded by them.
func capped(c orrery.Class) bool {
	return c == orrery.Commercial || c == orrery.SurveyClass || c == orrery.Favour
}

// askCaps counts over rolling windows what was queued, sent or may have been sent, here or by another tool of the
// brand, and answers with the minute at which every window has room again.
func askCaps(p *Policy, e *Experience, q *Question) (orrery.Answer, bool) {
	if len(e.Sent) == 0 {
		for i := range p.Caps {
			if c := &p.Caps[i]; c.Limit == 0 && (c.Channel == "" || c.Channel == q.Channel) {
				return hold(GateCap, 0)
			}
		}
		return pass()
	}
	var until orrery.Instant
	var evidence []string
	for i := range p.Caps {
		c := &p.Caps[i]
		if c.Channel != "" && c.Channel != q.Channel {
			continue
		}
		if c.Limit == 0 {
			return hold(GateCap, 0)
		}
		n, from := 0, q.Now.Add(-c.Window)
		for j := len(e.Sent) - 1; j >= 0; j-- { // newest first: the Limit-th newest is the one that must leave
			s := &e.Sent[j]
			if s.At <= from {
				break
			}
			if !s.Counts() || !capped(s.Class) || (c.Channel != "" && s.Channel != c.Channel) || q.itself(s) {
				continue
			}
			if n++; n == c.Limit {
				until = max(until, nextMinute(s.At.Add(c.Window)))
				evidence = append(evidence, s.Ref())
				break
			}
		}
	}
	if until == 0 {
		return pass()
	}
	return hold(GateCap, until, evidence...)
}

// nextMinute is t, up to the whole minute.
func nextMinute(t orrery.Instant) orrery.Instant {
	m := orrery.Instant(orrery.Minute)
	return (t + m - 1) / m * m
}

func askConflict(p *Policy, e *Experience, q *Question) (orrery.Answer, bool) {
	if q.Theme == "" || len(e.Sent) == 0 {
		return pass()
	}
	var a orrery.Answer
	for i := len(e.Sent) - 1; i >= 0; i-- {
		s := &e.Sent[i]
		if s.At.Add(p.Conflict.Window) <= q.Now {
			break
		}
		if !s.Counts() || q.itself(s) {
			continue
		}
		clash := clashOf(s, q.Theme, q.Stance, q.Team, q.Market)
		if clash == contradicts && p.Conflict.Contradiction == ConflictHold {
			return hold(GateContradicts, s.At.Add(p.Conflict.Window), s.Ref())
		}
		if clash == repeats && p.Conflict.Repeat == ConflictHold && a.Reason == "" {
			a, _ = hold(GateRepeats, s.At.Add(p.Conflict.Window), s.Ref())
		}
	}
	return a, a.Reason != ""
}

func askChannel(p *Policy, e *Experience, q *Question) (orrery.Answer, bool) {
	if q.UsefulUntil != 0 && q.UsefulUntil <= q.Now {
		return drop(GateExpired)
	}
	for i := range p.Channels {
		r := &p.Channels[i]
		if r.Channel != q.Channel {
			continue
		}
		if r.Closed {
			return hold(GateChannelClosed, 0)
		}
		if r.MinGap == 0 || !capped(q.Class) {
			continue
		}
		for j := len(e.Sent) - 1; j >= 0; j-- {
			s := &e.Sent[j]
			if s.At.Add(r.MinGap) <= q.Now {
				break
			}
			if s.Counts() && s.Channel == q.Channel && capped(s.Class) && !q.itself(s) {
				return hold(GateChannelGap, s.At.Add(r.MinGap), s.Ref())
			}
		}
	}
	return pass()
}
