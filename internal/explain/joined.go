package explain

import (
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// window is a span of the log in which the person was joined with one from whom they have been separated since.
type window struct{ from, to orrery.Seq }

// learnJoin is told of the moves of the person's own fragments, newest first: a split opens a window backwards, the join
// before it closes it.
func (s *scene) learnJoin(splits map[orrery.FragmentID]orrery.Seq, m *orrery.FragmentAssigned, at orrery.Seq) {
	switch m.Reason {
	case "split", "shared":
		if _, open := splits[m.Fragment]; !open {
			splits[m.Fragment] = at
		}
	case "joined", "seen":
		if to, open := splits[m.Fragment]; open {
			s.joins = append(s.joins, window{from: at, to: to})
			delete(splits, m.Fragment)
		}
	}
}

// maxOutside bounds how many fragments of others are asked when they were joined with the person.
const maxOutside = 50

// learnGuests finds when others were joined with the person and left: the log tells that of the fragment that moved, not
// of the one that stayed. Whoever was joined is connected by evidence or by a decision against it. Nothing of them is
// shown.
func (s *scene) learnGuests() error {
	if s.guests {
		return nil
	}
	s.guests = true
	outside := map[orrery.FragmentID]bool{}
	for _, n := range s.person.Fragments {
		for i := range n.Edges {
			outside[n.Edges[i].Other] = true
		}
		for i := range n.Denials {
			outside[n.Denials[i].Other] = true
		}
	}
	var ids []orrery.FragmentID
	for id := range outside {
		if !s.mine(id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids[:min(len(ids), maxOutside)] {
		moves, err := s.movesOf(id)
		if unknown(err) {
			continue // erased since
		}
		if err != nil {
			return fmt.Errorf("reading who was joined: %w", err)
		}
		s.learnStays(moves)
	}
	return nil
}

// movesOf reads to whom a fragment was assigned, oldest first.
func (s *scene) movesOf(id orrery.FragmentID) ([]engine.Fact, error) {
	var moves []engine.Fact
	var cursor engine.Cursor
	for read := 0; read < maxEntries; {
		page, more, err := s.w.Timeline(id, cursor, pageSize)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			if m, ok := e.Fact.(*orrery.FragmentAssigned); ok && m.Fragment == id {
				moves = append(moves, e)
			}
		}
		read += len(page)
		if more == (engine.Cursor{}) {
			break
		}
		cursor = more
	}
	slices.Reverse(moves)
	return moves, nil
}

// learnStays adds a window for each time that a fragment came to the person and left again.
func (s *scene) learnStays(moves []engine.Fact) {
	var from orrery.Seq
	for _, e := range moves {
		here := s.mine(e.Fact.(*orrery.FragmentAssigned).Person)
		switch {
		case here && from == 0:
			from = e.At.Seq
		case !here && from != 0:
			s.joins = append(s.joins, window{from: from, to: e.At.Seq})
			from = 0
		}
	}
}

// whileJoined says that something happened while the person was joined with another who has been separated since.
func (s *scene) whileJoined(at orrery.Stamp) bool {
	for _, j := range s.joins {
		if at.Seq >= j.from && at.Seq < j.to {
			return true
		}
	}
	return false
}
