package logtest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
	"github.com/orrery-cxm/orrery/internal/log/logtest"
)

func TestTheFakeKeepsTheContract(t *testing.T) {
	logtest.Run(t, func(*testing.T) logtest.Opener {
		f := logtest.NewFake()
		return func(incarnation uint16) (log.Log, error) {
			f.Reopen(incarnation)
			return f, nil
		}
	})
}

func TestTheFakeFailsAsTold(t *testing.T) {
	ctx := context.Background()
	for _, kept := range []bool{false, true} {
		f := logtest.NewFake()
		f.FailAppend = func(orrery.Seq) logtest.Failure { return logtest.Failure{Err: log.ErrUnknown, Kept: kept} }
		if _, err := f.Append(ctx, 0, []byte("one")); !errors.Is(err, log.ErrUnknown) {
			t.Fatalf("append gave %v, want ErrUnknown", err)
		}
		f.FailAppend = nil
		end, _ := f.End()
		if want := map[bool]orrery.Seq{true: 1}[kept]; end != want {
			t.Errorf("with kept %v the log ends at %d, want %d", kept, end, want)
		}
		if _, err := f.Append(ctx, end, []byte("two")); !errors.Is(err, log.ErrUnknown) {
			t.Errorf("an append before reopening gave %v, want ErrUnknown", err)
		}
		f.Reopen(0)
		if _, err := f.Append(ctx, end, []byte("two")); err != nil {
			t.Errorf("an append after reopening gave %v", err)
		}
	}
}
