package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/ads"
	"github.com/orrery-cxm/orrery/internal/ads/csvfile"
	"github.com/orrery-cxm/orrery/internal/api"
	"github.com/orrery-cxm/orrery/internal/engine"
)

type eraseCommand struct {
	Ref     string `arg:"" help:"Who: per_..., or an identifier such as user_id:ann or email:ann@example.com."`
	Request string `help:"Your own reference of the person's request, for the receipt."`
	Region  string `help:"Country of a phone number without a country code, such as DE."`
	JSON    bool   `help:"Print the receipt as JSON." name:"json"`
}

type eraseQuestion struct {
	Ref     string `json:"ref"`
	Region  string `json:"region"`
	Request string `json:"request"`
}

var erasePerson = operation[eraseQuestion, *engine.Receipt]{name: "erase", run: func(ctx context.Context, h *House, q eraseQuestion, say progress) (*engine.Receipt, error) {
	return h.eraseRef(ctx, q, cliActor, say)
}}

func (h *House) eraseRef(ctx context.Context, q eraseQuestion, by orrery.Actor, say progress) (*engine.Receipt, error) {
	id, err := h.API.Person(q.Ref, q.Region)
	if err != nil {
		return nil, err
	}
	receipt, err := h.erase(ctx, id, q.Request, by, say)
	return receipt, unknownPerson(q.Ref, err)
}

// rights does over HTTP what the commands export and erase do.
type rights struct{ house *House }

func (r rights) Export(ctx context.Context, ref, region string) (*api.Export, error) {
	return r.house.takeout(ctx, ref, region)
}

func (r rights) Erase(ctx context.Context, ref, region, request string, by orrery.Actor) (*engine.Receipt, error) {
	return r.house.eraseRef(ctx, eraseQuestion{Ref: ref, Region: region, Request: request}, by, quietly)
}

// Erase forgets the person whom a reference names, everywhere, and returns the receipt.
func (h *House) Erase(ctx context.Context, ref, request string) (*engine.Receipt, error) {
	return erasePerson.run(ctx, h, eraseQuestion{Ref: ref, Request: request}, quietly)
}

// quietly tells nobody.
func quietly(string, ...any) {}

// erase forgets a person everywhere.
func (h *House) erase(ctx context.Context, id orrery.FragmentID, request string, by orrery.Actor, say progress) (*engine.Receipt, error) {
	h.operate.Lock()
	defer h.operate.Unlock()
	say("erasing: log, checkpoint, lists, files")
	return h.Engine.Erase(ctx, engine.Erase{Fragment: id, Request: request, By: by, Elsewhere: h.eraseElsewhere,
		Quarantined: func(ctx context.Context, values []string) ([]uint64, error) {
			if err := h.API.Views.Wait(ctx, h.Engine.Seq()); err != nil {
				return nil, err
			}
			numbers, _, err := h.API.Views.QuarantineContaining(ctx, values)
			return numbers, err
		}})
}

// eraseElsewhere takes a person out of audience files and lists.
func (h *House) eraseElsewhere(ctx context.Context, plan *engine.Erasure, at orrery.Seq) ([]engine.Cleaned, error) {
	var out []engine.Cleaned
	folders, err := h.audienceFolders()
	if err != nil {
		return nil, err
	}
	for _, name := range sortedKeys(folders) {
		if err := h.eraseFromFiles(ctx, name, folders[name], plan.Fragments); err != nil {
			return nil, err
		}
		out = append(out, engine.Cleaned{Store: "files", What: "audience files of " + string(name), Count: 1, At: orrery.InstantOf(time.Now())})
	}
	if err := h.API.Views.Erased(ctx, at); err != nil {
		return nil, err
	}
	out = append(out, engine.Cleaned{Store: "memory", What: "phone numbers as people wrote them", Count: h.API.Decoder().ForgetPhones(), At: orrery.InstantOf(time.Now())})
	out = append(out, engine.Cleaned{Store: "lists", What: "rows, and read through for what must be gone", Count: len(plan.Fragments), At: orrery.InstantOf(time.Now())})
	if err := h.API.Teacher.Erased(ctx, plan.Fragments, at); err != nil {
		return nil, err
	}
	out = append(out, engine.Cleaned{Store: "listening", What: "lessons from what they wrote unlearned", Count: len(plan.Fragments), At: orrery.InstantOf(time.Now())})
	out = append(out, engine.Cleaned{Store: "lists", What: "events in quarantine", Count: len(plan.Quarantined), At: orrery.InstantOf(time.Now())})
	if err := h.Radar.Erased(ctx, at); err != nil {
		return nil, err
	}
	return append(out, engine.Cleaned{Store: "radar", What: "examples, and words that only they used", Count: len(plan.Fragments), At: orrery.InstantOf(time.Now())}), nil
}

// audienceFolders are the folders of destinations of files: of the policy, and of earlier ones that left files behind.
func (h *House) audienceFolders() (map[orrery.DestinationName]string, error) {
	out := map[orrery.DestinationName]string{}
	left, err := os.ReadDir(filepath.Join(h.Dir, "audiences"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("looking for audience files: %w", err)
	}
	for _, e := range left {
		if e.IsDir() {
			out[orrery.DestinationName(e.Name())] = filepath.Join(h.Dir, "audiences", e.Name())
		}
	}
	for _, d := range h.Engine.Policy().Destinations {
		if d.Kind != "csv" {
			continue
		}
		folder := audienceFolder(h.Dir, d)
		if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		out[d.Name] = folder
	}
	return out, nil
}

func (h *House) eraseFromFiles(ctx context.Context, name orrery.DestinationName, folder string, fragments []orrery.FragmentID) error {
	h.mu.Lock()
	defer h.mu.Unlock() // the outlet stays open meanwhile
	files := h.files[name]
	if files == nil {
		opened, err := csvfile.Open(folder, csvfile.Options{Platform: ads.Google, Full: true})
		if err != nil {
			return fmt.Errorf("opening the audience files of %s: %w", name, err)
		}
		files = &csvOutlet{files: opened}
		defer opened.Close()
	}
	for _, id := range fragments {
		if err := files.files.Erase(ctx, h.personKey(name, id)); err != nil {
			return err
		}
	}
	return nil
}

func (c *eraseCommand) Run(r *runner) error {
	receipt, err := ask(r, erasePerson, eraseQuestion{Ref: c.Ref, Region: c.Region, Request: c.Request})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(r.out, receipt)
	}
	printReceipt(r, receipt)
	return nil
}

func printReceipt(r *runner, receipt *engine.Receipt) {
	s := newSheet(r.out)
	fmt.Fprintf(s, "%s is forgotten since chunk %d\n", receipt.Person, receipt.Seq)
	if receipt.Request != "" {
		fmt.Fprintf(s, "request %s\n", receipt.Request)
	}
	fmt.Fprintf(s, "from %s to %s\n\n", receipt.Began, receipt.Ended)
	for _, c := range receipt.Cleaned {
		s.row(c.At, c.Store, c.Count, c.What)
	}
	fmt.Fprintf(s, "\nbackups made before still hold the person: restore them with --register, or let them go\nwhat others wrote about the person in their own words cannot be found\n")
	_ = s.Flush() // standard output may have gone
}
