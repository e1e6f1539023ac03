package logtest

import (
	"bytes"

	"github.com/orrery-cxm/orrery"
)

func besideAppends(s *suite) {
	const n = 200
	done := make(chan error, 1)
	go func() {
		for i := range orrery.Seq(n) {
			if _, err := s.log.Append(s.ctx, i, bytes.Repeat([]byte{byte(i + 1)}, 700)); err != nil {
				done <- err
				return
			}
			if i%10 == 9 {
				if err := s.log.Redact(s.ctx, i-5, bytes.Repeat([]byte{byte(i - 5)}, 600)); err != nil {
					done <- err
					return
				}
			}
		}
		done <- nil
	}()
	for last := orrery.Seq(0); last < n; {
		select {
		case err := <-done:
			if err != nil {
				s.Fatal(err)
			}
			done = nil
		default:
		}
		from := last - min(last, 20)
		for c, err := range s.log.Read(s.ctx, from) {
			if err != nil {
				s.Fatal(err)
			}
			last = c.Seq
			if end, _ := s.log.End(); c.Seq > end {
				s.Fatalf("chunk %d was read before it was durable: the end is %d", c.Seq, end)
			}
			if want := bytes.Repeat([]byte{byte(c.Seq)}, len(c.Body)); !bytes.Equal(c.Body, want) || len(c.Body) < 600 {
				s.Fatalf("chunk %d was read half-written", c.Seq)
			}
		}
	}
	if done != nil {
		if err := <-done; err != nil {
			s.Fatal(err)
		}
	}
}
