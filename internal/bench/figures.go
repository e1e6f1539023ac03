package bench

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// batches is the main figure: everything done and durable, in batches of 100, as fast as the server takes them.
func (r *run) batches() error {
	const workers = 8
	c := client(workers)
	var rates, cores []float64
	var all latencies
	var events int64
	written := r.server.Written()
	loads := make([]*Workload, workers)
	for i := range loads {
		loads[i] = r.workload(uint64(100 + i))
	}
	for range r.Repeats {
		before, began := r.server.CPU(), time.Now()
		n, took, err := closed(r.ctx, workers, time.Duration(r.Seconds)*time.Second, func(i int) error {
			return post(c, r.server.URL+"/v1/batch", r.server.Key, loads[i].Batch(nil, 100))
		})
		if err != nil {
			return fmt.Errorf("batches: %w", err)
		}
		rates = append(rates, float64(n*100)/time.Since(began).Seconds())
		if err := r.server.CaughtUp(r.ctx); err != nil {
			return err
		}
		cpu := r.server.CPU() - before
		cores = append(cores, float64(n*100)/cpu.Seconds())
		all = append(all, took...)
		events += n * 100
	}
	r.figure("  durable events per server-core-second, batches of 100", fmt.Sprintf("%.0f", median(cores)), "target >= 60,000")
	r.figure("  the same by the clock, generator beside it", fmt.Sprintf("%.0f/s", median(rates)), fmt.Sprintf("batch p50 %v, p99 %v", all.quantile(.5).Round(10*time.Microsecond), all.quantile(.99).Round(10*time.Microsecond)))
	r.figure("  bytes written per event", fmt.Sprintf("%.0f", float64(r.server.Written()-written)/float64(events)), "target <= 2,500")
	return nil
}

// others is the main figure for other mixes: with a fifth of messages, and with everybody coming back equally often.
func (r *run) others() error {
	for _, o := range []struct {
		name     string
		messages float64
		skew     float64
	}{{"  events per core-second with 20 % messages", 0.20, r.skew()}, {"  events per core-second with uniform access", r.Messages, 0}} {
		rate, err := r.mix(o.messages, o.skew)
		if err != nil {
			return err
		}
		r.figure(o.name, fmt.Sprintf("%.0f", rate), "")
	}
	return nil
}

// mix is how many events of a mix a core-second of the server does.
func (r *run) mix(messages, skew float64) (float64, error) {
	const workers = 8
	c := client(workers)
	loads := make([]*Workload, workers)
	for i := range loads {
		loads[i] = &Workload{People: r.People, Skew: skew, Seed: uint64(700 + i), Messages: messages}
		loads[i].Open()
	}
	before := r.server.CPU()
	n, _, err := closed(r.ctx, workers, time.Duration(r.Seconds)*time.Second, func(i int) error {
		return post(c, r.server.URL+"/v1/batch", r.server.Key, loads[i].Batch(nil, 100))
	})
	if err != nil {
		return 0, fmt.Errorf("batches: %w", err)
	}
	if err := r.server.CaughtUp(r.ctx); err != nil {
		return 0, err
	}
	return float64(n*100) / (r.server.CPU() - before).Seconds(), nil
}

// offered is how long an answer takes while 10,000 events a second come in, whatever the answers do.
func (r *run) offered() error {
	const perSecond, workers = 10_000, 32
	c := client(workers)
	loads := make([]*Workload, workers)
	for i := range loads {
		loads[i] = r.workload(uint64(200 + i))
	}
	var p99 []float64
	for range r.Repeats {
		took, err := open(r.ctx, perSecond/100, time.Duration(r.Seconds)*time.Second, workers, func(i int) error {
			return post(c, r.server.URL+"/v1/batch", r.server.Key, loads[i].Batch(nil, 100))
		})
		if err != nil {
			return fmt.Errorf("offered load: %w", err)
		}
		p99 = append(p99, took.quantile(.99).Seconds()*1000)
	}
	r.figure("  accept p99 at 10,000 events/s offered", fmt.Sprintf("%.2f ms", median(p99)), "target <= 20 ms")
	return nil
}

// singles is one event a request, beside a server that does nothing but read, sync and answer.
func (r *run) singles() error {
	const workers = 64
	c := client(workers)
	loads := make([]*Workload, workers)
	for i := range loads {
		loads[i] = r.workload(uint64(300 + i))
	}
	during := time.Duration(r.Seconds) * time.Second
	var ours, bare []float64
	for range r.Repeats {
		n, _, err := closed(r.ctx, workers, during, func(i int) error {
			return post(c, r.server.URL+"/v1/batch", r.server.Key, loads[i].Batch(nil, 1))
		})
		if err != nil {
			return fmt.Errorf("single events: %w", err)
		}
		ours = append(ours, float64(n)/during.Seconds())
		b, err := startBare(r.Dir)
		if err != nil {
			return err
		}
		n, _, err = closed(r.ctx, workers, during, func(i int) error { return post(c, b.URL, "", loads[i].Batch(nil, 1)) })
		b.stop()
		if err != nil {
			return fmt.Errorf("bare server: %w", err)
		}
		bare = append(bare, float64(n)/during.Seconds())
	}
	r.figure("  single-event requests", fmt.Sprintf("%.0f/s", median(ours)), "target >= 15,000/s")
	r.figure("  the same as a share of a bare durable HTTP server", fmt.Sprintf("%.0f %%", 100*median(ours)/median(bare)), fmt.Sprintf("bare: %.0f/s, in the generator's process; target >= 70 %%", median(bare)))
	return nil
}

// reaction is from sending a complaint to its hold arriving at a webhook.
func (r *run) reaction() error {
	c := client(1)
	var commit, arrive latencies
	for i := range 20 * r.Seconds {
		who := fmt.Sprintf("complainer-%d", i) // somebody new each time: a second complaint joins the open case
		body := fmt.Appendf(nil, `{"type":"track","event":"message","userId":"%s","properties":{"channel":"email","text":"%s"}}`, who, messages[0])
		began := time.Now()
		if err := post(c, r.server.URL+"/v1/track", r.server.Key, body); err != nil {
			return fmt.Errorf("complaint: %w", err)
		}
		commit = append(commit, time.Since(began))
		if at, ok := r.hook.waitFor("hold.placed", began, 10*time.Second); ok {
			arrive = append(arrive, at.Sub(began))
		} else {
			return fmt.Errorf("the hold of %s did not arrive at the webhook within 10 s", who)
		}
	}
	r.figure("  complaint to hold (one commit), p50 / p99", fmt.Sprintf("%v / %v", commit.quantile(.5).Round(10*time.Microsecond), commit.quantile(.99).Round(10*time.Microsecond)), "same commit")
	r.figure("  complaint to webhook, p50 / p99", fmt.Sprintf("%v / %v", arrive.quantile(.5).Round(10*time.Microsecond), arrive.quantile(.99).Round(10*time.Microsecond)), "target p99 <= 50 ms")
	return nil
}

// reads is how long it takes to read a person while events come in.
func (r *run) reads() error {
	const readers, writers = 64, 16
	c := client(readers + writers)
	during := time.Duration(r.Seconds) * time.Second
	loads := make([]*Workload, readers+writers)
	for i := range loads {
		loads[i] = r.workload(uint64(500 + i))
	}
	stop := make(chan error, 1)
	go func() {
		_, err := open(r.ctx, 50, during, writers, func(i int) error {
			return post(c, r.server.URL+"/v1/batch", r.server.Key, loads[readers+i].Batch(nil, 100))
		})
		stop <- err
	}()
	took, err := open(r.ctx, 5000, during, readers, func(i int) error {
		return r.read(c, string(appendUser(nil, loads[i].person())))
	})
	if werr := <-stop; werr != nil {
		return fmt.Errorf("events beside reads: %w", werr)
	}
	if err != nil {
		return fmt.Errorf("reads: %w", err)
	}
	r.figure("  read a person, p99 at 5,000/s beside 5,000 events/s", took.quantile(.99).Round(10*time.Microsecond).String(), "target <= 2 ms; from the moment it was due, client included")
	return nil
}

func (r *run) read(c *http.Client, user string) error {
	request, err := http.NewRequest(http.MethodGet, r.server.URL+"/v1/persons/user_id:"+user, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+r.server.Admin)
	answer, err := c.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("reading %s answered %d", user, answer.StatusCode)
	}
	return nil
}

// sizes is the memory that the server holds after all this.
func (r *run) sizes() error {
	r.figure("  resident memory", fmt.Sprintf("%.0f MB", float64(r.server.Resident())/1e6), fmt.Sprintf("with %d people; target <= 1,500 MB with a million", r.People))
	idle := r.server.CPU()
	time.Sleep(3 * time.Second) // idleness is what is measured
	r.figure("  idle, share of a core", fmt.Sprintf("%.1f %%", 100*(r.server.CPU()-idle).Seconds()/3), "target < 1 %, after the last checkpoint")
	return nil
}

// erase is how long the command takes for one person among all, receipt included.
func (r *run) erase() error {
	var took latencies
	for i := range 3 {
		ref := "user_id:" + string(appendUser(nil, r.People/2+i))
		began := time.Now()
		out, err := exec.CommandContext(r.ctx, r.server.Command.Path, "--data", r.server.Dir, "erase", ref, "--json").CombinedOutput()
		if err != nil {
			return fmt.Errorf("erasing %s: %w: %s", ref, err, out)
		}
		took = append(took, time.Since(began))
	}
	r.figure("  erase one person, receipt included", took.quantile(.5).Round(time.Millisecond).String(), fmt.Sprintf("among %d; target <= 1 s among a million", r.People))
	return nil
}

// imports reads a file of orders of the past, as a command does, into an empty directory.
func (r *run) imports() error {
	rows := max(20_000, r.People/4)
	file := filepath.Join(r.Dir, "orders.csv")
	var b bytes.Buffer
	b.WriteString("order_id,user_id,placed_at,total,currency\n")
	w := r.workload(900)
	for i := range rows {
		fmt.Fprintf(&b, "o-%08d,%s,%s,%d.50,EUR\n", i, appendUser(nil, w.person()), time.Unix(1_700_000_000+int64(i)*60, 0).UTC().Format(time.RFC3339), 5+i%300)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("writing orders: %w", err)
	}
	c := exec.CommandContext(r.ctx, r.server.Command.Path, "--data", filepath.Join(r.Dir, "imported"), "import", "--mapping", "orders-csv", file)
	began := time.Now()
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("importing: %w: %s", err, out)
	}
	took := time.Since(began)
	cpu := c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	r.figure("  import of orders, rows a second", fmt.Sprintf("%.0f", float64(rows)/took.Seconds()), fmt.Sprintf("%d rows, %.0f per core-second; target >= 100,000", rows, float64(rows)/cpu.Seconds()))
	return nil
}

// restart is a cold start on everything that was written.
func (r *run) restart() error {
	if err := r.server.Stop(); err != nil {
		return err
	}
	key, admin := r.server.Key, r.server.Admin
	p, took, err := StartServer(r.ctx, r.Dir, Policy(r.hook.url), "ORRERY_BENCH_SECRET="+r.hook.secret)
	if err != nil {
		return err
	}
	p.Key, p.Admin = key, admin
	r.server = p
	r.figure("  cold start to serving", took.Round(time.Millisecond).String(), "target <= 5 s with a million people")
	return nil
}

func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	s := slices.Clone(list)
	slices.Sort(s)
	return s[len(s)/2]
}
