package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/ads"
	"github.com/orrery-cxm/orrery/internal/ads/csvfile"
	"github.com/orrery-cxm/orrery/internal/channel/webhook"
	"github.com/orrery-cxm/orrery/internal/effect"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// newOutlet builds the way to a destination of the policy. A destination that cannot be built, for a missing secret or
// folder, becomes one that says so at every attempt, so that nothing is lost and everybody sees why.
func newOutlet(dir string, d engine.Destination) effect.Outlet {
	outlet, err := buildOutlet(dir, d)
	if err != nil {
		return &missing{why: err.Error()}
	}
	return outlet
}

func buildOutlet(dir string, d engine.Destination) (effect.Outlet, error) {
	switch d.Kind {
	case "webhook":
		secrets := make([]string, 0, len(d.Secrets))
		for _, name := range d.Secrets {
			s, err := readSecret(name)
			if err != nil {
				return nil, err
			}
			secrets = append(secrets, s)
		}
		return &webhookOutlet{sender: webhook.NewSender(webhook.Options{AllowPrivate: d.Private}), destination: d, secrets: secrets}, nil
	case "csv":
		files, err := csvfile.Open(audienceFolder(dir, d), csvfile.Options{Platform: ads.Platform(d.Platform), Full: d.Full})
		if err != nil {
			return nil, fmt.Errorf("opening %s: %w", d.Name, err)
		}
		return &csvOutlet{files: files}, nil
	}
	return nil, fmt.Errorf("destination %s has kind %q, which this version does not know", d.Name, d.Kind)
}

// audienceFolder is where a destination of files keeps them.
func audienceFolder(dir string, d engine.Destination) string {
	folder := d.Folder
	if folder == "" {
		folder = filepath.Join("audiences", string(d.Name))
	}
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(dir, folder)
	}
	return folder
}

// readSecret reads a signing secret from an environment variable, or from a file when the name begins with "file:".
func readSecret(name string) (string, error) {
	if path, ok := strings.CutPrefix(name, "file:"); ok {
		b, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("reading a signing secret: %w", err)
		}
		return strings.TrimSpace(string(b)), nil
	}
	v := os.Getenv(name)
	if v == "" {
		return "", fmt.Errorf("the environment variable %s, which should hold a signing secret, is not set", name)
	}
	return v, nil
}

// missing stands for a destination that could not be built.
type missing struct{ why string }

func (m *missing) Push(_ context.Context, _ string, changes []effect.Change) []effect.Result {
	out := make([]effect.Result, len(changes))
	for i := range out {
		out[i] = effect.Result{Outcome: orrery.RetryLater, Detail: m.why}
	}
	return out
}

func (m *missing) Deliver(context.Context, effect.Message) effect.Result {
	return effect.Result{Outcome: orrery.RetryLater, Detail: m.why}
}
func (m *missing) Backoff(attempts int, key uint64) (orrery.Span, bool) {
	return orrery.Minute, true
}
func (m *missing) Batch() int            { return 100 }
func (m *missing) Gather() time.Duration { return 0 }
func (m *missing) Close() error          { return nil }

// webhookOutlet delivers by Standard Webhooks.
type webhookOutlet struct {
	sender      *webhook.Sender
	destination engine.Destination
	secrets     []string
}

func (o *webhookOutlet) Push(ctx context.Context, list string, changes []effect.Change) []effect.Result {
	pushes := make([]webhook.Push, len(changes))
	for i, c := range changes {
		pushes[i] = webhook.Push{Op: c.Op, Version: c.Version, Person: c.Person, Identifiers: c.Who.Identifiers}
	}
	data, packed, err := webhook.Pack(o.destination.Name, list, pushes)
	if err != nil {
		return []effect.Result{{Outcome: orrery.Rejected, Detail: err.Error()}}
	}
	// The key of a delivery of several wishes is made of the first, so that a retry of the same wishes is recognised.
	id := fmt.Sprintf("%s_%s_%s_%d", o.destination.Name, list, changes[0].Person, changes[0].Version)
	r := o.send(ctx, id, webhook.TypeAudienceChanges, 0, data)
	out := make([]effect.Result, packed)
	for i := range out {
		out[i] = r
	}
	return out
}

func (o *webhookOutlet) Deliver(ctx context.Context, m effect.Message) effect.Result {
	return o.send(ctx, m.ID, m.Type, m.Time, m.Data)
}

func (o *webhookOutlet) send(ctx context.Context, id, kind string, at orrery.Instant, data []byte) effect.Result {
	r := o.sender.Send(ctx, webhook.Delivery{URL: o.destination.URL, Secrets: o.secrets, ID: id, Type: kind, Time: at, Data: data})
	return effect.Result{Outcome: r.Outcome, Detail: r.Detail, RetryAfter: r.RetryAfter}
}

func (o *webhookOutlet) Backoff(attempts int, key uint64) (orrery.Span, bool) {
	return webhook.Backoff(attempts, key)
}
func (o *webhookOutlet) Batch() int            { return 100 }
func (o *webhookOutlet) Gather() time.Duration { return 0 }
func (o *webhookOutlet) Close() error          { o.sender.Close(); return nil }

// csvOutlet keeps hashed audience files.
type csvOutlet struct{ files *csvfile.Destination }

func (o *csvOutlet) Push(ctx context.Context, list string, changes []effect.Change) []effect.Result {
	in := make([]csvfile.Change, len(changes))
	for i, c := range changes {
		in[i] = csvfile.Change{List: list, Op: c.Op, Version: c.Version, PersonKey: c.Key, Person: adsPerson(c.Who)}
	}
	results, err := o.files.Apply(ctx, in)
	out := make([]effect.Result, len(results))
	for i, r := range results {
		out[i] = effect.Result{Outcome: r.Outcome, Detail: r.Detail}
	}
	for len(out) < len(changes) && err != nil {
		out = append(out, effect.Result{Outcome: orrery.RetryLater, Detail: err.Error()})
	}
	return out
}

func (o *csvOutlet) Deliver(context.Context, effect.Message) effect.Result {
	return effect.Result{Outcome: orrery.Rejected, Detail: "a destination of files takes audiences, not messages"}
}

func (o *csvOutlet) Backoff(attempts int, key uint64) (orrery.Span, bool) {
	return webhook.Backoff(attempts, key)
}
func (o *csvOutlet) Batch() int            { return 1000 }
func (o *csvOutlet) Gather() time.Duration { return 250 * time.Millisecond } // each delivery is two files
func (o *csvOutlet) Close() error          { return o.files.Close() }

// adsPerson takes from what is known of a person what audiences are matched by.
func adsPerson(w effect.Who) ads.Person {
	p := ads.Person{Country: w.Traits["country"], City: w.Traits["city"], State: w.Traits["state"], Birth: w.Traits["birthday"], Gender: w.Traits["gender"]}
	p.FirstName = first(w.Traits["firstName"], w.Traits["first_name"])
	p.LastName = first(w.Traits["lastName"], w.Traits["last_name"])
	p.Postcode = first(w.Traits["postcode"], w.Traits["postalCode"])
	for _, i := range w.Identifiers {
		switch i.Namespace {
		case orrery.Email:
			p.Emails = append(p.Emails, i.Value)
		case orrery.Phone:
			p.Phones = append(p.Phones, i.Value)
		case orrery.UserID:
			p.ExternalID = first(p.ExternalID, i.Value)
		case orrery.AdID:
			p.MobileAdIDs = append(p.MobileAdIDs, i.Value)
		case orrery.Handle:
			if handle, ok := strings.CutPrefix(i.Value, "x:"); ok {
				p.Handles = append(p.Handles, handle)
			}
		}
	}
	return p
}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
