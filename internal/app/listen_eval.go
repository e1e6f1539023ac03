package app

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/listen/eval"
)

// listenEval reads the sets under --data, which is the directory of workspaces for every other command.
type listenEval struct {
	Against string `help:"Earlier report: print what is better, worse and the same; exit code 1 when something is worse." type:"existingfile" placeholder:"REPORT.json"`
	Out     string `help:"File to write the report to, as JSON without times." type:"path" placeholder:"REPORT.json"`
	Classes bool   `help:"Print precision and recall of each class, and examples of swaps that moved a judgement."`
}

func (c *listenEval) Run(r *runner) error {
	e, held, err := weighed()
	if err != nil {
		return err
	}
	report, cost, err := eval.Run(e, r.cli.Data)
	if err != nil {
		return fmt.Errorf("measure the text engine: %w", err)
	}
	if len(report.Results) == 0 {
		return orrery.NotFound("listen.sets", fmt.Sprintf("there is no labelled set in %s: name the directory with --data; docs/listening.md has the layouts", r.cli.Data))
	}
	model, err := listen.ShippedModel()
	if err != nil {
		return err
	}
	report.Model = fmt.Sprintf("%x", sha256.Sum256(model))[:16]
	if err := report.Print(r.out, cost, c.Classes); err != nil {
		return fmt.Errorf("print the report: %w", err)
	}
	fmt.Fprintf(r.out, "the engine holds %.1f MB, of which the model is %.1f MB\n", float64(held)/1e6, float64(len(model))/1e6)
	if c.Out != "" {
		var b bytes.Buffer
		if err := report.Write(&b); err != nil {
			return err
		}
		if err := os.WriteFile(c.Out, b.Bytes(), 0o644); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	if c.Against == "" {
		return nil
	}
	return against(r.out, c.Against, report)
}

// against compares with the report in a file.
func against(out io.Writer, name string, now *eval.Report) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("read the earlier report: %w", err)
	}
	defer f.Close()
	before, err := eval.ReadReport(f)
	if err != nil {
		return err
	}
	changes, err := eval.Compare(before, now)
	if err != nil {
		return err
	}
	worse, err := eval.PrintChanges(out, changes)
	if err == nil {
		err = eval.PrintSwaps(out, before, now)
	}
	if err == nil && worse > 0 {
		err = orrery.Conflict("listen.worse", fmt.Sprintf("%d figures are worse than in %s", worse, name))
	}
	return err
}

// weighed starts an engine and says how many bytes it holds.
func weighed() (*listen.Engine, uint64, error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	e, err := listen.New(listen.Options{}) // a new one: that which is shared may be in memory already
	if err != nil {
		return nil, 0, fmt.Errorf("start the text engine: %w", err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	return e, after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc), nil
}
